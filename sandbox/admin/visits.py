"""Who is in Visma Admin, and what they administer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from sandbox.connect.visits import user_of
from sandbox.front_door import sign_in_page, somebody_else
from sandbox.http import Request, Response
from sandbox.pages import own_pages_only, page
from sandbox.parts import tabs
from sandbox.state import Endpoint, Sandbox
from sandbox.world.people import CUSTOMER_ADMINISTRATOR, User

HOME = "/admin"
NAME = "Visma Admin"
USERS = f"{HOME}/users"
COMPANIES = f"{HOME}/companies"


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in customer administrator. ``places`` are what they administer."""

    sandbox: Sandbox
    request: Request
    user: User
    places: list[tuple[str, str, str]]

    def administers(self, tenant_id: str) -> bool:
        return any(tenant_id == place for place, _, _ in self.places)

    def page(self, title: str, content: str, current: str = "", status: int = 200) -> Response:
        return page(
            title,
            content,
            status=status,
            signed_in_as=self.user.email,
            room=HOME,
            wide=True,
            above=tabs(NAME, [("Users and roles", USERS), ("Companies", COMPANIES)], current),
        )


Page = Callable[[Visit], Response]


def visited(show: Page) -> Endpoint:
    """Let customer administrators in; the others see who can help them."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        user = user_of(sandbox, request)
        if user is None:
            return sign_in_page(sandbox, HOME, NAME)
        places = sandbox.world.tenants_for(user, CUSTOMER_ADMINISTRATOR)
        if not places:
            return _no_role_page(sandbox, user)
        return show(Visit(sandbox, request, user, places))

    return own_pages_only(endpoint)


def _no_role_page(sandbox: Sandbox, user: User) -> Response:
    people = "".join(
        f"<li>{escape(one.name)} <small>{escape(one.email)}</small></li>"
        for one in sandbox.world.administrators_for(user)
    )
    help_is_at = f"<p>These people have it:</p><ul>{people}</ul>" if people else ""
    return page(
        "You can't administer users",
        f"<p>You need the role <strong>{CUSTOMER_ADMINISTRATOR}</strong> in a company.</p>"
        + help_is_at
        + somebody_else(HOME),
        signed_in_as=user.email,
        room=HOME,
    )
