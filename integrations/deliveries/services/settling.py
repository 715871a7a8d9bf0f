"""Answers are kept until they are written: in batches, repeated as they stand when in doubt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from django.db import DataError, IntegrityError, transaction

from integrations.deliveries.models import Delivery
from integrations.deliveries.services import late, outbox, telling
from integrations.deliveries.services.judging import in_full
from integrations.deliveries.services.outbox import Arrival, AttemptEnd, Settlement

logger = logging.getLogger(__name__)

Pair = tuple[Settlement, AttemptEnd]
Outcome = Arrival | Pair


def claim_of(outcome: Outcome) -> tuple[int, int]:
    """Which claim (delivery, attempt) an outcome is about."""
    one = outcome if isinstance(outcome, Arrival) else outcome[0]
    return one.delivery_id, one.attempt


def settle(outcomes: Sequence[Outcome]) -> None:
    """Write a batch of outcomes with their attempts. May be repeated: what is written stays.

    A batch the database refuses for its data is halved until the row is alone. Raises what says
    that the database is away (OperationalError and its like); nothing is written then.
    """
    try:
        with transaction.atomic():
            _write(outcomes)
        telling.settled(outcomes)
    except (IntegrityError, DataError):
        if len(outcomes) == 1:
            _settle_alone(*_in_full(outcomes[0]))
            return
        half = len(outcomes) // 2
        settle(outcomes[:half])
        settle(outcomes[half:])


def _write(outcomes: Sequence[Outcome]) -> None:
    arrived = outbox.arrive([one for one in outcomes if isinstance(one, Arrival)])
    others = [
        _in_full(one)
        for one in outcomes
        if not (isinstance(one, Arrival) and one.delivery_id in arrived)
    ]
    if others:
        _write_in_full(others)


def _in_full(outcome: Outcome) -> Pair:
    return in_full(outcome) if isinstance(outcome, Arrival) else outcome


def _write_in_full(pairs: Sequence[Pair]) -> None:
    outbox.end_attempts([end for _, end in pairs])
    settlements = [settlement for settlement, _ in pairs]
    written = outbox.settle(settlements)
    for settlement in settlements:
        if settlement.delivery_id not in written:
            late.resolve(settlement)


def _settle_alone(settlement: Settlement, end: AttemptEnd) -> None:
    """The one row the database won't take as it is: without texts; a number taken already parks."""
    bare = replace(end, fault="", answer="")
    if settlement.state == Delivery.State.DELIVERED and late.number_is_taken(settlement):
        settlement = replace(
            settlement,
            state=Delivery.State.PARKED,
            reason=Delivery.Reason.DOUBLE_SUSPECTED,
            visma_type="",
            visma_number="",
        )
    logger.warning("Delivery %s attempt %s is settled without texts", end.delivery_id, end.number)
    try:
        with transaction.atomic():
            _write_in_full([(replace(settlement, problem=None), bare)])
        telling.settled([(settlement, end)])
    except (IntegrityError, DataError):
        # Left in `sending`: whoever leases the lane next finds it uncertain, and looks.
        logger.exception("Delivery %s can't be settled", end.delivery_id)
