"""The way into the App Store: sign in, give it access once, choose the organisation."""

from __future__ import annotations

from html import escape

from sandbox.appstore.visits import HOME, ORGANISATION, account_of, organisations
from sandbox.connect.visits import user_of
from sandbox.front_door import sign_in_page, somebody_else
from sandbox.http import Request, Response, redirect
from sandbox.pages import page
from sandbox.parts import alert, choice, form, press
from sandbox.state import Sandbox
from sandbox.world.people import CUSTOMER_ADMINISTRATOR, INTEGRATION_ADMINISTRATOR, User

NAME = "the App Store"
ENTRANCE = f"{HOME}/entrance"
ACCESS = ("Address", "E-mail address", "User id", "First and last name", "List of organisations")


def show_entrance(sandbox: Sandbox, request: Request) -> Response:
    """The next page on the way in for whoever comes."""
    user = user_of(sandbox, request)
    if user is None:
        return sign_in_page(sandbox, HOME, NAME)
    account = account_of(sandbox, user)
    if not account.access_given:
        return _access_page(user)
    if not organisations(sandbox, user):
        return _no_role_page(sandbox, user)
    return _organisation_page(sandbox, user)


def show_organisations(sandbox: Sandbox, request: Request) -> Response:
    """To change one's mind about the organisation."""
    user = user_of(sandbox, request)
    if user is None or not account_of(sandbox, user).access_given:
        return redirect(ENTRANCE)
    return _organisation_page(sandbox, user) if organisations(sandbox, user) else redirect(ENTRANCE)


def give_access(sandbox: Sandbox, request: Request) -> Response:
    user = user_of(sandbox, request)
    if user is not None:
        account_of(sandbox, user).access_given = True
        _settle_on_the_only_one(sandbox, user)
    return redirect(HOME)


def choose_organisation(sandbox: Sandbox, request: Request) -> Response:
    user = user_of(sandbox, request)
    if user is None:
        return redirect(HOME)
    tenant_id = request.form.get("tenant_id", "")
    if not user.has_role(INTEGRATION_ADMINISTRATOR, tenant_id):
        return _organisation_page(sandbox, user, "Choose an organisation first.")
    account_of(sandbox, user).tenant_id = tenant_id
    return redirect(HOME)


def _settle_on_the_only_one(sandbox: Sandbox, user: User) -> None:
    usable = organisations(sandbox, user)
    if len(usable) == 1:
        account_of(sandbox, user).tenant_id = usable[0][0]


def _access_page(user: User) -> Response:
    wishes = "".join(f"<li>{wish}</li>" for wish in ACCESS)
    return page(
        "The App Store asks for access to your account",
        f"<p>It wants to see:</p><ul>{wishes}</ul>"
        + form(f"{HOME}/access", press("Accept"))
        + somebody_else(HOME),
        signed_in_as=user.email,
        room=HOME,
    )


def _organisation_page(sandbox: Sandbox, user: User, fault: str = "") -> Response:
    current = account_of(sandbox, user).tenant_id
    choices = "".join(
        choice(
            name, "tenant_id", tenant_id, note=f"{kind} · {tenant_id}", checked=tenant_id == current
        )
        for tenant_id, name, kind in organisations(sandbox, user)
    )
    return page(
        "Choose an organisation",
        alert(fault)
        + form(
            ORGANISATION,
            "<fieldset><legend>You approve applications for one organisation at a time."
            f"</legend>{choices}</fieldset>",
            press("Continue"),
        )
        + somebody_else(HOME),
        signed_in_as=user.email,
        room=HOME,
    )


def _no_role_page(sandbox: Sandbox, user: User) -> Response:
    return page(
        "You can't approve applications",
        f"<p>You need the role <strong>{INTEGRATION_ADMINISTRATOR}</strong> in a company. "
        f"{_who_gives_it(sandbox, user)} It can take 15 minutes to work.</p>" + somebody_else(HOME),
        signed_in_as=user.email,
        room=HOME,
    )


def _who_gives_it(sandbox: Sandbox, user: User) -> str:
    known = sandbox.world.administrators_for(user)
    if not known:
        return (
            f"A {CUSTOMER_ADMINISTRATOR.lower()} gives it to you in "
            '<a href="/admin">Visma Admin</a>.'
        )
    people = ", ".join(escape(f"{one.name} ({one.email})") for one in known)
    return f'{people} can give it to you in <a href="/admin">Visma Admin</a>.'
