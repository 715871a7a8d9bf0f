"""What a look found, written: delivered, one miss more, released, or a person's decision."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from integrations.deliveries.models import Attempt, Delivery, Look
from integrations.deliveries.models.deliveries import DeliveryQuerySet
from integrations.deliveries.services import numbering, rehearsing, repeats, telling
from integrations.deliveries.services.charges import charge
from integrations.deliveries.services.holding import DrainOptions
from integrations.deliveries.services.judging import jittered
from integrations.deliveries.services.look_records import record
from integrations.deliveries.services.looking import Search
from integrations.deliveries.services.ordering import let_go
from integrations.deliveries.services.sought import Sought
from integrations.visma.listings import ListedOrder

State, Reason, Finding = Delivery.State, Delivery.Reason, Look.Finding
MISSES_TO_RELEASE = 2
BETWEEN_EARLY_LOOKS = timedelta(seconds=30)
LONGEST_AFTER_FAILURE = timedelta(minutes=5)
LONGEST_DOUBT = timedelta(hours=24)


def write_found(search: Search, options: DrainOptions, *, now: datetime) -> None:
    """Write what a whole list (read to its end) says of each delivery it was read for."""
    if search.rehearsed is not None:
        rehearsing.write_found(search, now=now)
        return
    telling.searched(search)
    for sought in search.sought:
        with transaction.atomic():
            _write_one(search, sought, search.hits.get(sought.delivery_id, []), options, now)
            let_go([sought.delivery_id])


def write_failed(search: Search, status: int, options: DrainOptions, *, now: datetime) -> None:
    """Visma could not be asked, so nothing is sent again. After a day a person decides."""
    if search.rehearsed is not None:
        rehearsing.write_failed(search, status, options, now=now)
        return
    telling.searched(search, status=status)
    for sought in search.sought:
        with transaction.atomic():
            record(search, sought, Finding.FAILED, status=status)
            if now - sought.uncertain_at >= LONGEST_DOUBT:
                _park(sought, Reason.CANT_BE_ASKED, now)
                let_go([sought.delivery_id])
            else:
                _still_uncertain(sought).update(look_at=now + _patience(sought, options))


def _patience(sought: Sought, options: DrainOptions) -> timedelta:
    """How long until the next try: twice as long after each failed look of this doubt."""
    failed = Look.objects.filter(
        delivery=sought.delivery_id, attempt=sought.attempt, finding=Finding.FAILED
    ).count()
    wait = max(options.first_look * float(1 << min(failed, 10)), options.list_pause)
    return min(wait, LONGEST_AFTER_FAILURE)


def _write_one(
    search: Search, sought: Sought, hits: list[ListedOrder], options: DrainOptions, now: datetime
) -> None:
    if search.stranger is not None:
        record(search, sought, Finding.DIFFERS, [search.stranger])
        _park(sought, Reason.NUMBER_TAKEN, now)
    elif len(hits) > 1:
        record(search, sought, Finding.SEVERAL, hits)
        _park(sought, Reason.SEVERAL_FOUND, now)
    elif hits and not sought.agrees(hits[0]):
        record(search, sought, Finding.DIFFERS, hits)
        _park(sought, Reason.DIFFERS, now)
    elif hits and f"{hits[0].type}/{hits[0].order_id}" != sought.late_number:
        record(search, sought, Finding.HIT, hits)
        _learn_of_number(search, sought, now)
        _deliver(sought, hits[0].type, hits[0].order_id, now)
    else:
        # Nothing, or only the order an earlier attempt is known to have made: what the last
        # attempt may have made is not there.
        record(search, sought, Finding.MISS, hits)
        if search.number is not None:
            numbering.note_read(sought.delivery_id, sought.attempt)
        _count_miss(search, sought, options, now)


def _learn_of_number(search: Search, sought: Sought, now: datetime) -> None:
    if search.number is not None:
        numbering.learn_from_hit(
            search.lane.connection, sought.delivery_id, sought.attempt,
            number=search.number[1], now=now,
        )  # fmt: skip


def _counts(search: Search, sought: Sought, options: DrainOptions) -> bool:
    """Whether a miss says that the order is not there, and won't turn up either.

    A number of ours that is not there counts before the quarantine ends only where the company
    would refuse that number a second time.
    """
    apart = sought.missed_at is None or search.begun_at - sought.missed_at >= options.read_lag
    if search.number is not None:
        return apart and search.lane.connection.repeats_refused_at is not None
    return apart and search.whole and search.begun_at >= sought.quarantined_until


def _count_miss(search: Search, sought: Sought, options: DrainOptions, now: datetime) -> None:
    if search.number is not None and not numbering.is_doubtful(sought.delivery_id):
        # It was read before a repeat; no answer of it went missing.
        _release(search, sought, now, in_doubt=False)
    elif not _counts(search, sought, options):
        ahead = sought.quarantined_until if sought.missed_at is None else now + options.read_lag
        _still_uncertain(sought).update(look_at=max(min(now + BETWEEN_EARLY_LOOKS, ahead), now))
    elif sought.misses + 1 < MISSES_TO_RELEASE:
        _still_uncertain(sought).update(
            misses=sought.misses + 1,
            missed_at=search.begun_at,
            look_at=search.begun_at + options.read_lag,
        )
    else:
        _release(search, sought, now)


def _release(search: Search, sought: Sought, now: datetime, *, in_doubt: bool = True) -> None:
    """The doubt is over and nothing is there: on with what it was before the doubt."""
    Attempt.objects.filter(
        delivery=sought.delivery_id, number__lte=sought.attempt, cleared_at=None
    ).exclude(ended_at=None).update(cleared_at=now)
    uncertain = _still_uncertain(sought)
    cleared = {"misses": 0, "missed_at": None, "quarantined_until": None, "look_at": None}
    if sought.late_number:
        order_type, _, number = sought.late_number.partition("/")
        _deliver(sought, order_type, number, now)
    elif sought.kept_refusal:
        uncertain.update(state=State.REJECTED, settled_at=now, **cleared)
    elif uncertain.filter(cancel_wanted_at__isnull=False).update(
        state=State.CANCELLED, settled_at=now, **cleared
    ):
        return
    elif in_doubt and charge(sought.delivery_id, sought.attempt, search.lane.host.origin):
        _park(sought, Reason.ATTEMPTS_SPENT, now)
    else:
        uncertain.update(state=State.PENDING, due_at=_due_at(sought, now), **cleared)


def _due_at(sought: Sought, now: datetime) -> datetime:
    """When it goes out again: at once the first time, then later and later."""
    charged = Delivery.objects.values_list("charged", flat=True).get(pk=sought.delivery_id)
    due_at = now + jittered(charged - 1) if charged > 1 else now
    if now < sought.quarantined_until:
        due_at = max(due_at, repeats.not_before(sought.delivery_id, now=now))
    return due_at


def _deliver(sought: Sought, order_type: str, number: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            _still_uncertain(sought).update(
                state=State.DELIVERED,
                visma_type=order_type,
                visma_number=number,
                settled_at=now,
                quarantined_until=None,
                look_at=None,
            )
    except IntegrityError:
        # The number is another delivery's: two of ours can't be one order of Visma's.
        _park(sought, Reason.DOUBLE_SUSPECTED, now)


def _park(sought: Sought, reason: Delivery.Reason, now: datetime) -> None:
    _still_uncertain(sought).update(
        state=State.PARKED, reason=reason, settled_at=now, quarantined_until=None, look_at=None
    )


def _still_uncertain(sought: Sought) -> DeliveryQuerySet:
    return Delivery.objects.filter(
        pk=sought.delivery_id, state=State.UNCERTAIN, attempt=sought.attempt
    )
