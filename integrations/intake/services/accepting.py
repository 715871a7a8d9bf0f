"""An order and its delivery are stored together, or not at all."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.lanes import lane_for
from integrations.deliveries.services.queueing import enqueue
from integrations.orders.models import SalesOrder, content_digest
from integrations.orders.services import payloads

Content = Mapping[str, Any]
Priority = Delivery.Priority

# SQLite has one writer: many orders at once would keep the push waiting.
BATCH_SIZE = 50
PAUSE_SECONDS = 0.02


class ReferenceReused(Exception):
    """The reference already belongs to an order with other content."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The delivery an order has; ``created`` is False when it was here already."""

    delivery: Delivery
    created: bool


@dataclass(slots=True)
class Batch:
    """References by what became of them: new here, here already, taken by another order."""

    created: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)


@transaction.atomic
def accept(
    connection: Connection,
    content: Content,
    *,
    source: SalesOrder.Source,
    now: datetime,
    priority: Priority = Priority.NORMAL,
) -> Accepted:
    """Store a checked order and put it in the outbox, due at once.

    The same order again gets the delivery it has, so callers may repeat as often as they like.
    Raises ReferenceReused. The caller rings the bell after the commit.
    """
    order = _order(connection, content, source=source, now=now)
    found = _found(connection, order.reference)
    if found is None:
        try:
            with transaction.atomic():
                order.save(force_insert=True)
        except IntegrityError:
            # Somebody else stored it between the look and the insert.
            found = SalesOrder.objects.get(connection=connection, reference=order.reference)
        else:
            told = {order.reference: priority}
            (delivery,) = enqueue([order], lane_for(connection), now=now, priorities=told)
            return Accepted(delivery, created=True)
    if found.content_digest != order.content_digest:
        raise ReferenceReused(order.reference)
    return Accepted(found.delivery, created=False)


@transaction.atomic
def accept_batch(
    connection: Connection,
    contents: Sequence[Content],
    *,
    source: SalesOrder.Source,
    now: datetime,
    priorities: Mapping[str, Priority] | None = None,
) -> Batch:
    """Store up to a batch of checked orders, none of them twice, in one transaction.

    ``priorities`` are told by reference; what isn't told is normal.
    """
    orders = [_order(connection, content, source=source, now=now) for content in contents]
    digests = known_digests(connection, [order.reference for order in orders])
    new = [order for order in orders if order.reference not in digests]
    try:
        with transaction.atomic():
            SalesOrder.objects.bulk_create(new)
    except IntegrityError:
        # A reference twice among them, or somebody else's in between: find out which.
        return _one_by_one(connection, contents, source=source, now=now, told=priorities or {})
    enqueue(new, lane_for(connection), now=now, priorities=priorities)
    batch = Batch(created=[order.reference for order in new])
    for order in orders:
        if order.reference in digests:
            same = digests[order.reference] == order.content_digest
            (batch.known if same else batch.reused).append(order.reference)
    return batch


def pause() -> None:
    """Let other writers in between two batches."""
    time.sleep(PAUSE_SECONDS)


def known_digests(connection: Connection, references: Sequence[str]) -> dict[str, str]:
    """The content digests of those references that are stored already."""
    return dict(
        SalesOrder.objects.filter(
            connection=connection, reference__in=references
        ).values_list("reference", "content_digest")
    )  # fmt: skip


def _one_by_one(
    connection: Connection,
    contents: Sequence[Content],
    *,
    source: SalesOrder.Source,
    now: datetime,
    told: Mapping[str, Priority],
) -> Batch:
    batch = Batch()
    for content in contents:
        reference = str(content["reference"])
        try:
            accepted = accept(
                connection,
                content,
                source=source,
                now=now,
                priority=told.get(reference, Priority.NORMAL),
            )
        except ReferenceReused:
            batch.reused.append(reference)
        else:
            (batch.created if accepted.created else batch.known).append(reference)
    return batch


def _found(connection: Connection, reference: str) -> SalesOrder | None:
    return (
        SalesOrder.objects.select_related("delivery")
        .filter(connection=connection, reference=reference)
        .first()
    )


def _order(
    connection: Connection, content: Content, *, source: SalesOrder.Source, now: datetime
) -> SalesOrder:
    stored = dict(content)
    return SalesOrder(
        connection=connection,
        reference=stored["reference"],
        content=stored,
        content_digest=content_digest(stored),
        buyer=stored["buyer"],
        ordered_on=date.fromisoformat(stored["date"]),
        total=payloads.expected_total(stored),
        line_count=len(stored["lines"]),
        source=source,
        submitted_at=now,
    )
