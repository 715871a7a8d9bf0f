"""The sign-in page and signing out."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from sandbox.connect.authorize import ended_page
from sandbox.connect.flow import NoInteraction, Walk, origin
from sandbox.connect.sessions import cookie_header, ended_cookie_header
from sandbox.http import Request, Response, redirect
from sandbox.pages import alert, field, form, hidden, page, people_to_unfold, press
from sandbox.state import Sandbox
from sandbox.world.people import User

WRONG = "The e-mail address or the password is not right."


def show_sign_in(sandbox: Sandbox, request: Request) -> Response:
    try:
        walk = Walk(sandbox, request, request.query.get("interaction", ""))
    except NoInteraction:
        return ended_page()
    return _sign_in_page(walk, walk.interaction.login_hint)


def sign_in(sandbox: Sandbox, request: Request) -> Response:
    """A wrong password shows the page again, with status 200, as at Visma."""
    try:
        walk = Walk(sandbox, request, request.form.get("interaction", ""))
    except NoInteraction:
        return ended_page()
    user = user_by_password(sandbox, request)
    if user is None:
        return _sign_in_page(walk, request.form.get("email", ""), WRONG)
    walk.interaction.signed_in = True
    walk.session = sandbox.sessions.begin(user.sub, sandbox.clock.seconds())
    walk.user = user
    response = walk.next()
    response.headers.append(
        cookie_header(
            walk.session,
            lifetime=sandbox.switches.session_lifetime,
            secure=sandbox.settings.secure_cookies,
        )
    )
    return response


def sign_out(sandbox: Sandbox, request: Request) -> Response:
    """RP-initiated logout; goes on only to an address that an application has registered."""
    sandbox.sessions.end(request)
    target = request.query.get("post_logout_redirect_uri", "")
    known = any(target in one.redirect_uris for one in sandbox.world.applications.values())
    if known:
        state = request.query.get("state")
        query = f"?{urlencode({'state': state})}" if state else ""
        return redirect(target + query, [ended_cookie_header()])
    return page(
        "You are signed out", "<p>You can close this window.</p>", headers=[ended_cookie_header()]
    )


def user_by_password(sandbox: Sandbox, request: Request) -> User | None:
    given = request.form
    user = sandbox.world.user_by_email(given.get("email", ""))
    typed = given.get("password", "").encode()
    if user is None or not hmac.compare_digest(user.password.encode(), typed):
        return None
    return user


def sign_in_fields(email: str) -> str:
    return field(
        "E-mail address",
        "email",
        value=email,
        kind="email",
        more='autocomplete="username" required',
    ) + field(
        "Password", "password", kind="password", more='autocomplete="current-password" required'
    )


def _sign_in_page(walk: Walk, email: str, fault: str = "") -> Response:
    return page(
        "Sign in",
        f"{alert(fault)}"
        + form(
            "/connect/signin",
            hidden("interaction", walk.interaction.id),
            sign_in_fields(email),
            press("Sign in"),
        )
        + people_to_unfold(walk.sandbox),
        form_targets=origin(walk.interaction.redirect_uri),
    )
