"""Orders that carry a number of ours: giving it, and asking for it before anything is repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q

from integrations.connections.models import Connection
from integrations.connections.services import own_numbers
from integrations.deliveries.models import Attempt, Delivery, OwnNumber
from integrations.deliveries.services.holding import HeldLane
from integrations.deliveries.services.outbox import Due

# What a payload says exactly when it brings a number; quotes within its texts are escaped.
MARK = '"overrideNumberSeries"'
NEVER_SENT = (Attempt.Ending.GATE, Attempt.Ending.WITHDRAWN)
REFUSED, CONFLICT = (400, 422), 409


def is_numbered(payload: str) -> bool:
    """Whether a payload brings a number of ours."""
    return MARK in payload


def hold_back_unread(found: list[Due], *, now: datetime) -> list[Due]:
    """Those of the deliveries that may be sent now; the others are looked up by number first.

    Belongs into the transaction of the claim.
    """
    repeats = [due.id for due in found if due.attempt and is_numbered(due.payload)]
    unread = set(_unread(repeats)) if repeats else set()
    if not unread:
        return found
    Delivery.objects.filter(pk__in=unread, state=Delivery.State.PENDING).update(
        state=Delivery.State.UNCERTAIN,
        uncertain_at=now,
        quarantined_until=now,
        look_at=now,
        misses=0,
        missed_at=None,
    )
    return [due for due in found if due.id not in unread]


def _unread(deliveries: list[int]) -> Iterable[int]:
    """Whose number was not asked for since their last request went out."""
    sent = (
        Attempt.objects.filter(delivery__in=deliveries)
        .exclude(ending__in=NEVER_SENT)
        .order_by()
        .values_list("delivery_id")
        .annotate(newest=Max("number"))
    )
    read = dict(
        OwnNumber.objects.filter(delivery__in=deliveries).values_list("delivery_id", "read_after")
    )
    return [pk for pk, newest in sent if pk in read and read[pk] < newest]


def assign(found: list[Due], lanes: dict[int, HeldLane]) -> dict[int, str]:
    """The numbers of those deliveries whose payload has to be built with one.

    A first attempt gets the next of its connection's series; a payload that is built anew for
    another route keeps the number it had. Belongs into the transaction of the claim.
    """
    first: dict[int, list[int]] = {}
    moved = []
    for due in found:
        connection = lanes[due.lane_id].connection
        if is_numbered(due.payload):
            if due.route != connection.integration.route:
                moved.append(due.id)
        elif connection.own_numbers and not (due.attempt and due.payload):
            first.setdefault(due.lane_id, []).append(due.id)
    kept = OwnNumber.objects.filter(delivery__in=moved).values_list("delivery_id", "number")
    numbers = dict(kept) if moved else {}
    for lane_id, deliveries in first.items():
        numbers |= _give(lanes[lane_id], deliveries)
    return numbers


def _give(lane: HeldLane, deliveries: list[int]) -> dict[int, str]:
    given = dict(zip(deliveries, own_numbers.take(lane.connection, len(deliveries)), strict=True))
    OwnNumber.objects.bulk_create(
        OwnNumber(delivery_id=pk, company_key=lane.company_key, number=number)
        for pk, number in given.items()
    )
    return given


def note_read(delivery_id: int, attempt: int) -> None:
    """The number was asked for after this attempt, and the ERP has it not."""
    OwnNumber.objects.filter(delivery=delivery_id).update(read_after=attempt)


def forget_taken(delivery: Delivery) -> None:
    """A number that a stranger's order has is of no use: the order gets another with its next try.

    Before the reason is taken away and the row saved.
    """
    if delivery.reason == Delivery.Reason.NUMBER_TAKEN:
        OwnNumber.objects.filter(delivery=delivery.pk).delete()
        delivery.payload = ""


def is_doubtful(delivery_id: int) -> bool:
    """Whether any attempt may have left an order at Visma.net that no look has cleared away."""
    harmless = Q(ending__in=NEVER_SENT) | Q(cleared_at__isnull=False)
    refused = Q(ending=Attempt.Ending.ANSWERED, visma_number="")
    return Attempt.objects.filter(delivery=delivery_id).exclude(harmless | refused).exists()


def learn_from_hit(
    connection: Connection, delivery_id: int, attempt: int, *, number: str, now: datetime
) -> None:
    """An order of ours is there. Was its last attempt refused because it was there already?"""
    if connection.repeats_refused_at is not None:
        return
    attempts = Attempt.objects.filter(delivery=delivery_id).exclude(ending__in=NEVER_SENT)
    earlier = attempts.filter(number__lt=attempt, ending=Attempt.Ending.UNKNOWN).exists()
    last = attempts.filter(number=attempt).first()
    if earlier and last is not None and _is_about_number(last, number):
        own_numbers.note_repeat_refused(connection, now=now)


def _is_about_number(attempt: Attempt, number: str) -> bool:
    said = attempt.answer.lower()
    named = number.lower() in said or "orderid" in said or "ordernumber" in said
    return attempt.status == CONFLICT or (attempt.status in REFUSED and named)
