"""What a look goes by: how an uncertain delivery's order would look in Visma.net."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.deliveries.models import Delivery
from integrations.orders.services import building, payloads
from integrations.visma.listings import ListedOrder


@dataclass(frozen=True, slots=True)
class Sought:
    """An uncertain delivery, and how its order would look in Visma."""

    delivery_id: int
    attempt: int
    reference: str
    buyer: str
    total: Decimal | None
    first_sent_at: datetime
    quarantined_until: datetime
    uncertain_at: datetime
    misses: int
    missed_at: datetime | None
    late_number: str
    kept_refusal: bool
    # Type and number of ours, and whether that was read since the last attempt.
    own_number: tuple[str, str] | None = None
    read_by_number: bool = False

    def agrees(self, row: ListedOrder) -> bool:
        """Whether buyer and, where all prices are ours, the total are the same."""
        if row.customer_id != self.buyer:
            return False
        return self.total is None or self.total in (
            row.order_total,
            row.order_total - row.tax_total,
        )


def sought_of(delivery: Delivery) -> Sought:
    """How an uncertain delivery's order would look in Visma; wants its order's integration."""
    order = delivery.order
    if (
        delivery.first_sent_at is None
        or delivery.quarantined_until is None
        or delivery.uncertain_at is None
    ):
        raise RuntimeError(f"Delivery {delivery.pk} is uncertain and was never sent.")
    return Sought(
        delivery_id=delivery.pk,
        attempt=delivery.attempt,
        reference=payloads.wire_reference(
            order.connection.integration.reference_prefix, order.reference
        ),
        buyer=order.buyer,
        total=payloads.expected_total(order.content),
        first_sent_at=delivery.first_sent_at,
        quarantined_until=delivery.quarantined_until,
        uncertain_at=delivery.uncertain_at,
        misses=delivery.misses,
        missed_at=delivery.missed_at,
        late_number=delivery.late_number,
        kept_refusal=delivery.kept_refusal,
        own_number=_own_number(delivery),
        read_by_number=_was_read(delivery),
    )


def _own_number(delivery: Delivery) -> tuple[str, str] | None:
    own = getattr(delivery, "own_number", None)
    return (building.type_in(delivery.route, delivery.payload), own.number) if own else None


def _was_read(delivery: Delivery) -> bool:
    own = getattr(delivery, "own_number", None)
    return own is not None and own.read_after >= delivery.attempt
