"""What a lost answer costs an order, once a look has shown that it is not there.

Only then is it known whether the host was down when the answer was lost: such an attempt is not
charged. An order that brings its host down each time is caught in outage after outage, so there is
an end to these too.
"""

from __future__ import annotations

from django.db.models import F

from integrations.deliveries.models import Attempt, Breaker, Delivery
from integrations.deliveries.services import breakers
from integrations.deliveries.services.judging import MOST_CHARGED

MOST_OUTAGES = 8


def charge(delivery_id: int, attempt: int, origin: str) -> bool:
    """Charge an uncertain delivery for its attempt, or its host. True: it has none left.

    Belongs into the transaction that releases the delivery.
    """
    uncertain = Delivery.objects.filter(
        pk=delivery_id, attempt=attempt, state=Delivery.State.UNCERTAIN
    )
    ended_at = Attempt.objects.values_list("ended_at", flat=True).get(
        delivery=delivery_id, number=attempt
    )
    outage = breakers.outage_around(origin, ended_at) if ended_at else None
    if outage is None:
        uncertain.update(charged=F("charged") + 1)
    elif not _was_caught_before(outage, delivery_id, attempt):
        uncertain.update(outages=F("outages") + 1)
    spent = uncertain.filter(charged__gte=MOST_CHARGED) | uncertain.filter(
        outages__gte=MOST_OUTAGES
    )
    return spent.exists()


def _was_caught_before(outage: Breaker, delivery_id: int, attempt: int) -> bool:
    """Whether an earlier attempt of the delivery fell into the same outage."""
    earlier = Attempt.objects.filter(
        delivery=delivery_id,
        number__lt=attempt,
        ending=Attempt.Ending.UNKNOWN,
        ended_at__gte=outage.failing_since,
    )
    return earlier.exists()
