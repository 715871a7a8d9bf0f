"""Into the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import ordering
from integrations.orders.models import SalesOrder

Priority = Delivery.Priority


def enqueue(
    orders: Iterable[SalesOrder],
    lane: Lane,
    *,
    now: datetime,
    priorities: Mapping[str, Priority] | None = None,
) -> list[Delivery]:
    """Make a delivery for each order, due now. Belongs into the transaction that stores the orders.

    All orders are of the lane's connection, and stored already. ``priorities`` are told by
    reference; what isn't told is normal. Afterwards the caller rings the bell.
    """
    told = priorities or {}
    rows = [
        Delivery(
            order=order,
            lane=lane,
            due_at=now,
            visma_company=lane.company_key,
            priority=told.get(order.reference, Priority.NORMAL),
        )
        for order in orders
    ]
    ordering.line_up(rows, lane)
    return Delivery.objects.bulk_create(rows)
