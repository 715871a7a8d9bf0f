"""How often a request that failed may be repeated: twice in five minutes, as Visma has it.

What never left us was no request, and a 429 was not looked at by Visma. After a lost answer the
quarantine keeps repeats further apart than this.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services.outbox import Settlement
from integrations.visma.calls import Answer

REPEATS, WITHIN = 2, timedelta(minutes=5)
THROTTLED = 429


def may_be_too_many(settlement: Settlement, answer: Answer) -> bool:
    """Whether an outcome sends again what may have failed too often; asks no database."""
    failed = answer.passed > 0 and answer.status != THROTTLED
    return failed and settlement.state == Delivery.State.PENDING and settlement.attempt > REPEATS


def not_before(delivery_id: int, *, now: datetime) -> datetime:
    """When the delivery may next be sent, for all that its requests failed so far."""
    failed = (
        Attempt.objects.filter(delivery=delivery_id)
        .exclude(ending__in=(Attempt.Ending.GATE, Attempt.Ending.WITHDRAWN))
        .exclude(status=THROTTLED)
        .order_by("-number")
        .values_list("opened_at", flat=True)[: REPEATS + 1]
    )
    moments = list(failed)
    if len(moments) <= REPEATS:
        return now
    return max(now, moments[REPEATS - 1] + WITHIN)


def space_out(delivery_id: int, attempt: int, *, now: datetime) -> None:
    """Put off a delivery that waits again after a failure, where it was repeated often enough."""
    Delivery.objects.filter(
        pk=delivery_id, attempt=attempt, state=Delivery.State.PENDING, due_at__lt=(
            earliest := not_before(delivery_id, now=now)
        ),
    ).update(due_at=earliest)  # fmt: skip
