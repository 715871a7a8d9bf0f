"""People at Visma and the roles they hold."""

from __future__ import annotations

from dataclasses import dataclass, field

API_USER = "API User"
INTEGRATION_ADMINISTRATOR = "Integration Administrator"
CUSTOMER_ADMINISTRATOR = "Customer administrator"
FINANCIALS_USER = "Financials User"
FINANCIALS_ADMINISTRATOR = "Financials Administrator"
ROLES = (
    API_USER,
    INTEGRATION_ADMINISTRATOR,
    CUSTOMER_ADMINISTRATOR,
    FINANCIALS_USER,
    FINANCIALS_ADMINISTRATOR,
)


PRODUCTS = {
    "Visma.net Financials": (API_USER, FINANCIALS_USER, FINANCIALS_ADMINISTRATOR),
    "App Store": (INTEGRATION_ADMINISTRATOR,),
    "Admin": (CUSTOMER_ADMINISTRATOR,),
}


@dataclass(slots=True)
class User:
    """A person at Visma. ``roles`` maps a tenant id to the roles held there.

    A tenant without roles is one the person has access to and can do nothing in.
    ``totp_secret`` is base32; with one, signing in takes the code of an authenticator app.
    """

    sub: str
    email: str
    password: str
    given_name: str
    family_name: str
    email_verified: bool = True
    locale: str = "en-GB"
    phone_number: str = ""
    external_id: str = ""
    totp_secret: str = ""
    roles: dict[str, set[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def has_role(self, role: str, tenant_id: str) -> bool:
        return role in self.roles.get(tenant_id, ())

    def give(self, role: str, tenant_id: str) -> None:
        self.roles.setdefault(tenant_id, set()).add(role)

    def take(self, role: str, tenant_id: str) -> None:
        self.roles.get(tenant_id, set()).discard(role)


@dataclass(slots=True)
class RoleChange:
    """A role given or taken that works from a moment on, in seconds since the epoch."""

    sub: str
    tenant_id: str
    role: str
    given: bool
    works_from: float


@dataclass(slots=True)
class StoreAccount:
    """A person in the App Store: has access been given, and for whom do they work now?"""

    access_given: bool = False
    tenant_id: str = ""
