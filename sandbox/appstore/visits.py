"""Who is in the App Store, and for which organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from sandbox.connect.visits import user_of
from sandbox.http import Request, Response, redirect
from sandbox.pages import own_pages_only, page
from sandbox.parts import tabs
from sandbox.state import Endpoint, Sandbox
from sandbox.world.people import INTEGRATION_ADMINISTRATOR, StoreAccount, User

HOME = "/appstore"
APPS = f"{HOME}/apps"
MY_APPS = f"{HOME}/mine"
ORGANISATION = f"{HOME}/organisation"


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person who has given access and works for an organisation."""

    sandbox: Sandbox
    request: Request
    user: User
    account: StoreAccount

    @property
    def tenant_id(self) -> str:
        return self.account.tenant_id

    @property
    def organisation(self) -> str:
        return self.sandbox.world.tenant_name(self.tenant_id) or self.tenant_id

    def may_approve(self, tenant_id: str) -> bool:
        return self.user.has_role(INTEGRATION_ADMINISTRATOR, tenant_id)

    def page(self, title: str, content: str, current: str = "", *, wide: bool = False) -> Response:
        """A page under the store's tabs, with the organisations in the top bar."""
        return page(
            title,
            content,
            wide=wide,
            signed_in_as=self.user.email,
            menu=self._menu(),
            room=HOME,
            above=tabs(
                "App Store", [("Start", HOME), ("Apps", APPS), ("My apps", MY_APPS)], current
            ),
        )

    def _menu(self) -> str:
        """Customer and companies side by side: the wrong tenant id is as near as the right one."""
        rows = "".join(
            f'<dt>{escape(name)} <small>{kind}</small></dt><dd><code class="copied">'
            f"{tenant_id}</code></dd>"
            for tenant_id, name, kind in organisations(self.sandbox, self.user)
        )
        return (
            f'<details class="organisations"><summary>{escape(self.organisation)}</summary>'
            f'<div class="panel"><p>Tenant id: <code class="copied">{self.tenant_id}</code></p>'
            f'<p><a href="{ORGANISATION}">Choose another organisation</a></p>'
            f"<dl>{rows}</dl></div></details>"
        )


Page = Callable[[Visit], Response]


def visited(show: Page) -> Endpoint:
    """Let people in who are signed in and have chosen; send the others to the entrance."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        user = user_of(sandbox, request)
        if user is None:
            return redirect(f"{HOME}/entrance")
        account = account_of(sandbox, user)
        if not account.access_given or not _works_for_somebody(user, account):
            return redirect(f"{HOME}/entrance")
        request.entry.tenant_id = account.tenant_id
        return show(Visit(sandbox, request, user, account))

    return own_pages_only(endpoint)


def account_of(sandbox: Sandbox, user: User) -> StoreAccount:
    return sandbox.world.store_accounts.setdefault(user.sub, StoreAccount())


def organisations(sandbox: Sandbox, user: User) -> list[tuple[str, str, str]]:
    """Tenant id, name and kind of all the person may approve applications for."""
    return sandbox.world.tenants_for(user, INTEGRATION_ADMINISTRATOR)


def _works_for_somebody(user: User, account: StoreAccount) -> bool:
    return user.has_role(INTEGRATION_ADMINISTRATOR, account.tenant_id)
