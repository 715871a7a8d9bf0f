"""Mail that Visma would send. It goes nowhere but to the page ``/mails``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from typing import Any

from sandbox.http import Request, Response
from sandbox.pages import page
from sandbox.state import Sandbox
from sandbox.world.applications import Application
from sandbox.world.mails import Mail

PORTAL = "do.not.reply@oauth.developers.visma.com"


def send_mail(sandbox: Sandbox, to: str, subject: str, text: str) -> None:
    sandbox.mails.append(Mail(sandbox.clock.seconds(), PORTAL, to, subject, text))


def tell_of_customer(sandbox: Sandbox, application: Application, tenant_id: str) -> None:
    """Tell the application's developer that an organisation has approved it."""
    if not application.owner:
        return
    name = sandbox.world.tenant_name(tenant_id) or tenant_id
    send_mail(
        sandbox,
        application.owner,
        f"{name} has approved {application.name}",
        f"{name} has approved {application.name} in the App Store.\nTenant ID: {tenant_id}\n"
        "You find it under Integrations > Customers of your application.",
    )


def show_mails(sandbox: Sandbox, request: Request) -> Response:
    mails = "".join(_article(mail) for mail in reversed(sandbox.mails))
    return page(
        "Mails",
        "<p>What Visma would have sent. Nothing leaves the sandbox; the newest stands first.</p>"
        + (mails or "<p>None yet.</p>"),
        room="/mails",
        wide=True,
    )


def list_mails(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """For the control API: oldest first, or those to one address (``to``)."""
    to = request.query.get("to")
    found = [asdict(mail) for mail in sandbox.mails if to in {None, mail.to}]
    return {"count": len(found), "mails": found}


def moment(seconds: float) -> str:
    """Write a moment for people, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y %H:%M UTC")


def _article(mail: Mail) -> str:
    return (
        f'<article class="mail"><h2>{escape(mail.subject)}</h2>'
        f"<p><small>{moment(mail.sent_at)} · from {escape(mail.sender)} · to {escape(mail.to)}"
        f"</small></p><pre>{escape(mail.text)}</pre></article>"
    )
