"""The list of APIs, and the page of each."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from sandbox.developers.desk import APIS_PAGE, HOME, Desk
from sandbox.http import Response
from sandbox.pages import badge, button_link, facts, table
from sandbox.state import Sandbox
from sandbox.world.apis import APIS, IDENTITY, Api, Permission
from sandbox.world.applications import Application

NEW_INTEGRATION = f"{HOME}/integrations/new"
WHO_MAY: dict[Permission, str] = {
    "All": "All types, any grant type",
    "Interactive": "Web and Single-Page App, authorization_code",
    "Non-Interactive": "Web and Service, client_credentials",
}


def list_apis(desk: Desk) -> Response:
    rows = [
        (
            f'<a href="{APIS_PAGE}/{api.id}">{escape(api.name)}</a>'
            f"<small>{escape(api.summary)}</small>",
            f"<code>{escape(desk.sandbox.url(api.base_path))}</code>",
            permission_of(desk.sandbox, api),
            badge("Tenant based", "good") if api.tenant_based else "",
        )
        for api in APIS.values()
    ]
    headings = ("API", "Base URL", "Permission type", "Tenants")
    return desk.page("APIs", table("APIs", headings, rows), section=APIS_PAGE)


def show_api(desk: Desk) -> Response:
    api = APIS.get(desk.request.parameters["api"])
    if api is None:
        return desk.page("No such API", "<p>Look at the list of APIs.</p>", status=404)
    permission = permission_of(desk.sandbox, api)
    scopes = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in api.scopes)
    action = (
        "<p>Every application that signs people in has these scopes.</p>"
        if api.id == IDENTITY
        else button_link("New integration", f"{NEW_INTEGRATION}?{urlencode({'api': api.id})}")
    )
    content = (
        f"<p>{escape(api.summary)}</p>"
        + facts(
            (
                ("Base URL", f"<code>{escape(desk.sandbox.url(api.base_path))}</code>"),
                ("Permission type", permission),
                ("Who may use it", WHO_MAY[permission]),
                ("Tenant based", "Yes" if api.tenant_based else "No"),
            )
        )
        + f"<h2>Permissions (OAuth scopes)</h2><ul>{scopes}</ul>{action}"
    )
    return desk.page(api.name, content, section=APIS_PAGE)


def permission_of(sandbox: Sandbox, api: Api) -> Permission:
    """``All`` means nothing where the API refuses the tokens of people."""
    if api.id == "salesorder" and not sandbox.switches.v3_accepts_user_tokens:
        return "Non-Interactive"
    return api.permission


def may_use(sandbox: Sandbox, application: Application, api: Api) -> bool:
    """Whether the permission type of the API leaves room for this type of application."""
    kinds = {"All": {"web", "spa", "service"}, "Interactive": {"web", "spa"}}
    return application.kind in kinds.get(permission_of(sandbox, api), {"web", "service"})
