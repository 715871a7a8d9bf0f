"""A developer at work in the portal: who it is, what is theirs, and the frame of their pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from sandbox.developers.sessions import current_developer
from sandbox.http import Request, Response, redirect
from sandbox.pages import page, tabs
from sandbox.state import Endpoint, Sandbox
from sandbox.world.applications import Application
from sandbox.world.developers import Developer

HOME = "/developers"
SIGN_IN = f"{HOME}/signin"
ACCESS = f"{HOME}/access"
SETUP = f"{HOME}/setup"
APPLICATIONS = f"{HOME}/applications"
APIS_PAGE = f"{HOME}/apis"
SECTIONS = (
    ("Start page", HOME),
    ("My Applications", APPLICATIONS),
    ("APIs", APIS_PAGE),
    ("Webhooks", "/webhooks"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of a developer who has completed the set-up."""

    sandbox: Sandbox
    request: Request
    developer: Developer

    @property
    def now(self) -> float:
        return self.sandbox.clock.seconds()

    @property
    def applications(self) -> list[Application]:
        """Their applications by name."""
        own = (
            application
            for application in self.sandbox.world.applications.values()
            if application.owner == self.developer.email
        )
        return sorted(own, key=lambda application: application.name.casefold())

    def application(self, client_id: str) -> Application | None:
        """Theirs, or None."""
        found = self.sandbox.world.applications.get(client_id)
        return found if found and found.owner == self.developer.email else None

    def page(self, title: str, content: str, *, section: str = "", status: int = 200) -> Response:
        """``content`` is HTML; ``section`` is the address to mark in the portal's own bar."""
        return page(
            title,
            content,
            status=status,
            signed_in_as=self.developer.email,
            menu='<a href="/developers/signout">Sign out</a>',
            room=HOME,
            wide=True,
            above=tabs("Developer Portal", SECTIONS, section),
        )


def address_of(application: Application, tab: str = "") -> str:
    """The page of an application, or one of its tabs."""
    address = f"{APPLICATIONS}/{quote(application.client_id, safe='')}"
    return f"{address}/{tab}" if tab else address


def at_desk(work: Callable[[Desk], Response]) -> Endpoint:
    """Let a developer in who has signed in, given access and completed the set-up."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        developer = current_developer(sandbox, request)
        if developer is None:
            return redirect(SIGN_IN)
        if not developer.access_given:
            return redirect(ACCESS)
        if not developer.organization:
            return redirect(SETUP)
        return work(Desk(sandbox, request, developer))

    return endpoint


def at_application(work: Callable[[Desk, Application], Response]) -> Endpoint:
    """As ``at_desk``, for the application in the path; a stranger's is as good as none."""

    def for_desk(desk: Desk) -> Response:
        application = desk.application(desk.request.parameters["client_id"])
        if application is None:
            return desk.page(
                "No such application",
                f'<p>You have no application with this client id. Look at <a href="{APPLICATIONS}">'
                "My Applications</a>.</p>",
                status=404,
            )
        desk.request.entry.client_id = application.client_id
        return work(desk, application)

    return at_desk(for_desk)
