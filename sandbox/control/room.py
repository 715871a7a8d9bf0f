"""What the pages under /switches have in common: who may see them, and how they look."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from sandbox.control.answers import is_loopback
from sandbox.http import Request, Response, redirect
from sandbox.pages import alert, notice, own_pages_only, page, tabs
from sandbox.state import Endpoint, Sandbox

HOME = "/switches"
TABS = (
    ("Switches", HOME),
    ("Faults", f"{HOME}/faults"),
    ("Clock and state", f"{HOME}/state"),
    ("Witness", f"{HOME}/witness"),
)


class Unusable(Exception):
    """What was typed can't be used; the text says why."""


def from_here(endpoint: Endpoint) -> Endpoint:
    """Show a page to this machine only, and take forms only from the sandbox's own pages."""

    def guarded(sandbox: Sandbox, request: Request) -> Response:
        if not is_loopback(request.peer):
            return page("For this machine only", "<p>Nothing has been done.</p>", status=403)
        return endpoint(sandbox, request)

    return own_pages_only(guarded)


def pressed(work: Callable[[Sandbox, dict[str, str]], tuple[str, str]]) -> Endpoint:
    """Do what a form asks and go on to a page. ``work`` returns its address and what it says.

    What it raises as Unusable is told on the page the form came from.
    """

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        try:
            address, said = work(sandbox, request.form)
        except Unusable as error:
            address = request.form.get("from", HOME)
            known = {known for _, known in TABS}
            return onward(address if address in known else HOME, wrong=str(error))
        return onward(address, done=said)

    return from_here(endpoint)


def room_page(title: str, content: str, request: Request) -> Response:
    query = request.query
    said = notice(query.get("done", "")) + alert(query.get("wrong", ""))
    return page(
        title,
        said + content,
        room=HOME,
        wide=True,
        above=tabs("Switches", TABS, request.path.lower().rstrip("/")),
    )


def onward(address: str, **said: str) -> Response:
    """Go to a page that shows what was ``done``, or what is ``wrong``."""
    return redirect(f"{address}?{urlencode(said)}" if any(said.values()) else address)
