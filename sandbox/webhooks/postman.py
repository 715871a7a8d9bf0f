"""Carries deliveries to their receivers when they are due by the sandbox's clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sandbox.outbound import NotReached, post
from sandbox.webhooks.bodies import SIGNATURE_HEADER, body_of, signature
from sandbox.webhooks.records import FINANCIALS, Attempt, Delivery, Subscription

if TYPE_CHECKING:
    from sandbox.state import Sandbox

# How soon a moved clock is noticed; only while something waits.
LOOK_SECONDS = 0.1


class Postman:
    """One round per subscription at a time, so that a slow receiver holds up nobody else."""

    def __init__(self) -> None:
        self._rounds: dict[str, asyncio.Task[None]] = {}

    def wake(self, sandbox: Sandbox) -> None:
        """Start a round for each subscription for which something waits."""
        for subscription_id in {one.subscription_id for one in sandbox.webhooks.waiting.values()}:
            if subscription_id not in self._rounds:
                self._rounds[subscription_id] = asyncio.get_running_loop().create_task(
                    self._round(sandbox, subscription_id)
                )

    async def _round(self, sandbox: Sandbox, subscription_id: str) -> None:
        """Deliver until nothing waits any more, or a reset has taken it away."""
        try:
            while True:
                subscription = sandbox.webhooks.subscriptions.get(subscription_id)
                mine = [
                    one
                    for one in sandbox.webhooks.waiting.values()
                    if one.subscription_id == subscription_id
                ]
                if subscription is None or not mine:
                    return
                await _step(sandbox, subscription, mine)
        finally:
            del self._rounds[subscription_id]


async def _step(sandbox: Sandbox, subscription: Subscription, mine: list[Delivery]) -> None:
    """Deliver the next one that is due, or wait a little."""
    now = sandbox.clock.seconds()
    due = sorted((one for one in mine if one.due_at <= now), key=lambda one: one.rank)
    if not due:
        await asyncio.sleep(min(min(one.due_at for one in mine) - now, LOOK_SECONDS))
        return
    if subscription.publisher == FINANCIALS:
        _gather(sandbox, due)
    await _deliver(sandbox, subscription, due[0])


def _gather(sandbox: Sandbox, due: list[Delivery]) -> None:
    """The older publisher puts all that is new into one request."""
    first, *others = due
    for other in others:
        if not first.body and not other.body:
            first.notifications.extend(other.notifications)
            del sandbox.webhooks.waiting[other.id]


async def _deliver(sandbox: Sandbox, subscription: Subscription, delivery: Delivery) -> None:
    delivery.body = delivery.body or body_of(sandbox, subscription, delivery.notifications)
    content = delivery.body.encode()
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        (SIGNATURE_HEADER, signature(subscription.secret, content)),
    ]
    began = sandbox.clock.seconds()
    try:
        attempt = Attempt(began, await post(subscription.url, content, headers))
    except NotReached as error:
        attempt = Attempt(began, 0, str(error))
    delivery.attempts.append(attempt)
    if sandbox.webhooks.waiting.get(delivery.id) is not delivery:
        return
    if 200 <= attempt.status < 300:
        delivery.state = "delivered"
    elif len(delivery.attempts) > _retries(sandbox, subscription):
        delivery.state = "given_up"
    else:
        delivery.due_at = began + _wait(sandbox, subscription, len(delivery.attempts))
        return
    sandbox.webhooks.finish(delivery)


def _retries(sandbox: Sandbox, subscription: Subscription) -> int:
    own = subscription.retries
    return sandbox.switches.webhook_retries if own is None else own


def _wait(sandbox: Sandbox, subscription: Subscription, tries: int) -> float:
    """Seconds until the next try; each one waits twice as long, or all the same."""
    own = subscription.retry_wait
    wait = sandbox.switches.webhook_retry_wait if own is None else own
    doubles = sandbox.switches.webhook_backoff == "exponential"
    return wait * 2 ** (tries - 1) if doubles else wait
