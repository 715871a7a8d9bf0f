"""Signing in to the App Store and to Visma Admin, with the session that all of Visma shares."""

from __future__ import annotations

from sandbox.connect.signin import WRONG, sign_in_fields, user_by_password
from sandbox.connect.visits import begin_session, end_session, ended_cookies, session_cookies
from sandbox.http import Request, Response, redirect
from sandbox.pages import own_pages_only, page, people_to_unfold
from sandbox.parts import alert, form, press
from sandbox.state import Endpoint, Sandbox


def sign_in_page(
    sandbox: Sandbox, home: str, name: str, fault: str = "", email: str = ""
) -> Response:
    """``home`` is the address of the room and ``name`` what stands after "Sign in to"."""
    return page(
        f"Sign in to {name}",
        alert(fault)
        + form(f"{home}/signin", sign_in_fields(email), press("Sign in"))
        + people_to_unfold(sandbox),
        room=home,
    )


def signing_in(home: str, name: str) -> Endpoint:
    """The endpoint behind the room's sign-in page."""

    def sign_in(sandbox: Sandbox, request: Request) -> Response:
        user = user_by_password(sandbox, request)
        if user is None:
            return sign_in_page(sandbox, home, name, WRONG, request.form.get("email", ""))
        session = begin_session(sandbox, request, user, ["pwd"])
        return redirect(home, session_cookies(sandbox, session))

    return own_pages_only(sign_in)


def signing_out(home: str) -> Endpoint:
    def sign_out(sandbox: Sandbox, request: Request) -> Response:
        end_session(sandbox, request)
        return redirect(home, ended_cookies())

    return own_pages_only(sign_out)


def somebody_else(home: str) -> str:
    """A button that ends the session and leads back to the room."""
    return form(f"{home}/signout", press("Sign in as somebody else", quiet=True))
