"""One application: its rights as switches, the approval window, and taking all of it back."""

from __future__ import annotations

from html import escape

from sandbox.appstore.approvals import approve, scopes_by_api, wanted_since, withdraw
from sandbox.appstore.finding import UnusableCode, record_use, visible_application
from sandbox.appstore.shelves import address_of
from sandbox.appstore.visits import HOME, MY_APPS, ORGANISATION, Visit
from sandbox.http import Response, redirect
from sandbox.parts import alert, button_link, choice, facts, form, hidden, press
from sandbox.world.applications import Application

NOTHING_ON = "Switch on at least one right."
NOT_YOURS = "You can't approve applications for this organisation. Choose another one."


def show_application(visit: Visit) -> Response:
    query = visit.request.query
    code = query.get("code", "")
    try:
        application = visible_application(
            visit.sandbox, query.get("client_id", ""), code, visit.tenant_id
        )
    except UnusableCode as error:
        return _dead_end(visit, str(error))
    return _switches_page(visit, application, code)


def review(visit: Visit) -> Response:
    """The approval window: what exactly is about to be allowed."""
    try:
        wish = _Wish(visit)
    except UnusableCode as error:
        return _dead_end(visit, str(error))
    if wish.fault:
        return _switches_page(visit, wish.application, wish.code, wish.fault)
    return _approval_window(visit, wish)


def accept(visit: Visit) -> Response:
    """Switch the chosen scopes on, and the others off."""
    try:
        wish = _Wish(visit)
    except UnusableCode as error:
        return _dead_end(visit, str(error))
    if wish.fault:
        return _switches_page(visit, wish.application, wish.code, wish.fault)
    sandbox, application = visit.sandbox, wish.application
    approve(sandbox, application, wish.tenant_id, set(wish.scopes), visit.user.email)
    record_use(sandbox, wish.code, wish.tenant_id, visit.user.email)
    visit.request.entry.tenant_id = wish.tenant_id
    return _approved_page(visit, application, wish.tenant_id)


def take_back(visit: Visit) -> Response:
    """New tokens are refused from now on; those already given live on."""
    given = visit.request.form
    application = visit.sandbox.world.applications.get(given.get("client_id", ""))
    tenant_id = given.get("tenant_id", "")
    if application is not None and visit.may_approve(tenant_id):
        withdraw(visit.sandbox, application, tenant_id)
    return redirect(MY_APPS)


class _Wish:
    """What the form asks for. ``fault`` says why it can't be done, or is empty."""

    def __init__(self, visit: Visit) -> None:
        """Raises UnusableCode."""
        given = visit.request.form
        self.code = given.get("code", "")
        self.tenant_id = given.get("tenant_id", visit.tenant_id)
        self.application = visible_application(
            visit.sandbox, given.get("client_id", ""), self.code, self.tenant_id
        )
        self.scopes = [
            scope
            for scopes in scopes_by_api(self.application).values()
            for scope in scopes
            if f"scope:{scope}" in given
        ]
        self.fault = "" if self.scopes else NOTHING_ON
        if not visit.may_approve(self.tenant_id):
            self.fault = NOT_YOURS


def _switches_page(visit: Visit, application: Application, code: str, fault: str = "") -> Response:
    on = visit.sandbox.world.approvals.get((application.client_id, visit.tenant_id))
    rights = _switches(visit, application, on)
    if not rights:
        return _dead_end(visit, f"{application.name} asks for nothing an organisation can approve.")
    chosen = form(
        f"{HOME}/integrate",
        hidden("client_id", application.client_id),
        hidden("code", code),
        hidden("tenant_id", visit.tenant_id),
        rights,
        press("Integrate" if on is None else "Save"),
        button_link("Cancel", HOME, quiet=True),
    )
    return visit.page(
        application.name,
        f"<p>{escape(application.description)}</p>{_about(application)}{alert(fault)}"
        f"<h2>Application permissions</h2><p>{escape(application.name)} needs these rights to "
        f"work with the data of <strong>{escape(visit.organisation)}</strong> "
        f'(<a href="{ORGANISATION}">choose another organisation</a>). You can switch them on and '
        f"off at any time.</p>{chosen}{_way_out(visit, application, on)}",
    )


def _switches(visit: Visit, application: Application, on: set[str] | None) -> str:
    more = wanted_since(visit.sandbox, application, visit.tenant_id)
    return "".join(
        f"<fieldset><legend>{escape(api)}</legend>"
        + "".join(
            choice(
                scope.rpartition(":")[2],
                f"scope:{scope}",
                "on",
                kind="checkbox",
                note=f"{scope} · new, not approved yet" if scope in more else scope,
                checked=on is None or scope in on,
            )
            for scope in scopes
        )
        + "</fieldset>"
        for api, scopes in scopes_by_api(application).items()
    )


def _about(application: Application) -> str:
    pages = (
        ("Website", application.website_uri),
        ("Privacy policy", application.privacy_uri),
        ("Terms of service", application.terms_uri),
    )
    return facts((name, escape(uri)) for name, uri in pages if uri)


def _way_out(visit: Visit, application: Application, on: set[str] | None) -> str:
    if on is None:
        return ""
    return "<h2>Withdraw</h2><p>It gets no new tokens. One it has works for up to an hour.</p>" + (
        form(
            f"{HOME}/withdraw",
            hidden("client_id", application.client_id),
            hidden("tenant_id", visit.tenant_id),
            press("Withdraw", quiet=True),
        )
    )


def _approval_window(visit: Visit, wish: _Wish) -> Response:
    name = visit.sandbox.world.tenant_name(wish.tenant_id) or wish.tenant_id
    rights = "".join(f"<li>{escape(scope)}</li>" for scope in wish.scopes)
    return visit.page(
        f"Approve {wish.application.name}",
        facts(
            [
                ("Organisation", f"<strong>{escape(name)}</strong>"),
                ("Tenant id", f"<code>{escape(wish.tenant_id)}</code>"),
                ("Rights", f"<ul>{rights}</ul>"),
            ]
        )
        + form(
            f"{HOME}/accept",
            hidden("client_id", wish.application.client_id),
            hidden("code", wish.code),
            hidden("tenant_id", wish.tenant_id),
            *(hidden(f"scope:{scope}", "on") for scope in wish.scopes),
            press("Accept"),
            button_link("Cancel", address_of(wish.application, wish.code), quiet=True),
        ),
    )


def _approved_page(visit: Visit, application: Application, tenant_id: str) -> Response:
    name = visit.sandbox.world.tenant_name(tenant_id) or tenant_id
    return visit.page(
        f"{application.name} may work in {name}",
        "<p>The integrator needs this tenant id. You find it again under the organisation at the "
        "top.</p>"
        f'<p><code class="copied" id="tenant-id">{escape(tenant_id)}</code></p>'
        f"<p>{button_link('My apps', MY_APPS)}</p>",
    )


def _dead_end(visit: Visit, sentence: str) -> Response:
    return visit.page(
        "This application can't be shown",
        f"{alert(sentence)}<p>{button_link('Find an application', HOME)}</p>",
    )
