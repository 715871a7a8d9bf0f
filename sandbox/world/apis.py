"""The APIs an application can be integrated with, as the Developer Portal lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.world.applications import Application, Integration

Permission = Literal["All", "Interactive", "Non-Interactive"]

IDENTITY = "identity"
IDENTITY_SCOPES = (
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "roles",
    "groups",
    "tenants",
)
OFFLINE_SCOPE = "offline_access"
RIGHTS = ("read", "create", "update", "delete", "ui-extension")


@dataclass(frozen=True, slots=True)
class Api:
    """``base_path`` follows the sandbox's own address. Tenant based: a customer's data."""

    id: str
    name: str
    base_path: str
    permission: Permission
    tenant_based: bool
    scopes: tuple[str, ...]
    summary: str


APIS = {
    api.id: api
    for api in (
        Api(
            "salesorder",
            "Visma.net ERP SalesOrder API",
            "/api/v3",
            "All",
            True,
            ("visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"),
            "Sales orders and what belongs to them, version 3.",
        ),
        Api(
            "interactive",
            "Visma.net ERP Interactive API",
            "/v1",
            "Interactive",
            True,
            tuple(f"vismanet_erp_interactive_api:{right}" for right in RIGHTS),
            "Visma.net ERP on behalf of a person who signs in.",
        ),
        Api(
            "service",
            "Visma.net ERP Service API",
            "/v1",
            "Non-Interactive",
            True,
            tuple(f"vismanet_erp_service_api:{right}" for right in RIGHTS),
            "Visma.net ERP for a program that runs on its own.",
        ),
        Api(
            IDENTITY,
            "Visma Connect",
            "/connect",
            "Interactive",
            False,
            IDENTITY_SCOPES,
            "Sign in with Visma: who a person is, and which company they chose.",
        ),
    )
}


def integrations_for(scopes: list[str]) -> list[Integration]:
    """The approved integrations that would have led to these scopes."""
    held = {api.id: [scope for scope in scopes if scope in api.scopes] for api in APIS.values()}
    return [Integration(api, found, "approved") for api, found in held.items() if found]


def settle_scopes(application: Application) -> None:
    """Let ``application.scopes`` be what is approved, and offline access when it is on.

    Scopes of no API here, which the control API may give, stay.
    """
    listed = {OFFLINE_SCOPE}.union(*(api.scopes for api in APIS.values()))
    unlisted = [scope for scope in application.scopes if scope not in listed]
    approved = [
        scope
        for integration in application.integrations
        if integration.state == "approved"
        for scope in integration.scopes
    ]
    offline = [OFFLINE_SCOPE] if application.offline_access else []
    application.scopes = list(dict.fromkeys([*approved, *unlisted, *offline]))
