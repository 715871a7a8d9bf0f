"""Asking for an API's scopes, and which organisations have let the application in."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import parse_qsl, urlencode

from sandbox.developers.apis import NEW_INTEGRATION, may_use
from sandbox.developers.applications import application_page
from sandbox.developers.desk import APIS_PAGE, HOME, Desk, address_of
from sandbox.developers.logos import LOOKS, stand_in
from sandbox.http import Response, redirect
from sandbox.mails import send_mail
from sandbox.pages import alert, badge, button_link, choice, form, hidden, press, select, table
from sandbox.world.apis import APIS, IDENTITY, Api, settle_scopes
from sandbox.world.applications import Application, Integration

TAB = "integrations"
INTEGRATIONS = f"{HOME}/integrations"
API_TEAM = "api-team@visma.example"


def show_integrations(desk: Desk, application: Application) -> Response:
    asked = desk.request.query.get("done") == "asked"
    content = (
        button_link("New integration", _step(client_id=application.client_id))
        + "<h2>APIs</h2>"
        + _listed(application)
        + "<h2>Customers</h2>"
        + _customers(desk, application)
    )
    said = "The integration is asked for." if asked else ""
    return application_page(desk, application, content, tab=TAB, said=said)


def new_integration(desk: Desk) -> Response:
    """Three steps, told apart by what the query holds: what for, which scopes, is that right."""
    query = dict(desk.request.query)
    application, api = desk.application(query.get("client_id", "")), APIS.get(query.get("api", ""))
    if application is None or api is None or not may_use(desk.sandbox, application, api):
        tried = bool(application and api)
        return _choice_page(desk, query, "This type of application can't use the API." * tried)
    scopes = _scopes(parse_qsl(desk.request.query_string), api, application)
    if not scopes:
        return _scopes_page(desk, application, api)
    return _confirm_page(desk, application, api, scopes)


def ask_integration(desk: Desk) -> Response:
    given = desk.request.form
    application, api = desk.application(given.get("client_id", "")), APIS.get(given.get("api", ""))
    if application is None or api is None or not may_use(desk.sandbox, application, api):
        return redirect(NEW_INTEGRATION)
    scopes = _scopes(parse_qsl(desk.request.body.decode("utf-8", "replace")), api, application)
    if not scopes:
        return redirect(_step(client_id=application.client_id, api=api.id))
    integration = Integration(api.id, scopes)
    application.integrations.append(integration)
    send_mail(
        desk.sandbox,
        API_TEAM,
        f"{application.name} asks for {api.name}",
        f"{desk.developer.organization} asks for {', '.join(scopes)}.",
    )
    if desk.sandbox.switches.integration_approval == "at_once":
        _decide(desk, application, integration, approved=True)
    return redirect(f"{address_of(application, TAB)}?done=asked")


def decide_integration(desk: Desk, application: Application) -> Response:
    """What the API's team at Visma does; the developer hears of it by mail."""
    integration = _numbered(desk, application)
    decision = desk.request.form.get("decision")
    if integration is not None and decision in {"approved", "rejected"}:
        _decide(desk, application, integration, approved=decision == "approved")
    return redirect(address_of(application, TAB))


def remove_integration(desk: Desk, application: Application) -> Response:
    integration = _numbered(desk, application)
    if integration is not None:
        application.integrations.remove(integration)
        settle_scopes(application)
    return redirect(address_of(application, TAB))


def _decide(
    desk: Desk, application: Application, integration: Integration, *, approved: bool
) -> None:
    integration.state = "approved" if approved else "rejected"
    settle_scopes(application)
    api, word = APIS[integration.api].name, integration.state
    send_mail(
        desk.sandbox,
        application.owner,
        f"The integration of {application.name} with {api} is {word}",
        f"The team of {api} has {word} your application {application.name}.\n"
        f"Scopes: {', '.join(integration.scopes)}",
    )


def _numbered(desk: Desk, application: Application) -> Integration | None:
    number = desk.request.parameters["number"]
    integrations = application.integrations
    return integrations[int(number)] if int(number) < len(integrations) else None


