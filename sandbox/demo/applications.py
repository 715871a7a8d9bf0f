"""What the demo integrator has registered."""

from __future__ import annotations

from sandbox.settings import Settings
from sandbox.world.applications import Application

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


def demo_applications(settings: Settings) -> list[Application]:
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
