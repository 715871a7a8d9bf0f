"""Users and roles: search, see companies and roles, give and take, invite."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from sandbox.admin.visits import HOME, USERS, Visit
from sandbox.draws import drawn_uuid
from sandbox.front_door import somebody_else
from sandbox.http import Response, redirect
from sandbox.parts import (
    alert,
    badge,
    choice,
    facts,
    field,
    form,
    hidden,
    notice,
    press,
    select,
    table,
)
from sandbox.world.people import PRODUCTS, ROLES, User

USER = f"{HOME}/user"
FIRST_PASSWORD = "sandbox"  # noqa: S105 - everyone may know it


def show_users(visit: Visit) -> Response:
    """All users of one's companies, or those whose e-mail address holds what was typed."""
    return _users_page(visit, visit.request.query.get("search", "").strip().lower())


def _users_page(visit: Visit, typed: str = "", said: str = "") -> Response:
    found = [one for one in visit.sandbox.world.users.values() if _is_shown(visit, one, typed)]
    rows = [
        (
            f'<a href="{address_of(one)}">{escape(one.email)}</a>',
            escape(one.name),
            _places(visit, one),
        )
        for one in found
    ]
    listed = (
        table("Users", ("E-mail address", "Name", "Companies"), rows)
        if rows
        else f"<p>Nobody has “{escape(typed)}” in their e-mail address.</p>"
    )
    search = (
        f'<form method="get" action="{USERS}" role="search">'
        + field("Search by e-mail address", "search", value=typed)
        + press("Search")
        + "</form>"
    )
    return visit.page(
        "Users and roles",
        notice(said) + search + listed + _invitation(visit) + somebody_else(HOME),
        USERS,
    )


def show_user(visit: Visit) -> Response:
    user = visit.sandbox.world.users.get(visit.request.query.get("sub", ""))
    return _user_page(visit, user) if user else _nobody(visit)


def add_access(visit: Visit) -> Response:
    """A company with no role yet."""
    given = visit.request.form
    user = visit.sandbox.world.users.get(given.get("sub", ""))
    if user is None:
        return _nobody(visit)
    tenant_id = given.get("tenant_id", "")
    if not visit.administers(tenant_id):
        return _user_page(visit, user, "Choose a company that you administer.")
    user.roles.setdefault(tenant_id, set())
    return redirect(address_of(user))


def save_roles(visit: Visit) -> Response:
    """Roles ticked are given and the others taken, in the companies the form showed."""
    given = visit.request.form
    user = visit.sandbox.world.users.get(given.get("sub", ""))
    if user is None:
        return _nobody(visit)
    now, delay = visit.sandbox.clock.seconds(), visit.sandbox.switches.role_delay
    for tenant_id, _, _ in visit.places:
        if f"shown:{tenant_id}" not in given:
            continue
        for role in ROLES:
            visit.sandbox.world.change_role(
                user,
                tenant_id,
                role,
                given=f"role:{tenant_id}:{role}" in given,
                now=now,
                delay=delay,
            )
    return _users_page(visit, said=_saved_words(visit, user))


def invite(visit: Visit) -> Response:
    """A new user with access to a company; who is known already only gets the access."""
    given = visit.request.form
    email, tenant_id = given.get("email", "").strip(), given.get("tenant_id", "")
    if "@" not in email or not visit.administers(tenant_id):
        return visit.page(
            "Users and roles",
            alert("Give an e-mail address and a company that you administer.") + _invitation(visit),
            USERS,
        )
    user = visit.sandbox.world.user_by_email(email)
    if user is None:
        user = User(
            sub=drawn_uuid(visit.sandbox.random),
            email=email,
            password=FIRST_PASSWORD,
            given_name=given.get("given_name", ""),
            family_name=given.get("family_name", ""),
        )
        visit.sandbox.world.users[user.sub] = user
    user.roles.setdefault(tenant_id, set())
    return redirect(address_of(user))


