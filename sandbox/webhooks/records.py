"""Subscriptions, what is told to them, and how each try ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SALES_ORDERS = "visma.net.erp.salesorderservice-publisher"
FINANCIALS = "vismanetfinancials-publisher"
CONNECT = "connect-publisher"
# The event that ends a background call.
BACKGROUND = "BACKGROUND_API_RESPONSE"

KEPT = 10_000


@dataclass(slots=True)
class Subscription:
    """What an application made in the Developer Portal.

    Without ``tenant_id`` it hears of every tenant. ``retries`` and ``retry_wait`` (seconds) are
    None where the switches decide. The publisher says which events there are.
    """

    id: str
    client_id: str
    publisher: str
    url: str
    secret: str
    events: list[str]
    tenant_id: str = ""
    retries: int | None = None
    retry_wait: float | None = None
    made_at: float = 0.0


@dataclass(slots=True)
class Notification:
    """One event. ``members`` fill the body; ``at`` is seconds since the epoch."""

    id: str
    event: str
    tenant_id: str
    at: float
    members: dict[str, str]


@dataclass(slots=True)
class Attempt:
    """``status`` is what the receiver answered, or 0 when nobody did; then ``detail`` says why."""

    at: float
    status: int
    detail: str = ""


@dataclass(slots=True)
class Delivery:
    """One request to a receiver, tried again until it is answered with 2xx or given up.

    ``body`` is empty until the first try and never changes after it. A withheld one is
    never sent: the tenant has not approved the application. Of those due, the lowest
    ``rank`` goes first. ``headers`` go along beside the signature.
    """

    id: str
    subscription_id: str
    notifications: list[Notification]
    due_at: float
    rank: float = 0.0
    state: Literal["waiting", "delivered", "given_up", "withheld"] = "waiting"
    body: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WebhookBook:
    """Deliveries are in the order they were made; the oldest finished ones are forgotten."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    waiting: dict[str, Delivery] = field(default_factory=dict)
    finished: list[Delivery] = field(default_factory=list)
    made: int = 0

    def add(self, delivery: Delivery) -> None:
        if delivery.state == "waiting":
            self.waiting[delivery.id] = delivery
        else:
            self.finish(delivery)

    def finish(self, delivery: Delivery) -> None:
        self.waiting.pop(delivery.id, None)
        self.finished.append(delivery)
        if len(self.finished) > KEPT:
            del self.finished[: KEPT // 10]

    def forget(self, subscription_id: str) -> None:
        """Remove the subscription and what still waits for it."""
        self.subscriptions.pop(subscription_id, None)
        for delivery in [*self.waiting.values()]:
            if delivery.subscription_id == subscription_id:
                del self.waiting[delivery.id]
