"""The demo world: invented names, ids that follow from the seed, fixed secrets."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid5

from sandbox.settings import Settings
from sandbox.world import (
    API_USER,
    CUSTOMER_ADMINISTRATOR,
    FINANCIALS_USER,
    INTEGRATION_ADMINISTRATOR,
    Application,
    Company,
    Contract,
    InvitationCode,
    OrderType,
    User,
    World,
)

NAMESPACE = UUID("6f6a3a3e-3f0d-5c1b-9d51-7b1f0f5a2c11")
PASSWORD = "sandbox"  # noqa: S105 - everyone may know it
WEB_CLIENT_ID = "isv_nordhandel_web"
SERVICE_CLIENT_ID = "isv_nordhandel_service"
INVITATION_CODE = "FJORD-2048-LYS"
CODE_LIFETIME = 5 * 24 * 3600

SALES_ORDER_SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]
INTERACTIVE_SCOPES = [
    f"vismanet_erp_interactive_api:{right}" for right in ("read", "create", "update", "delete")
]
SERVICE_SCOPES = [
    f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update", "delete")
]
IDENTITY_SCOPES = ["openid", "profile", "email", "tenants", "offline_access"]

CUSTOMERS = {
    "10042": "Havgløtt Interiør",
    "10043": "Bakkeland Gaver",
    "10044": "Solvik Handel",
}
ITEMS = {
    "22622": ("Box of vintage alphabet blocks", "9.95"),
    "21755": ("Love building block word", "5.95"),
    "85123A": ("White hanging heart t-light holder", "2.55"),
    "FRAKT": ("Freight", "79.00"),
}


def demo_world(settings: Settings, now: float) -> World:
    """Build the world. ``now`` is seconds since the epoch and starts the code's life."""
    world = World()
    contract = Contract(_id(settings, "contract"), "Fjordlys")
    world.contracts[contract.tenant_id] = contract
    norway, sweden, denmark = _companies(settings, contract)
    for company in (norway, sweden, denmark):
        world.companies[company.tenant_id] = company
    for user in _users(settings, contract, norway, sweden, denmark):
        world.users[user.sub] = user
    for application in _applications(settings):
        world.applications[application.client_id] = application
    world.invitation_codes[INVITATION_CODE] = InvitationCode(
        INVITATION_CODE, SERVICE_CLIENT_ID, now + CODE_LIFETIME
    )
    return world


def default_order_types() -> dict[str, OrderType]:
    types = (
        OrderType("SO", "Sales order"),
        OrderType("QT", "Quote"),
        OrderType("RM", "Return"),
        OrderType("MA", "Manually numbered order", manual_numbering=True),
        OrderType("XX", "No longer used", active=False),
    )
    return {order_type.id: order_type for order_type in types}


def _companies(settings: Settings, contract: Contract) -> tuple[Company, Company, Company]:
    def company(key: str, number: int, name: str, **more: object) -> Company:
        return Company(
            tenant_id=_id(settings, key),
            company_id=number,
            name=name,
            contract_id=contract.tenant_id,
            order_types=default_order_types(),
            **more,  # type: ignore[arg-type]  # the three calls below are checked by eye
        )

    norway = company(
        "norway", 3140001, "Fjordlys AS", organization_number="999111222", creates_unknown=True
    )
    sweden = company(
        "sweden",
        3140002,
        "Fjordlys Sverige AB",
        organization_number="5599998888",
        country="SE",
        currency="SEK",
        creates_unknown=True,
    )
    denmark = company(
        "denmark",
        3140003,
        "Fjordlys Danmark ApS",
        organization_number="99887766",
        country="DK",
        currency="DKK",
        tax_percent=Decimal(25),
    )
    _stock(denmark)
    return norway, sweden, denmark


def _stock(company: Company) -> None:
    for number, (customer_id, name) in enumerate(CUSTOMERS.items()):
        company.add_customer(customer_id, name, gln=f"735999900{number:04}")
    closed = company.add_customer("10099", "Nedlagt Butikk")
    closed.status = "Inactive"
    without_terms = company.add_customer("10098", "Uten Betingelser")
    without_terms.terms_id = ""
    for item_id, (description, price) in ITEMS.items():
        item = company.add_item(item_id, description, Decimal(price))
        item.misc_charge = item_id == "FRAKT"


def _users(
    settings: Settings, contract: Contract, norway: Company, sweden: Company, denmark: Company
) -> list[User]:
    def user(local: str, given: str, family: str, roles: dict[str, set[str]]) -> User:
        return User(
            sub=_id(settings, local),
            email=f"{local}@fjordlys.example",
            password=PASSWORD,
            given_name=given,
            family_name=family,
            roles=roles,
        )

    everywhere = (norway.tenant_id, sweden.tenant_id, denmark.tenant_id, contract.tenant_id)
    return [
        user("nordhandel", "Nordhandel", "Integrasjon", {norway.tenant_id: {API_USER}}),
        user(
            "regnskap",
            "Runa",
            "Regnskap",
            {
                norway.tenant_id: {API_USER, FINANCIALS_USER},
                denmark.tenant_id: {API_USER, FINANCIALS_USER},
            },
        ),
        user("uten.rolle", "Ulrik", "Utenrolle", {}),
        user(
            "admin",
            "Astrid",
            "Admin",
            {tenant: {INTEGRATION_ADMINISTRATOR, CUSTOMER_ADMINISTRATOR} for tenant in everywhere},
        ),
    ]


def _applications(settings: Settings) -> list[Application]:
    web = Application(
        client_id=WEB_CLIENT_ID,
        name="Nordhandel Orders",
        kind="web",
        secrets=["sandbox-web-secret"],
        redirect_uris=list(settings.redirect_uris),
        redirect_uri_prefixes=list(settings.redirect_uri_prefixes),
        scopes=[*IDENTITY_SCOPES, *INTERACTIVE_SCOPES, *SALES_ORDER_SCOPES],
        description="Puts your webshop's orders into Visma.net",
    )
    service = Application(
        client_id=SERVICE_CLIENT_ID,
        name="Nordhandel Orders (service)",
        kind="service",
        secrets=["sandbox-service-secret"],
        scopes=[*SERVICE_SCOPES, *SALES_ORDER_SCOPES],
        offline_access=False,
        description="Puts your webshop's orders into Visma.net",
    )
    return [web, service]


def _id(settings: Settings, key: str) -> str:
    return str(uuid5(NAMESPACE, f"{settings.seed}/{key}"))
