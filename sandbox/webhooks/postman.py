"""Carries deliveries to their receivers when they are due by the sandbox's clock."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from sandbox.outbound import NotReached, post
from sandbox.webhooks.bodies import SIGNATURE_HEADER, body_of, signature
from sandbox.webhooks.records import BACKGROUND, FINANCIALS, Attempt, Delivery, Subscription

if TYPE_CHECKING:
    from sandbox.state import Sandbox

NEVER = float("inf")


class Postman:
    """One round per subscription at a time, so that a slow receiver holds up nobody else."""

    def __init__(self) -> None:
        self._rounds: dict[str, asyncio.Task[None]] = {}
        self._alarm_at = NEVER

    def expect(self, sandbox: Sandbox, subscription_id: str, due_at: float) -> None:
        """Go out for this subscription now, or when the moment has come."""
        now = sandbox.clock.seconds()
        if due_at <= now:
            if subscription_id not in self._rounds:
                self._rounds[subscription_id] = asyncio.get_running_loop().create_task(
                    self._round(sandbox, subscription_id)
                )
        elif due_at < self._alarm_at:
            self._alarm_at = due_at
            sandbox.clock.call_later(due_at - now, partial(self._ring, sandbox))

    def wake(self, sandbox: Sandbox) -> None:
        """Look through all that waits: after an alarm, and when a state has been restored."""
        self._alarm_at = NEVER
        for delivery in [*sandbox.webhooks.waiting.values()]:
            self.expect(sandbox, delivery.subscription_id, delivery.due_at)

    def _ring(self, sandbox: Sandbox) -> None:
        # The clock rings all at once when it is reset, and only then may start anew.
        asyncio.get_running_loop().call_soon(self.wake, sandbox)

    async def _round(self, sandbox: Sandbox, subscription_id: str) -> None:
        """Deliver until nothing is due. What comes up meanwhile is in the next turn."""
        try:
            while subscription := sandbox.webhooks.subscriptions.get(subscription_id):
                due = _due(sandbox, subscription)
                if not due:
                    return
                for delivery in due:
                    await self._deliver(sandbox, subscription, delivery)
        finally:
            del self._rounds[subscription_id]

    async def _deliver(
        self, sandbox: Sandbox, subscription: Subscription, delivery: Delivery
    ) -> None:
        if sandbox.webhooks.waiting.get(delivery.id) is not delivery:
            return
        attempt = await _try(sandbox, subscription, delivery)
        delivery.attempts.append(attempt)
        if sandbox.webhooks.waiting.get(delivery.id) is not delivery:
            return
        if 200 <= attempt.status < 300:
            delivery.state = "delivered"
        elif len(delivery.attempts) > _retries(sandbox, subscription):
            delivery.state = "given_up"
        else:
            wait = _wait(sandbox, subscription, len(delivery.attempts))
            delivery.due_at = sandbox.clock.seconds() + wait
            self.expect(sandbox, subscription.id, delivery.due_at)
            return
        sandbox.webhooks.finish(delivery)


def _due(sandbox: Sandbox, subscription: Subscription) -> list[Delivery]:
    """What is due for it, in its order; the older publisher puts all new ones into one."""
    now = sandbox.clock.seconds()
    due = sorted(
        (
            one
            for one in sandbox.webhooks.waiting.values()
            if one.subscription_id == subscription.id and one.due_at <= now
        ),
        key=lambda one: one.rank,
    )
    if subscription.publisher != FINANCIALS:
        return due
    new = [one for one in due if not one.body and one.notifications[0].event != BACKGROUND]
    for other in new[1:]:
        new[0].notifications.extend(other.notifications)
        del sandbox.webhooks.waiting[other.id]
    return [one for one in due if one.id in sandbox.webhooks.waiting]


async def _try(sandbox: Sandbox, subscription: Subscription, delivery: Delivery) -> Attempt:
    delivery.body = delivery.body or body_of(sandbox, subscription, delivery.notifications)
    content = delivery.body.encode()
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        (SIGNATURE_HEADER, signature(subscription.secret, content)),
        *delivery.headers.items(),
    ]
    began = sandbox.clock.seconds()
    try:
        return Attempt(began, await post(subscription.url, content, headers))
    except NotReached as error:
        return Attempt(began, 0, str(error))


def _retries(sandbox: Sandbox, subscription: Subscription) -> int:
    own = subscription.retries
    return sandbox.switches.webhook_retries if own is None else own


def _wait(sandbox: Sandbox, subscription: Subscription, tries: int) -> float:
    """Seconds until the next try; each one waits twice as long, or all the same."""
    own = subscription.retry_wait
    wait = sandbox.switches.webhook_retry_wait if own is None else own
    doubles = sandbox.switches.webhook_backoff == "exponential"
    return wait * 2 ** (tries - 1) if doubles else wait
