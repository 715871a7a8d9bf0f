"""Into the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from integrations.deliveries.models import Delivery, Lane
from integrations.orders.models import SalesOrder


def enqueue(orders: Iterable[SalesOrder], lane: Lane, *, now: datetime) -> list[Delivery]:
    """Make a delivery for each order, due now. Belongs into the transaction that stores the orders.

    All orders are of the lane's connection. Afterwards the caller rings the bell.
    """
    return Delivery.objects.bulk_create(
        Delivery(order=order, lane=lane, due_at=now, visma_company=lane.company_key)
        for order in orders
    )
