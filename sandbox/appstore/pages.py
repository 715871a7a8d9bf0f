"""The App Store, where an Integration Administrator lets a service application in."""

from __future__ import annotations

from html import escape

from sandbox.connect.sessions import Session, cookie_header
from sandbox.connect.signin import WRONG, sign_in_fields, user_by_password
from sandbox.http import Request, Response, redirect
from sandbox.pages import alert, choice, field, form, hidden, page, people_to_unfold, press
from sandbox.state import Sandbox
from sandbox.world.applications import Application, InvitationCode
from sandbox.world.people import INTEGRATION_ADMINISTRATOR, User

HOME = "/appstore"
CODE_FAULT = "We don't know this code, or it has ended. Ask the integrator for a new one."


def show_home(sandbox: Sandbox, request: Request) -> Response:
    user = _user(sandbox, request)
    if user is None:
        return _sign_in_page(sandbox, "")
    return _home_page(sandbox, user)


def sign_in(sandbox: Sandbox, request: Request) -> Response:
    user = user_by_password(sandbox, request)
    if user is None:
        return _sign_in_page(sandbox, request.form.get("email", ""), WRONG)
    session = sandbox.sessions.begin(user.sub, sandbox.clock.seconds())
    return redirect(HOME, [_cookie(sandbox, session)])


def find_application(sandbox: Sandbox, request: Request) -> Response:
    """The code typed in: show which organisations it can be approved for."""
    user = _user(sandbox, request)
    if user is None:
        return redirect(HOME)
    code = _living_code(sandbox, request.form.get("code", ""))
    if code is None:
        return _home_page(sandbox, user, CODE_FAULT)
    return _approval_page(sandbox, user, code)


def approve(sandbox: Sandbox, request: Request) -> Response:
    """Switch the chosen scopes on, and the others off."""
    user = _user(sandbox, request)
    if user is None:
        return redirect(HOME)
    code = _living_code(sandbox, request.form.get("code", ""))
    if code is None:
        return _home_page(sandbox, user, CODE_FAULT)
    tenant_id = request.form.get("tenant_id", "")
    application = sandbox.world.applications[code.client_id]
    scopes = {scope for scope in application.scopes if f"scope:{scope}" in request.form}
    if not _may_approve(user, tenant_id) or not scopes:
        return _approval_page(
            sandbox, user, code, "Choose an organisation and switch on at least one right."
        )
    sandbox.world.approvals[application.client_id, tenant_id] = scopes
    pass
    request.entry.tenant_id = tenant_id
    return _approved_page(sandbox, user, application, tenant_id)


def withdraw(sandbox: Sandbox, request: Request) -> Response:
    """New tokens are refused from now on; those already given live on."""
    user = _user(sandbox, request)
    key = (request.form.get("client_id", ""), request.form.get("tenant_id", ""))
    if user is not None and _may_approve(user, key[1]):
        sandbox.world.approvals.pop(key, None)
    return redirect(HOME)


def _user(sandbox: Sandbox, request: Request) -> User | None:
    session = sandbox.sessions.current(
        request, sandbox.clock.seconds(), sandbox.switches.session_lifetime
    )
    return sandbox.world.users.get(session.sub) if session else None


def _cookie(sandbox: Sandbox, session: Session) -> tuple[str, str]:
    return cookie_header(
        session,
        lifetime=sandbox.switches.session_lifetime,
        secure=sandbox.settings.secure_cookies,
    )


def _living_code(sandbox: Sandbox, typed: str) -> InvitationCode | None:
    code = sandbox.world.invitation_codes.get(typed.strip().upper())
    if code is None or code.expires_at < sandbox.clock.seconds():
        return None
    return None if code.single_use and code.uses else code


def _may_approve(user: User, tenant_id: str) -> bool:
    return user.has_role(INTEGRATION_ADMINISTRATOR, tenant_id)


