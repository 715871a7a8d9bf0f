"""The error page with its Error-ID, and the debugger that knows what was behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from sandbox.clock import iso
from sandbox.connect.interactions import Mishap
from sandbox.http import Request, Response
from sandbox.pages import page
from sandbox.parts import facts, press
from sandbox.state import Sandbox

DEBUGGER = "/connect/debugger"


def error_page(sandbox: Sandbox, reason: str, error: str, client_id: str = "") -> Response:
    """Visma shows an Error-ID and sends nothing to the client; the debugger knows why."""
    mishap = Mishap(error, reason, client_id, sandbox.clock.seconds())
    error_id = sandbox.interactions.record(mishap, sandbox.random)
    return page(
        "This sign-in can't start",
        "<p>The application sent you here with a request we can't use. Tell its maker this "
        f"Error-ID:</p><p><code>{error_id}</code></p>"
        f'<p><a href="{DEBUGGER}?{urlencode({"id": error_id})}">Open the debugger</a></p>',
        status=400,
    )


def show_debugger(sandbox: Sandbox, request: Request) -> Response:
    error_id = request.query.get("id", "").strip()
    mishap = sandbox.interactions.mishaps.get(error_id)
    if mishap is not None:
        return page("What was wrong", _story(mishap) + _question(""))
    if not error_id:
        return page("What was wrong?", _question(""))
    return page(
        "Nothing is known of this Error-ID",
        "<p>It may be older than the last reset.</p>" + _question(error_id),
        status=404,
    )


def _story(mishap: Mishap) -> str:
    moment = iso(datetime.fromtimestamp(mishap.at, UTC))
    application = escape(mishap.client_id) or "not known"
    return f"<p>{escape(mishap.reason)}</p>" + facts(
        (
            ("Error", f"<code>{escape(mishap.error)}</code>"),
            ("Application", f"<code>{application}</code>"),
            ("When", escape(moment or "")),
        )
    )


def _question(error_id: str) -> str:
    return (
        f'<form method="get" action="{DEBUGGER}"><div class="field"><label for="id">Error-ID'
        f'</label><input id="id" name="id" value="{escape(error_id)}" autocomplete="off" required>'
        f"</div>{press('Look it up')}</form>"
    )
