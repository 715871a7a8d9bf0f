"""The page of subscriptions, and what became of each delivery."""

from __future__ import annotations

from html import escape

from sandbox.developers.desk import SECTIONS
from sandbox.http import Request, Response, redirect
from sandbox.mails import moment
from sandbox.pages import page
from sandbox.parts import (
    alert,
    badge,
    button_link,
    facts,
    field,
    form,
    hidden,
    press,
    select,
    table,
    tabs,
)
from sandbox.state import Sandbox
from sandbox.webhooks.records import CONNECT, FINANCIALS, SALES_ORDERS, Delivery, Subscription
from sandbox.webhooks.subscribing import NotASubscription, Wish, subscribe

HOME = "/webhooks"
SHOWN = 50
LOOKS = {"waiting": "pending", "delivered": "good", "given_up": "bad", "withheld": "bad"}


def show_webhooks(sandbox: Sandbox, request: Request) -> Response:
    return _webhooks_page(sandbox)


def add_subscription(sandbox: Sandbox, request: Request) -> Response:
    """Shows the secret; no other page ever does."""
    given = request.form
    wish = Wish(
        client_id=given.get("client_id", ""),
        publisher=given.get("publisher", ""),
        url=given.get("url", ""),
        tenant_id=given.get("tenant_id", ""),
    )
    try:
        subscription = subscribe(sandbox, wish)
    except NotASubscription as error:
        return _webhooks_page(sandbox, str(error))
    return page(
        "Copy the secret now",
        "<p>It is shown this once. With it you check the signature of each notification.</p>"
        f'<p><code class="copied" id="secret">{escape(subscription.secret)}</code></p>'
        f"<p>{button_link('I have copied it', HOME)}</p>",
        room="/developers",
    )


def delete_subscription(sandbox: Sandbox, request: Request) -> Response:
    sandbox.webhooks.forget(request.form.get("id", ""))
    return redirect(HOME)


def _webhooks_page(sandbox: Sandbox, fault: str = "") -> Response:
    return page(
        "Webhooks",
        alert(fault)
        + "<h2>My subscriptions</h2>"
        + _subscriptions(sandbox)
        + _new_subscription(sandbox)
        + "<h2>Deliveries</h2>"
        + _deliveries(sandbox),
        room="/developers",
        wide=True,
        above=tabs("Developer Portal", SECTIONS, HOME),
    )


def _subscriptions(sandbox: Sandbox) -> str:
    rows = [_subscription(sandbox, one) for one in sandbox.webhooks.subscriptions.values()]
    if not rows:
        return "<p>None yet.</p>"
    return table("My subscriptions", ("Application", "Told of", "Address", "Next"), rows)


def _subscription(sandbox: Sandbox, one: Subscription) -> tuple[str, str, str, str]:
    application = sandbox.world.applications.get(one.client_id)
    tenant = sandbox.world.tenant_name(one.tenant_id) or "every tenant"
    return (
        escape(application.name if application else one.client_id),
        f"{escape(', '.join(one.events))}<br>"
        f"<small>{escape(one.publisher)}, {escape(tenant)}</small>",
        escape(one.url),
        form(f"{HOME}/delete", hidden("id", one.id), press("Delete", quiet=True)),
    )


def _new_subscription(sandbox: Sandbox) -> str:
    world = sandbox.world
    return "<h2>New subscription</h2>" + form(
        HOME,
        select(
            "Application",
            "client_id",
            [(one.client_id, one.name) for one in world.applications.values()],
        ),
        select(
            "Publisher", "publisher", [(one, one) for one in (SALES_ORDERS, FINANCIALS, CONNECT)]
        ),
        field(
            "Address",
            "url",
            kind="url",
            more="required",
            note="Visma takes https only. The sandbox calls http on this machine and nothing else.",
        ),
        select(
            "Tenant",
            "tenant_id",
            [("", "Every tenant")]
            + [(one.tenant_id, one.name) for one in world.companies.values()],
        ),
        press("Subscribe"),
    )


def _deliveries(sandbox: Sandbox) -> str:
    book = sandbox.webhooks
    newest = [*book.finished[-SHOWN:], *[*book.waiting.values()][-SHOWN:]][::-1]
    if not newest:
        return "<p>Nothing has been told yet.</p>"
    return "".join(_delivery(one) for one in newest)


def _delivery(delivery: Delivery) -> str:
    first = delivery.notifications[0]
    tries = "".join(
        f"<li>{moment(one.at)}: {one.status or escape(one.detail)}</li>"
        for one in delivery.attempts
    )
    return (
        f'<details class="delivery"><summary>{escape(first.event)} '
        f"{badge(delivery.state.replace('_', ' '), LOOKS[delivery.state])}</summary>"
        + facts(
            [
                ("Tenant", f"<code>{escape(first.tenant_id)}</code>"),
                ("Tries", f"<ol>{tries}</ol>" if tries else "none"),
                ("Body", f"<code>{escape(delivery.body) or 'not written yet'}</code>"),
            ]
        )
        + "</details>"
    )
