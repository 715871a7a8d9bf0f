"""Subscriptions and deliveries over the control API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.control.answers import Refused, read_object
from sandbox.http import Request
from sandbox.members import fits
from sandbox.state import Sandbox
from sandbox.webhooks.events import publish, repeat
from sandbox.webhooks.records import Delivery, Subscription
from sandbox.webhooks.subscribing import NotASubscription, Wish, subscribe

MEMBERS: dict[str, Any] = {
    "client_id": str,
    "publisher": str,
    "url": str,
    "events": list[str],
    "tenant_id": str,
    "retries": int | None,
    "retry_wait": float | None,
}


def add_subscription(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """``client_id``, ``publisher`` and ``url`` are needed; without ``events`` it is all of them.

    Only this answer holds the ``secret``.
    """
    given = read_object(request)
    for name, value in given.items():
        if name not in MEMBERS or not fits(value, MEMBERS[name]):
            raise Refused(f"{name!r} is no member of a subscription, or has the wrong type")
    missing = {"client_id", "publisher", "url"} - given.keys()
    if missing:
        raise Refused(f"{', '.join(sorted(missing))} is needed")
    try:
        return asdict(subscribe(sandbox, Wish(**given)))
    except NotASubscription as error:
        raise Refused(str(error)) from error


def list_subscriptions(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    return {"subscriptions": [_shown(one) for one in sandbox.webhooks.subscriptions.values()]}


def delete_subscriptions(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """The one of an ``id``, or all."""
    wanted = request.query.get("id")
    for subscription_id in [*sandbox.webhooks.subscriptions]:
        if wanted in {None, subscription_id}:
            sandbox.webhooks.forget(subscription_id)
    return list_subscriptions(sandbox, request)


def list_deliveries(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """The delivery log, finished ones first. ``subscription_id`` and ``state`` narrow it."""
    query = request.query
    book = sandbox.webhooks
    found = [
        _logged(one)
        for one in [*book.finished, *book.waiting.values()]
        if query.get("subscription_id") in {None, one.subscription_id}
        and query.get("state") in {None, one.state}
    ]
    return {"count": len(found), "deliveries": found}


def send_again(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Repeat the delivery of an ``id``, to the byte, whatever has become of it."""
    wanted = read_object(request).get("id")
    book = sandbox.webhooks
    known = [one for one in [*book.finished, *book.waiting.values()] if one.id == wanted]
    if not known or known[0].subscription_id not in book.subscriptions:
        raise Refused("No delivery has this id, or its subscription is gone.", 404)
    return _logged(repeat(sandbox, known[0]))


def tell(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Tell subscribers of an ``event`` of a ``tenant_id`` that nothing here has set off.

    ``members`` are texts, as ``{"type": "SO", "orderId": "000001", "status": "Open"}``.
    """
    given = read_object(request)
    event, tenant_id = given.get("event"), given.get("tenant_id")
    members = given.get("members", {})
    if not isinstance(event, str) or not isinstance(tenant_id, str):
        raise Refused("'event' and 'tenant_id' are needed")
    if not fits(members, dict[str, str]):
        raise Refused("'members' maps names to texts")
    publish(sandbox, event, tenant_id, members)
    return list_deliveries(sandbox, request)


def _shown(subscription: Subscription) -> dict[str, Any]:
    content = asdict(subscription)
    del content["secret"]
    return content


def _logged(delivery: Delivery) -> dict[str, Any]:
    content = asdict(delivery)
    del content["rank"]
    return content
