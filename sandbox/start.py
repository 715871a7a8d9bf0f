"""The page one comes to first: where everything is, and who there is."""

from __future__ import annotations

from html import escape

from sandbox.http import Request, Response
from sandbox.mails import moment
from sandbox.pages import facts, page, people, table
from sandbox.state import Sandbox

CHAPTERS = (
    ("Developer Portal", "/developers", "Make an account and set it up."),
    ("My Applications", "/developers/applications", "Add an application, generate its secret."),
    ("APIs", "/developers/apis", "Ask for an API. You approve it in Visma's place."),
    ("App Store tab", "/developers/applications", "Publish the application, make a code."),
    ("Admin", "/admin", "Give the customer's user the role Integration Administrator."),
    ("App Store", "/appstore", "Find the application by its code, approve it, copy the tenant id."),
)
BESIDE = (
    ("Switches", "/switches", "Decide where nobody knows what Visma does."),
    ("Faults", "/switches/faults", "Let requests fail, and see what your integration makes of it."),
    ("Clock and state", "/switches/state", "Move the clock, save the state, begin anew."),
    ("Witness", "/switches/witness", "See every request, and what came of it."),
    ("Webhooks", "/webhooks", "Hear of orders and of approvals."),
    ("Sales orders, version 3", "/swagger/index.html", "Every call, and the OpenAPI document."),
    ("Error-IDs", "/connect/debugger", "Find out what was wrong with a sign-in."),
)


def show_start(sandbox: Sandbox, request: Request) -> Response:
    steps = "".join(
        f'<li><a href="{address}">{name}</a>: {note}</li>' for name, address, note in CHAPTERS
    )
    beside = "".join(
        f'<li><a href="{address}">{name}</a>: {note}</li>' for name, address, note in BESIDE
    )
    return page(
        "A stand-in for Visma",
        "<p>Applications send people here to sign in and to consent, and place orders that go "
        "nowhere. Nothing here is real, and nothing is Visma's.</p>"
        f"<h2>Visma's getting-started guide, in order</h2><ol>{steps}</ol>"
        f"<h2>Beside the guide</h2><ul>{beside}</ul>"
        f"<h2>Addresses</h2>{_addresses(sandbox)}"
        "<h2>People who can sign in</h2><p>The password stands beside each address.</p>"
        f"{people(sandbox)}"
        f"<h2>Developers</h2>{_developers(sandbox)}"
        f"<h2>Applications</h2>{_applications(sandbox)}"
        f"<h2>Invitation codes</h2>{_codes(sandbox)}",
        room="/",
        wide=True,
    )


def _addresses(sandbox: Sandbox) -> str:
    return facts(
        (name, f"<code>{escape(sandbox.url(path))}</code>")
        for name, path in (
            ("Issuer", ""),
            ("Token endpoint", "/connect/token"),
            ("Sales orders", "/api/v3/SalesOrders"),
            ("Visma.net ERP", "/v1"),
            ("Control API", "/_control/mode"),
        )
    )


def _developers(sandbox: Sandbox) -> str:
    rows = "".join(
        f"<li><span>{escape(one.email)}</span> <code>{escape(one.password)}</code>"
        f"<small>{escape(one.organization)}</small></li>"
        for one in sandbox.world.developers.values()
    )
    return f'<ul class="people">{rows}</ul>'


def _applications(sandbox: Sandbox) -> str:
    rows = [
        (escape(one.name), f"<code>{escape(one.client_id)}</code>", one.kind, escape(one.owner))
        for one in sandbox.world.applications.values()
    ]
    return table("Applications", ("Name", "Client ID", "Type", "Developer"), rows)


def _codes(sandbox: Sandbox) -> str:
    rows = [
        (
            f'<code class="copy">{escape(one.code)}</code>',
            f"<code>{escape(one.client_id)}</code>",
            moment(one.expires_at),
        )
        for one in sandbox.world.invitation_codes.values()
    ]
    return table("Invitation codes", ("Code", "Application", "Expires"), rows)
