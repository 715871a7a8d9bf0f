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


@dataclass(slots=True)
class User:
    """A person at Visma. ``roles`` maps a tenant id to the roles held there."""

    sub: str
    email: str
    password: str
    given_name: str
    family_name: str
    email_verified: bool = True
    locale: str = "en-GB"
    roles: dict[str, set[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def has_role(self, role: str, tenant_id: str) -> bool:
        return role in self.roles.get(tenant_id, ())
