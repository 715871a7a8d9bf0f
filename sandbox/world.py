"""Who and what exists at Visma: contracts, companies, users, applications, approvals.

A contract is Visma's customer tenant: it has a tenant id of its own, which the ERP never
accepts. Orders land in companies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

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
class Contract:
    tenant_id: str
    name: str


@dataclass(slots=True)
class Customer:
    """A buyer on orders. ``status`` is Active or Inactive; without terms orders need their own."""

    id: str
    name: str
    internal_id: int
    currency_id: str
    country: str = "NO"
    gln: str = ""
    tax_registration_id: str = ""
    status: str = "Active"
    terms_id: str = "30"
    locations: list[str] = field(default_factory=lambda: ["MAIN"])


@dataclass(slots=True)
class Item:
    """Something sold. ``price`` is what the company's own price rules give."""

    id: str
    description: str
    price: Decimal = Decimal("99")
    unit: str = "STK"
    misc_charge: bool = False


@dataclass(slots=True)
class OrderType:
    id: str
    description: str
    active: bool = True
    manual_numbering: bool = False
    first_status: str = "Open"


@dataclass(slots=True)
class Company:
    """A company in the ERP. ``tax_percent`` is what V3 adds to an order's total.

    ``rate_limit`` is calls per window and application; None takes the switch's.
    """

    tenant_id: str
    company_id: int
    name: str
    contract_id: str
    organization_cd: str = "1"
    organization_number: str = ""
    country: str = "NO"
    currency: str = "NOK"
    creates_unknown: bool = False
    licensed: bool = True
    currency_override: bool = True
    tax_percent: Decimal = Decimal(0)
    rate_limit: int | None = None
    customers: dict[str, Customer] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    order_types: dict[str, OrderType] = field(default_factory=dict)
    branches: set[str] = field(default_factory=lambda: {"1"})
    warehouses: set[str] = field(default_factory=lambda: {"1"})
    tax_categories: set[str] = field(default_factory=lambda: {"0", "2", "3", "4"})
    units: set[str] = field(default_factory=lambda: {"STK", "EA", "KG", "HOUR"})

    def add_customer(self, customer_id: str, name: str, *, gln: str = "") -> Customer:
        customer = Customer(
            id=customer_id,
            name=name,
            internal_id=len(self.customers) + 1,
            currency_id=self.currency,
            country=self.country,
            gln=gln,
        )
        self.customers[customer_id] = customer
        return customer

    def add_item(self, item_id: str, description: str, price: Decimal = Decimal("99")) -> Item:
        item = Item(item_id, description, price)
        self.items[item_id] = item
        return item


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


@dataclass(slots=True)
class Application:
    """A registration in the Developer Portal. Lives of refresh tokens are in days, 0 is off.

    Refresh settings are stamped on a grant when it is made; later edits touch new grants only.
    """

    client_id: str
    name: str
    kind: Literal["web", "service"]
    secrets: list[str]
    redirect_uris: list[str] = field(default_factory=list)
    redirect_uri_prefixes: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    grant_types: list[str] = field(default_factory=list)
    offline_access: bool = True
    pkce: bool = True
    refresh: Literal["one_time", "reuse"] = "one_time"
    refresh_grace: int = 0
    refresh_days: int = 90
    refresh_sliding_days: int = 0
    token_minutes: int = 60
    token_id: bool = False
    partner: bool = True
    description: str = ""

    def takes_redirect(self, uri: str) -> bool:
        """Exact comparison, as Visma does; prefixes are a convenience of the sandbox."""
        return uri in self.redirect_uris or any(
            prefix and uri.startswith(prefix) for prefix in self.redirect_uri_prefixes
        )


@dataclass(slots=True)
class InvitationCode:
    """What a customer types in the App Store. ``expires_at`` is seconds since the epoch."""

    code: str
    client_id: str
    expires_at: float
    single_use: bool = False
    used_by: list[str] = field(default_factory=list)


@dataclass(slots=True)
class World:
    contracts: dict[str, Contract] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    invitation_codes: dict[str, InvitationCode] = field(default_factory=dict)
    # Scopes switched on, by application and tenant id.
    approvals: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def user_by_email(self, email: str) -> User | None:
        wanted = email.strip().lower()
        return next((user for user in self.users.values() if user.email.lower() == wanted), None)

    def companies_for(self, user: User, role: str) -> list[Company]:
        """Companies in which the user holds the role, by name."""
        held = (
            company
            for company in self.companies.values()
            if user.has_role(role, company.tenant_id) and company.licensed
        )
        return sorted(held, key=lambda company: company.name)

    def tenant_name(self, tenant_id: str) -> str | None:
        """The name of a company or of a contract."""
        known = self.companies.get(tenant_id) or self.contracts.get(tenant_id)
        return known.name if known else None
