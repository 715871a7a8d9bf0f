"""The sign-in pages: e-mail address, password, and the code of an authenticator app."""

from __future__ import annotations

import hmac

from sandbox.connect.answers import origin
from sandbox.connect.authorize import on_the_way
from sandbox.connect.flow import Walk
from sandbox.connect.totp import STEP, code_at, fitting_step
from sandbox.connect.visits import begin_session, session_cookies
from sandbox.connect.words import ENGLISH
from sandbox.http import Request, Response, redirect
from sandbox.pages import page, people_to_unfold
from sandbox.parts import alert, field, form, hidden, press
from sandbox.state import Sandbox
from sandbox.world.people import User

WRONG = "The e-mail address or the password is not right."
WRONG_CODE = "The code is not right, or it has been used."


@on_the_way
def show_sign_in(walk: Walk, request: Request) -> Response:
    return _sign_in_page(walk, walk.interaction.login_hint)


@on_the_way
def sign_in(walk: Walk, request: Request) -> Response:
    """A wrong password shows the page again, with status 200, as at Visma."""
    given = request.form
    if "password" not in given and walk.sandbox.switches.sign_in_pages == "two":
        return _password_page(walk, given.get("email", ""))
    user = user_by_password(walk.sandbox, request)
    if user is None:
        return _sign_in_page(walk, given.get("email", ""), WRONG)
    if user.totp_secret:
        walk.interaction.half_signed_in = user.sub
        return redirect(walk.page_address("code"))
    return _enter(walk, request, user, ["pwd"])


@on_the_way
def show_code(walk: Walk, request: Request) -> Response:
    user = walk.sandbox.world.users.get(walk.interaction.half_signed_in)
    return walk.next() if user is None else _code_page(walk, user)


@on_the_way
def check_code(walk: Walk, request: Request) -> Response:
    """A code works once (RFC 6238, 5.2)."""
    sandbox, now = walk.sandbox, walk.sandbox.clock.seconds()
    user = sandbox.world.users.get(walk.interaction.half_signed_in)
    if user is None:
        return walk.next()
    used = sandbox.sessions.code_steps.get(user.sub, -1)
    step = fitting_step(user.totp_secret, request.form.get("code", ""), now, used)
    if step is None:
        return _code_page(walk, user, WRONG_CODE)
    sandbox.sessions.code_steps[user.sub] = step
    return _enter(walk, request, user, ["pwd", "otp", "mfa"])


def user_by_password(sandbox: Sandbox, request: Request) -> User | None:
    given = request.form
    user = sandbox.world.user_by_email(given.get("email", ""))
    typed = given.get("password", "").encode()
    if user is None or not hmac.compare_digest(user.password.encode(), typed):
        return None
    return user


def sign_in_fields(email: str, words: dict[str, str] = ENGLISH) -> str:
    return _email_field(email, words) + _password_field(words)


def _enter(walk: Walk, request: Request, user: User, amr: list[str]) -> Response:
    walk.interaction.signed_in = True
    walk.interaction.half_signed_in = ""
    walk.session = begin_session(walk.sandbox, request, user, amr)
    walk.user = user
    response = walk.next()
    response.headers.extend(session_cookies(walk.sandbox, walk.session))
    return response


def _sign_in_page(walk: Walk, email: str, fault: str = "") -> Response:
    words = walk.words
    if walk.sandbox.switches.sign_in_pages == "two":
        fields, button = _email_field(email, words), words["continue"]
    else:
        fields, button = sign_in_fields(email, words), words["sign_in"]
    content = alert(fault) + _form(walk, "signin", fields, press(button))
    return _page(walk, words["sign_in"], content + people_to_unfold(walk.sandbox))


def _password_page(walk: Walk, email: str) -> Response:
    parts = hidden("email", email), _password_field(walk.words), press(walk.words["sign_in"])
    return _page(walk, walk.words["sign_in"], _form(walk, "signin", *parts))


def _code_page(walk: Walk, user: User, fault: str = "") -> Response:
    words = walk.words
    if not user.totp_secret:
        return _page(
            walk,
            "You need a second step",
            "<p>The application asks for two-step verification, and your account has none.</p>",
        )
    code = field(
        words["code"], "code", more='inputmode="numeric" autocomplete="one-time-code" required'
    )
    content = alert(fault) + _form(walk, "code", code, press(words["continue"]))
    now = code_at(user.totp_secret, int(walk.sandbox.clock.seconds()) // STEP)
    shown = (
        f"<details><summary>No app at hand?</summary><p>It shows <code>{now}</code>.</p></details>"
    )
    return _page(walk, words["code_title"], content + shown)


def _form(walk: Walk, name: str, *parts: str) -> str:
    return form(f"/connect/{name}", hidden("interaction", walk.interaction.id), *parts)


def _page(walk: Walk, title: str, content: str) -> Response:
    return page(
        title,
        content,
        form_targets=origin(walk.interaction.redirect_uri),
        lang=walk.interaction.locale,
    )


def _email_field(email: str, words: dict[str, str]) -> str:
    more = 'autocomplete="username" required'
    return field(words["email"], "email", value=email, kind="email", more=more)


def _password_field(words: dict[str, str]) -> str:
    more = 'autocomplete="current-password" required'
    return field(words["password"], "password", kind="password", more=more)
