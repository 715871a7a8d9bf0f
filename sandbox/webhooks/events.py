"""Which events there are, and telling those who subscribed."""

from __future__ import annotations

from dataclasses import replace

from sandbox.draws import drawn_uuid
from sandbox.state import Sandbox
from sandbox.webhooks.records import (
    BACKGROUND,
    CONNECT,
    FINANCIALS,
    SALES_ORDERS,
    Delivery,
    Notification,
    Subscription,
)

CREATED = "SALESORDER_CREATED"
UPDATED = "SALESORDER_UPDATED"
DELETED = "SALESORDER_DELETED"
UI_ACTION = "SALESORDER_UI_CUSTOMACTION"
CHANGED = "salesorder_changed"
ADDED = "tenant_application_added"
REMOVED = "tenant_application_removed"


def events_of(sandbox: Sandbox, publisher: str) -> list[str]:
    """The events one can subscribe to; none for an unknown publisher."""
    known = {
        SALES_ORDERS: [CREATED, UPDATED, DELETED, UI_ACTION],
        FINANCIALS: [CHANGED, BACKGROUND],
        CONNECT: [ADDED, sandbox.switches.application_removed_event],
    }
    return known.get(publisher, [])


def publish(
    sandbox: Sandbox,
    event: str,
    tenant_id: str,
    members: dict[str, str],
    headers: dict[str, str] | None = None,
) -> None:
    """Tell every subscription that wants to hear of it; costs nothing when there is none.

    Sales order events carry ``type``, ``orderId`` and ``status``; those of Connect and of a
    background call ``client_id``, and only that application hears of them. ``headers`` go along.
    A created or updated order is news for the older publisher too.
    """
    if not sandbox.webhooks.subscriptions:
        return
    _tell(sandbox, event, tenant_id, members, headers or {})
    if event in {CREATED, UPDATED}:
        _tell(sandbox, CHANGED, tenant_id, members, {})


def is_approved(sandbox: Sandbox, subscription: Subscription, tenant_id: str) -> bool:
    """Has the tenant let the application in, with the scope for webhooks where one is named?"""
    wanted = sandbox.switches.webhook_scope
    scopes = sandbox.world.approvals.get((subscription.client_id, tenant_id))
    return bool(scopes) and (not wanted or wanted in (scopes or ()))


def _tell(
    sandbox: Sandbox,
    event: str,
    tenant_id: str,
    members: dict[str, str],
    headers: dict[str, str],
) -> None:
    for subscription in sandbox.webhooks.subscriptions.values():
        if event not in subscription.events or subscription.tenant_id not in {"", tenant_id}:
            continue
        of_one = subscription.publisher == CONNECT or event == BACKGROUND
        if of_one and subscription.client_id != members.get("client_id"):
            continue
        news = Notification(
            drawn_uuid(sandbox.random), event, tenant_id, sandbox.clock.seconds(), members
        )
        _queue(sandbox, subscription, news, headers)


def _queue(
    sandbox: Sandbox, subscription: Subscription, news: Notification, headers: dict[str, str]
) -> None:
    switches = sandbox.switches
    needs_approval = switches.webhooks_need_approval and subscription.publisher != CONNECT
    withheld = needs_approval and not is_approved(sandbox, subscription, news.tenant_id)
    for _ in range(1 if withheld else switches.webhook_copies):
        delivery = Delivery(
            id=drawn_uuid(sandbox.random),
            subscription_id=subscription.id,
            notifications=[news],
            due_at=news.at + switches.webhook_delay,
            rank=_rank(sandbox),
            state="withheld" if withheld else "waiting",
            headers=headers,
        )
        sandbox.webhooks.add(delivery)
        if not withheld:
            sandbox.postman.expect(sandbox, subscription.id, delivery.due_at)


def repeat(sandbox: Sandbox, delivery: Delivery) -> Delivery:
    """Send the same once more, as a delivery of its own."""
    now = sandbox.clock.seconds()
    copy = replace(
        delivery,
        id=drawn_uuid(sandbox.random),
        notifications=[*delivery.notifications],
        due_at=now,
        rank=_rank(sandbox),
        state="waiting",
        attempts=[],
    )
    sandbox.webhooks.add(copy)
    sandbox.postman.expect(sandbox, copy.subscription_id, now)
    return copy


def _rank(sandbox: Sandbox) -> float:
    """Drawn when the event happens: a run must not depend on how fast receivers are."""
    sandbox.webhooks.made += 1
    match sandbox.switches.webhook_order:
        case "kept":
            return sandbox.webhooks.made
        case "reversed":
            return -sandbox.webhooks.made
        case _:
            return sandbox.random.random()
