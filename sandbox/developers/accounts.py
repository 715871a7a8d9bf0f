"""Getting in: an account, access for the portal, the organisation behind it."""

from __future__ import annotations

from html import escape

from sandbox.developers.desk import ACCESS, HOME, SETUP, SIGN_IN
from sandbox.developers.sessions import (
    begin_session,
    current_developer,
    developer_by_password,
    end_session,
)
from sandbox.http import Request, Response, redirect
from sandbox.pages import alert, button_link, field, form, hidden, page, press
from sandbox.state import Sandbox
from sandbox.world.developers import Developer

ACCOUNT = f"{HOME}/account"
SIGN_OUT = f"{HOME}/signout"
WRONG = "The e-mail address or the password is not right."
WANTED = (
    "Address",
    "E-mail address",
    "User identifier",
    "Profile: first and last name",
    "List of organisations",
)


def show_sign_in(sandbox: Sandbox, request: Request) -> Response:
    return _email_page(sandbox)


def sign_in(sandbox: Sandbox, request: Request) -> Response:
    """The address first, then the password; a wrong one shows the page again with 200."""
    given = request.form
    email = given.get("email", "").strip().lower()
    if not email:
        return _email_page(sandbox, "Type your e-mail address.")
    if "password" not in given:
        return _password_page(sandbox, email)
    developer = developer_by_password(sandbox, email, given["password"])
    if developer is None:
        return _password_page(sandbox, email, WRONG)
    return redirect(HOME, [begin_session(sandbox, developer)])


def show_account(sandbox: Sandbox, request: Request) -> Response:
    return _account_page({})


def create_account(sandbox: Sandbox, request: Request) -> Response:
    given = {name: value.strip() for name, value in request.form.items()}
    email = given.get("email", "").lower()
    if "@" not in email:
        return _account_page(given, "Type an e-mail address.")
    if email in sandbox.world.developers:
        return _account_page(given, "There is an account with this e-mail address. Sign in.")
    if not all(given.get(name) for name in ("given_name", "family_name", "password")):
        return _account_page(given, "Fill in your name and a password.")
    developer = Developer(email, given["password"], given["given_name"], given["family_name"])
    sandbox.world.developers[email] = developer
    return redirect(HOME, [begin_session(sandbox, developer)])


def show_access(sandbox: Sandbox, request: Request) -> Response:
    developer = current_developer(sandbox, request)
    if developer is None:
        return redirect(SIGN_IN)
    wishes = "".join(f"<li>{wish}</li>" for wish in WANTED)
    return page(
        "The Developer Portal asks for access",
        f"<p>It wants to see your account:</p><ul>{wishes}</ul>"
        + form(ACCESS, press("Accept"))
        + f'<p>Are you not {escape(developer.name)}? <a href="{SIGN_OUT}">Sign out</a></p>',
        signed_in_as=developer.email,
        room=HOME,
    )


def give_access(sandbox: Sandbox, request: Request) -> Response:
    developer = current_developer(sandbox, request)
    if developer is None:
        return redirect(SIGN_IN)
    developer.access_given = True
    return redirect(HOME)


def show_setup(sandbox: Sandbox, request: Request) -> Response:
    developer = current_developer(sandbox, request)
    return redirect(SIGN_IN) if developer is None else _setup_page(developer)


def complete_setup(sandbox: Sandbox, request: Request) -> Response:
    developer = current_developer(sandbox, request)
    if developer is None:
        return redirect(SIGN_IN)
    given = {name: value.strip() for name, value in request.form.items()}
    if not given.get("organization"):
        return _setup_page(developer, "Type the name of your organisation.")
    developer.organization = given["organization"]
    developer.country = given.get("country", "")
    developer.website = given.get("website", "")
    return redirect(HOME)


def show_sign_out(sandbox: Sandbox, request: Request) -> Response:
    return page("Sign out of the Developer Portal", form(SIGN_OUT, press("Sign out")), room=HOME)


def sign_out(sandbox: Sandbox, request: Request) -> Response:
    return redirect(SIGN_IN, [end_session(sandbox, request)])


def _email_page(sandbox: Sandbox, fault: str = "") -> Response:
    return page(
        "Developer Portal",
        alert(fault)
        + form(
            SIGN_IN,
            field("E-mail address", "email", kind="email", more='autocomplete="username" required'),
            press("Next"),
            button_link("Create account", ACCOUNT, quiet=True),
        )
        + _accounts_to_unfold(sandbox),
        room=HOME,
    )


def _password_page(sandbox: Sandbox, email: str, fault: str = "") -> Response:
    return page(
        "Type your password",
        alert(fault)
        + f'<p>You sign in as {escape(email)}. <a href="{SIGN_IN}">Somebody else?</a></p>'
        + form(
            SIGN_IN,
            hidden("email", email),
            field(
                "Password",
                "password",
                kind="password",
                more='autocomplete="current-password" required',
            ),
            press("Sign in"),
        )
        + _accounts_to_unfold(sandbox),
        room=HOME,
    )


def _account_page(given: dict[str, str], fault: str = "") -> Response:
    def text(label: str, name: str, kind: str = "text", complete: str = "off") -> str:
        value = "" if kind == "password" else given.get(name, "")
        more = f'autocomplete="{complete}" required'
        return field(label, name, value=value, kind=kind, more=more)

    return page(
        "Create your account",
        alert(fault)
        + "<p>It lives in this sandbox only. No mail leaves it, and everybody who opens the "
        "sign-in page can read the password.</p>"
        + form(
            ACCOUNT,
            text("E-mail address", "email", "email", "username"),
            text("First name", "given_name", complete="given-name"),
            text("Last name", "family_name", complete="family-name"),
            text("Password", "password", "password", "new-password"),
            press("Create account"),
            button_link("I have an account", SIGN_IN, quiet=True),
        ),
        room=HOME,
    )


def _setup_page(developer: Developer, fault: str = "") -> Response:
    return page(
        "Your organisation",
        alert(fault)
        + "<p>The last step before you begin.</p>"
        + form(
            SETUP,
            field("Name of the organisation", "organization", more="required"),
            field("Country", "country"),
            field("Website", "website", kind="url"),
            press("Complete setup"),
        ),
        signed_in_as=developer.email,
        room=HOME,
    )


def _accounts_to_unfold(sandbox: Sandbox) -> str:
    rows = "".join(
        f"<li><span>{escape(one.email)}</span> <code>{escape(one.password)}</code>"
        f"<small>{escape(one.organization or 'Not set up yet')}</small></li>"
        for one in sandbox.world.developers.values()
    )
    return (
        f'<details><summary>Who can sign in here?</summary><ul class="people">{rows}</ul></details>'
    )
