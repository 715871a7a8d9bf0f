"""What the demo integrator has registered."""

from __future__ import annotations

from sandbox.demo.people import PASSWORD
from sandbox.settings import Settings
from sandbox.world.apis import integrations_for
from sandbox.world.applications import Application, Logo, Secret
from sandbox.world.developers import Developer

WEB_CLIENT_ID = "isv_nordhandel_web"
SERVICE_CLIENT_ID = "isv_nordhandel_service"
INVITATION_CODE = "FJORD-2048-LYS"
DEVELOPER_EMAIL = "developer@nordhandel.example"
# A coloured square with an N.
DEMO_LOGO = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'%3E"
    "%3Crect width='48' height='48' rx='10' fill='%230f5c4d'/%3E"
    "%3Cpath d='M14 34V14l20 20V14' fill='none' stroke='white' stroke-width='5'/%3E%3C/svg%3E"
)
CODE_LIFETIME = 5 * 24 * 3600

SALES_ORDER_SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]
INTERACTIVE_SCOPES = [
    f"vismanet_erp_interactive_api:{right}" for right in ("read", "create", "update", "delete")
]
SERVICE_SCOPES = [
    f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update", "delete")
]
IDENTITY_SCOPES = ["openid", "profile", "email", "tenants", "offline_access"]


def demo_applications(settings: Settings) -> list[Application]:
    web = Application(
        client_id=WEB_CLIENT_ID,
        name="Nordhandel Orders",
        kind="web",
        secrets=[Secret("sandbox-web-secret")],
        redirect_uris=list(settings.redirect_uris),
        redirect_uri_prefixes=list(settings.redirect_uri_prefixes),
        scopes=[*IDENTITY_SCOPES, *INTERACTIVE_SCOPES, *SALES_ORDER_SCOPES],
        description="Puts your webshop's orders into Visma.net",
        vni="test",
    )
    service = Application(
        client_id=SERVICE_CLIENT_ID,
        name="Nordhandel Orders (service)",
        kind="service",
        secrets=[Secret("sandbox-service-secret")],
        scopes=[*SERVICE_SCOPES, *SALES_ORDER_SCOPES],
        offline_access=False,
        description="Puts your webshop's orders into Visma.net",
    )
    service.store = "published"
    for application in (web, service):
        application.owner = DEVELOPER_EMAIL
        application.integrations = integrations_for(application.scopes)
        application.logo = Logo(DEMO_LOGO, "approved")
        application.privacy_uri = "https://nordhandel.example/privacy"
        application.terms_uri = "https://nordhandel.example/terms"
        application.website_uri = "https://nordhandel.example/"
    return [web, service]


def demo_developer() -> Developer:
    return Developer(
        email=DEVELOPER_EMAIL,
        password=PASSWORD,
        given_name="Dina",
        family_name="Utvikler",
        access_given=True,
        organization="Nordhandel AS",
        country="Norway",
        website="https://nordhandel.example/",
    )
