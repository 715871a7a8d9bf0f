"""Answers are kept until they are written: in batches, repeated as they stand when in doubt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from django.db import DataError, IntegrityError, transaction

from integrations.deliveries.models import Delivery
from integrations.deliveries.services import late, outbox
from integrations.deliveries.services.outbox import AttemptEnd, Settlement

logger = logging.getLogger(__name__)

Pair = tuple[Settlement, AttemptEnd]


def settle(pairs: Sequence[Pair]) -> None:
    """Write a batch of outcomes with their attempts. May be repeated: what is written stays.

    A batch the database refuses for its data is halved until the row is alone. Raises what says
    that the database is away (OperationalError and its like); nothing is written then.
    """
    try:
        with transaction.atomic():
            _write(pairs)
    except (IntegrityError, DataError):
        if len(pairs) == 1:
            _settle_alone(*pairs[0])
            return
        half = len(pairs) // 2
        settle(pairs[:half])
        settle(pairs[half:])


def _write(pairs: Sequence[Pair]) -> None:
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
            _write([(replace(settlement, problem=None), bare)])
    except (IntegrityError, DataError):
        # Left in `sending`: whoever leases the lane next finds it uncertain, and looks.
        logger.exception("Delivery %s can't be settled", end.delivery_id)
