"""The authorization endpoint and its company and consent pages."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from sandbox.connect.flow import NoInteraction, Walk, origin
from sandbox.connect.requests import UnusableRequest, read_authorization_request
from sandbox.http import Request, Response
from sandbox.pages import alert, choice, form, hidden, page, press
from sandbox.state import Sandbox

SCOPE_NOTES = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "tenants": "See which company you choose",
    "offline_access": "Keep access while you are away",
    "visma.net.erp.salesorder:read": "Read sales orders",
    "visma.net.erp.salesorder:write": "Create and change sales orders",
    "vismanet_erp_interactive_api:read": "Read from Visma.net ERP",
    "vismanet_erp_interactive_api:create": "Create in Visma.net ERP",
    "vismanet_erp_interactive_api:update": "Change in Visma.net ERP",
    "vismanet_erp_interactive_api:delete": "Delete in Visma.net ERP",
}


def begin(sandbox: Sandbox, request: Request) -> Response:
    try:
        interaction = read_authorization_request(sandbox, request)
    except UnusableRequest as error:
        return error_page(sandbox, str(error))
    sandbox.interactions.add(interaction)
    return Walk(sandbox, request, interaction.id).next()


def show_companies(sandbox: Sandbox, request: Request) -> Response:
    try:
        walk = Walk(sandbox, request, request.query.get("interaction", ""))
    except NoInteraction:
        return ended_page()
    if walk.user is None:
        return walk.next()
    return _company_page(walk)


def choose_company(sandbox: Sandbox, request: Request) -> Response:
    try:
        walk = Walk(sandbox, request, request.form.get("interaction", ""))
    except NoInteraction:
        return ended_page()
    chosen = request.form.get("tenant_id", "")
    if walk.user is None:
        return walk.next()
    if chosen not in {company.tenant_id for company in walk.companies}:
        return _company_page(walk, "Choose a company first.")
    walk.interaction.tenant_id = chosen
    return walk.next()


def show_consent(sandbox: Sandbox, request: Request) -> Response:
    try:
        walk = Walk(sandbox, request, request.query.get("interaction", ""))
    except NoInteraction:
        return ended_page()
    if walk.user is None or not (walk.interaction.tenant_id or walk.interaction.without_tenant):
        return walk.next()
    return _consent_page(walk)


def decide(sandbox: Sandbox, request: Request) -> Response:
    try:
        walk = Walk(sandbox, request, request.form.get("interaction", ""))
    except NoInteraction:
        return ended_page()
    if request.form.get("decision") == "deny":
        return walk.refuse("access_denied")
    if request.form.get("decision") == "allow" and walk.user is not None:
        walk.interaction.consented = True
    return walk.next()


def error_page(sandbox: Sandbox, reason: str) -> Response:
    """Visma shows an Error-ID and sends nothing to the client; the debugger knows why."""
    error_id = sandbox.interactions.record_error(reason)
    return page(
        "This sign-in can't start",
        "<p>The application sent you here with a request we can't use. Tell its maker this "
        f"Error-ID:</p><p><code>{error_id}</code></p>"
        f'<p><a href="/connect/debugger?{urlencode({"id": error_id})}">Open the debugger</a></p>',
        status=400,
    )


def show_error(sandbox: Sandbox, request: Request) -> Response:
    reason = sandbox.interactions.errors.get(request.query.get("id", ""))
    if reason is None:
        return page(
            "Nothing is known of this Error-ID",
            "<p>It may be older than the last reset.</p>",
            status=404,
        )
    return page("What was wrong", f"<p>{escape(reason)}</p>")


def ended_page() -> Response:
    return page(
        "This sign-in has ended",
        "<p>It was finished already or waited too long. Go back to the application and start "
        "again.</p>",
        status=400,
    )


def _company_page(walk: Walk, fault: str = "") -> Response:
    companies = walk.companies
    who = walk.user.email if walk.user else ""
    if not companies:
        return page(
            "You have no company to choose",
            "<p>You need the role <strong>API User</strong> in a company. A customer "
            "administrator gives it to you in Visma Admin; it can take 15 minutes to work.</p>",
            signed_in_as=who,
        )
    if walk.interaction.tenant_hint:
        fault = fault or "You can't use the company that the application asked for."
    choices = "".join(
        choice(company.name, "tenant_id", company.tenant_id, note=company.tenant_id)
        for company in companies
    )
    return page(
        "Choose a company",
        alert(fault)
        + form(
            "/connect/company",
            hidden("interaction", walk.interaction.id),
            f"<fieldset><legend>The application gets access to one company.</legend>{choices}"
            "</fieldset>",
            press("Continue"),
        ),
        signed_in_as=who,
        form_targets=origin(walk.interaction.redirect_uri),
    )


def _consent_page(walk: Walk) -> Response:
    application, asked = walk.application, walk.interaction
    company = walk.sandbox.world.tenant_name(asked.tenant_id or "") or "no company"
    wishes = "".join(
        f"<li>{escape(SCOPE_NOTES.get(scope, scope))} <small>({escape(scope)})</small></li>"
        for scope in asked.scopes
    )
    warning = "" if application.partner else alert("This application is not by a Visma partner.")
    return page(
        f"{application.name} asks for access to {company}",
        f"{warning}<p>It wants to:</p><ul>{wishes}</ul>"
        + form(
            "/connect/consent",
            hidden("interaction", asked.id),
            press("Allow", name="decision", value="allow"),
            press("Deny", name="decision", value="deny", quiet=True),
        ),
        signed_in_as=walk.user.email if walk.user else "",
        form_targets=origin(asked.redirect_uri),
    )