def address_of(user: User) -> str:
    return f"{USER}?{urlencode({'sub': user.sub})}"


def _is_shown(visit: Visit, user: User, typed: str) -> bool:
    if typed:
        return typed in user.email.lower()
    return any(visit.administers(tenant_id) for tenant_id in user.roles)


def _places(visit: Visit, user: User) -> str:
    return "<br>".join(
        f"{escape(name)} <small>{', '.join(sorted(user.roles[tenant_id])) or 'no role'}</small>"
        for tenant_id, name, _ in visit.places
        if tenant_id in user.roles
    )


def _user_page(visit: Visit, user: User, fault: str = "") -> Response:
    shown = [place for place in visit.places if place[0] in user.roles]
    others = [place for place in visit.places if place[0] not in user.roles]
    grids = "".join(_grid(visit, user, *place) for place in shown)
    roles = (
        form(USER, hidden("sub", user.sub), grids, press("Save and close"))
        if shown
        else "<p>No access to any company that you administer.</p>"
    )
    access = form(
        f"{USER}/access",
        hidden("sub", user.sub),
        select(
            "Add access to",
            "tenant_id",
            [(tenant_id, f"{name} ({kind})") for tenant_id, name, kind in others],
            note="Companies in which you are a customer administrator.",
        ),
        press("Add", quiet=True),
    )
    return visit.page(
        user.name or user.email,
        alert(fault)
        + facts([("E-mail address", escape(user.email)), ("User id", f"<code>{user.sub}</code>")])
        + f"<h2>Company access and rights</h2>{roles}"
        + (access if others else ""),
        USERS,
    )


def _grid(visit: Visit, user: User, tenant_id: str, name: str, kind: str) -> str:
    """The roles of one company under the names of their products."""
    products = "".join(
        f'<fieldset class="product"><legend>{product}</legend>'
        + "".join(_tick(visit, user, tenant_id, role) for role in roles)
        + "</fieldset>"
        for product, roles in PRODUCTS.items()
    )
    return (
        f'<section aria-labelledby="{tenant_id}"><h3 id="{tenant_id}">{escape(name)} '
        f"{badge(kind)}</h3>{hidden(f'shown:{tenant_id}', 'on')}"
        f'<div class="products">{products}</div></section>'
    )


def _tick(visit: Visit, user: User, tenant_id: str, role: str) -> str:
    waiting = visit.sandbox.world.waiting_role(user, tenant_id, role)
    held = user.has_role(role, tenant_id)
    note = ""
    if waiting is not None:
        moment = datetime.fromtimestamp(waiting.works_from, UTC).strftime("%H:%M:%S")
        note = f"{'works' if waiting.given else 'ends'} from {moment} UTC"
    return choice(
        role,
        f"role:{tenant_id}:{role}",
        "on",
        kind="checkbox",
        note=note,
        checked=waiting.given if waiting is not None else held,
    )


def _saved_words(visit: Visit, user: User) -> str:
    waits = any(one.sub == user.sub for one in visit.sandbox.world.role_changes)
    what = f"The roles of {user.name or user.email} are saved."
    return f"{what} It takes a while until they work." if waits else what


def _invitation(visit: Visit) -> str:
    return "<h2>Invite a user</h2>" + form(
        f"{HOME}/invite",
        field("E-mail address", "email", kind="email", more='autocomplete="off" required'),
        field("First name", "given_name", more='autocomplete="off"'),
        field("Last name", "family_name", more='autocomplete="off"'),
        select(
            "Company",
            "tenant_id",
            [(place, f"{name} ({kind})") for place, name, kind in visit.places],
        ),
        f"<p>In the sandbox their password is <code>{FIRST_PASSWORD}</code>.</p>",
        press("Invite"),
    )


def _nobody(visit: Visit) -> Response:
    return visit.page("There is no such user", "<p>Search for another one.</p>", USERS, 404)
