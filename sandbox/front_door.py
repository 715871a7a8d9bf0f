"""Signing in to the App Store and to Visma Admin, with the session that all of Visma shares."""

from __future__ import annotations

from sandbox.connect.signin import WRONG, WRONG_CODE, sign_in_fields, user_by_password
from sandbox.connect.totp import fitting_step
from sandbox.connect.visits import begin_session, end_session, ended_cookies, session_cookies
from sandbox.http import Request, Response, redirect
from sandbox.pages import own_pages_only, page, people_to_unfold
from sandbox.parts import alert, field, form, press
from sandbox.state import Endpoint, Sandbox
from sandbox.world.people import User

CODE_NEEDED = "Type your password again, and the code of your authenticator app."


def sign_in_page(
    sandbox: Sandbox,
    home: str,
    name: str,
    fault: str = "",
    email: str = "",
    *,
    with_code: bool = False,
) -> Response:
    """``home`` is the address of the room and ``name`` what stands after "Sign in to"."""
    fields = sign_in_fields(email) + (_code_field() if with_code else "")
    return page(
        f"Sign in to {name}",
        alert(fault) + form(f"{home}/signin", fields, press("Sign in")) + people_to_unfold(sandbox),
        room=home,
    )


def signing_in(home: str, name: str) -> Endpoint:
    """The endpoint behind the room's sign-in page."""

    def sign_in(sandbox: Sandbox, request: Request) -> Response:
        user = user_by_password(sandbox, request)
        if user is None:
            return sign_in_page(sandbox, home, name, WRONG, request.form.get("email", ""))
        if user.totp_secret and not _code_fits(sandbox, request, user):
            fault = WRONG_CODE if "code" in request.form else CODE_NEEDED
            return sign_in_page(sandbox, home, name, fault, user.email, with_code=True)
        amr = ["pwd", "otp", "mfa"] if user.totp_secret else ["pwd"]
        session = begin_session(sandbox, request, user, amr)
        return redirect(home, session_cookies(sandbox, session))

    return own_pages_only(sign_in)


def signing_out(home: str) -> Endpoint:
    def sign_out(sandbox: Sandbox, request: Request) -> Response:
        end_session(sandbox, request)
        return redirect(home, ended_cookies())

    return own_pages_only(sign_out)


def _code_fits(sandbox: Sandbox, request: Request, user: User) -> bool:
    """A code works once, here as at Visma Connect."""
    steps, now = sandbox.sessions.code_steps, sandbox.clock.seconds()
    step = fitting_step(
        user.totp_secret, request.form.get("code", ""), now, steps.get(user.sub, -1)
    )
    if step is not None:
        steps[user.sub] = step
    return step is not None


def _code_field() -> str:
    more = 'inputmode="numeric" autocomplete="one-time-code" required'
    return field("Code", "code", more=more)


def somebody_else(home: str) -> str:
    """A button that ends the session and leads back to the room."""
    return form(f"{home}/signout", press("Sign in as somebody else", quiet=True))