def _organisations(sandbox: Sandbox, user: User) -> list[tuple[str, str, str]]:
    """Tenant id, name and what it is; the contract stands among its companies, as in life."""
    world = sandbox.world
    contracts = [(one.tenant_id, one.name, "Customer") for one in world.contracts.values()]
    companies = [(one.tenant_id, one.name, "Company") for one in world.companies.values()]
    return [row for row in contracts + companies if _may_approve(user, row[0])]


def _menu(sandbox: Sandbox, user: User) -> str:
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd><code>{tenant_id}</code></dd>"
        for tenant_id, name, _ in _organisations(sandbox, user)
    )
    return (
        f"<details><summary>Organisations and their tenant ids</summary><dl>{rows}</dl></details>"
    )


def _sign_in_page(sandbox: Sandbox, email: str, fault: str = "") -> Response:
    return page(
        "Sign in to the App Store",
        alert(fault)
        + form(f"{HOME}/signin", sign_in_fields(email), press("Sign in"))
        + people_to_unfold(sandbox),
    )


def _home_page(sandbox: Sandbox, user: User, fault: str = "") -> Response:
    if not _organisations(sandbox, user):
        return page(
            "You can't approve applications",
            "<p>You need the role <strong>Integration Administrator</strong>. A customer "
            "administrator gives it to you in Visma Admin.</p>"
            + form(f"{HOME}/signout", press("Sign in as somebody else", quiet=True)),
            signed_in_as=user.email,
        )
    return page(
        "Find an application",
        alert(fault)
        + form(
            f"{HOME}/find",
            field("Invitation code", "code", more='autocomplete="off" required'),
            press("Find"),
        )
        + _my_apps(sandbox, user),
        signed_in_as=user.email,
        menu=_menu(sandbox, user),
    )


def _my_apps(sandbox: Sandbox, user: User) -> str:
    rows = "".join(
        f"<li>{escape(sandbox.world.applications[client_id].name)} in "
        f"{escape(sandbox.world.tenant_name(tenant_id) or tenant_id)}<br>"
        f"<small>{escape(', '.join(sorted(scopes)))}</small>"
        + form(
            f"{HOME}/withdraw",
            hidden("client_id", client_id),
            hidden("tenant_id", tenant_id),
            press("Withdraw", quiet=True),
        )
        + "</li>"
        for (client_id, tenant_id), scopes in sandbox.world.approvals.items()
        if _may_approve(user, tenant_id) and client_id in sandbox.world.applications
    )
    return f"<h2>My apps</h2><ul>{rows}</ul>" if rows else "<h2>My apps</h2><p>None yet.</p>"


def _approval_page(sandbox: Sandbox, user: User, code: InvitationCode, fault: str = "") -> Response:
    application = sandbox.world.applications[code.client_id]
    organisations = "".join(
        choice(name, "tenant_id", tenant_id, note=kind)
        for tenant_id, name, kind in _organisations(sandbox, user)
    )
    switches = "".join(
        choice(scope, f"scope:{scope}", "on", kind="checkbox", checked=True)
        for scope in application.scopes
    )
    return page(
        application.name,
        f"<p>{escape(application.description)}</p>"
        + alert(fault)
        + form(
            f"{HOME}/approve",
            hidden("code", code.code),
            f"<fieldset><legend>Organisation</legend>{organisations}</fieldset>",
            f"<fieldset><legend>Rights</legend>{switches}</fieldset>",
            press("Integrate"),
        ),
        signed_in_as=user.email,
        menu=_menu(sandbox, user),
    )


def _approved_page(
    sandbox: Sandbox, user: User, application: Application, tenant_id: str
) -> Response:
    name = sandbox.world.tenant_name(tenant_id) or tenant_id
    return page(
        f"{application.name} may work in {name}",
        "<p>The integrator needs this tenant id. You find it again under Organisations.</p>"
        f'<p><code id="tenant-id">{escape(tenant_id)}</code></p>'
        f'<p><a href="{HOME}">My apps</a></p>',
        signed_in_as=user.email,
        menu=_menu(sandbox, user),
    )


def sign_out(sandbox: Sandbox, request: Request) -> Response:
    sandbox.sessions.end(request)
    return redirect(HOME)