def _scopes(pairs: Iterable[tuple[str, str]], api: Api, application: Application) -> list[str]:
    """Those chosen that the API has and the application has not asked for yet."""
    chosen = {value for name, value in pairs if name == "scope"}
    return [scope for scope in _open_scopes(application, api) if scope in chosen]


def _open_scopes(application: Application, api: Api) -> list[str]:
    asked = {
        scope
        for integration in application.integrations
        if integration.state != "rejected"
        for scope in integration.scopes
    }
    return [scope for scope in api.scopes if scope not in asked]


def _choice_page(desk: Desk, query: dict[str, str], fault: str) -> Response:
    applications = [(one.client_id, one.name) for one in desk.applications]
    apis = [(api.id, api.name) for api in APIS.values() if api.id != IDENTITY]
    content = alert(fault) + (
        f'<form method="get" action="{NEW_INTEGRATION}">'
        + select("Application", "client_id", applications, chosen=query.get("client_id", ""))
        + select("API", "api", apis, chosen=query.get("api", ""))
        + press("Continue")
        + "</form>"
    )
    return desk.page("New integration", content, section=APIS_PAGE)


def _scopes_page(desk: Desk, application: Application, api: Api) -> Response:
    boxes = "".join(
        choice(scope, "scope", scope, kind="checkbox") for scope in _open_scopes(application, api)
    )
    content = f"<p>{escape(application.name)} has asked for all scopes of this API.</p>"
    if boxes:
        content = (
            f'<form method="get" action="{NEW_INTEGRATION}">'
            + hidden("client_id", application.client_id)
            + hidden("api", api.id)
            + f"<fieldset><legend>{escape(application.name)} needs</legend>{boxes}</fieldset>"
            + press("Continue")
            + "</form>"
        )
    return desk.page(f"Permissions of {api.name}", content, section=APIS_PAGE)


def _confirm_page(desk: Desk, application: Application, api: Api, scopes: list[str]) -> Response:
    listed = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
    content = (
        f"<p>{escape(application.name)} asks {escape(api.name)} for:</p><ul>{listed}</ul>"
        + form(
            INTEGRATIONS,
            hidden("client_id", application.client_id),
            hidden("api", api.id),
            *(hidden("scope", scope) for scope in scopes),
            press("Confirm"),
            button_link("Cancel", address_of(application, TAB), quiet=True),
        )
    )
    return desk.page("Confirm the integration", content, section=APIS_PAGE)


def _listed(application: Application) -> str:
    rows = [
        (
            escape(APIS[one.api].name),
            "<br>".join(f"<code>{escape(scope)}</code>" for scope in one.scopes),
            badge(one.state.capitalize(), LOOKS[one.state]),
            _actions(application, one, number),
        )
        for number, one in enumerate(application.integrations)
    ]
    if not rows:
        return "<p>None yet.</p>"
    return table("Integrations", ("API", "Scopes", "Status", "Action"), rows)


def _actions(application: Application, integration: Integration, number: int) -> str:
    if integration.api == IDENTITY:
        return ""
    address = f"{address_of(application, TAB)}/{number}"
    removal = form(f"{address}/remove", press("Remove", quiet=True))
    if integration.state != "pending":
        return removal
    team = f"The team of {APIS[integration.api].name} has been told."
    return stand_in(team, f"{address}/decision") + removal


def _customers(desk: Desk, application: Application) -> str:
    world = desk.sandbox.world
    rows = [
        (
            escape(world.tenant_name(tenant_id) or tenant_id),
            f'<code class="copy">{escape(tenant_id)}</code>',
            "<br>".join(f"<code>{escape(scope)}</code>" for scope in sorted(scopes)),
        )
        for (client_id, tenant_id), scopes in world.approvals.items()
        if client_id == application.client_id
    ]
    if not rows:
        return "<p>No organisation has approved the application in the App Store yet.</p>"
    return table("Customers", ("Organisation", "Tenant ID", "Scopes"), rows)


def _step(**query: str) -> str:
    return f"{NEW_INTEGRATION}?{urlencode(query)}"
