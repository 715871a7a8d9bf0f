"""Carrying out a bulk act: batch by batch, each delivery decided by ``decisions`` under its lock.

A batch and how far the act has come are one transaction, so that whoever goes on after a worker's
death decides nothing twice and counts nothing twice.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services import bulk_acts, decisions
from integrations.deliveries.services.actors import COMMAND_LINE, By, Machine
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.decisions import NotPossible
from integrations.deliveries.services.selecting import choose, restored

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BATCH = 10
# So many are looked up at a time: a filter that finds few among millions is asked seldom.
AHEAD = 1000
PAUSE_SECONDS = 0.01  # for other writers, between batches
EXAMPLES = 10

_OUTCOMES = {
    Delivery.State.CANCELLED: "cancelled",
    Delivery.State.SENDING: "wished",
    Delivery.State.UNCERTAIN: "wished",
}
_RESENT = {Delivery.State.PENDING: "sent", Delivery.State.UNCERTAIN: "looked_up"}


def carry_out(act_id: uuid.UUID) -> Iterator[int]:
    """Go on with an act; yields after each batch, how many deliveries it held.

    Ends at once when somebody else has it, and at the next batch after it was stopped.
    """
    act = _take(act_id)
    if act is None:
        return
    try:
        for batch in _batches(act):
            if not _decide(act, batch):
                return
            yield len(batch)
            time.sleep(PAUSE_SECONDS)
    except GeneratorExit:
        # Whoever carried it out wants to do no more: somebody else may at once.
        _ours(act).update(worked_until=None)
        raise
    _finish(act)


def left_alone() -> list[uuid.UUID]:
    """Acts under way that nobody works on: just started, or their worker died."""
    rows = BulkAct.objects.filter(_free(), state=BulkAct.State.RUNNING)
    return list(rows.values_list("pk", flat=True)[:100])


def _free() -> Q:
    return Q(worked_until=None) | Q(worked_until__lt=database_now())


def _take(act_id: uuid.UUID) -> BulkAct | None:
    until = database_now() + LEASE
    rows = BulkAct.objects.filter(pk=act_id)
    if not rows.filter(_free(), state=BulkAct.State.RUNNING).update(worked_until=until):
        return None
    return rows.select_related("tenant", "by").get()


def _ours(act: BulkAct) -> QuerySet[BulkAct]:
    return BulkAct.objects.filter(
        pk=act.pk, state=BulkAct.State.RUNNING, worked_until=act.worked_until
    )


def _batches(act: BulkAct) -> Iterator[list[int]]:
    while ahead := _ahead(act):
        for start in range(0, len(ahead), BATCH):
            yield ahead[start : start + BATCH]


def _ahead(act: BulkAct) -> list[int]:
    chosen = choose(act.tenant, restored(act.selection), now=database_now())
    rows = bulk_acts.eligible(chosen, act.deed).filter(pk__gt=act.cursor)
    rows = rows.filter(order__submitted_at__lte=act.started_at)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AHEAD])


def _decide(act: BulkAct, batch: list[int]) -> bool:
    """Whether the batch was decided: False when the act was stopped or is somebody else's."""
    now = database_now()
    with transaction.atomic():
        # First, so that a stop that comes now waits for this batch, and is seen by the next.
        if not _ours(act).update(worked_until=now + LEASE):
            return False
        act.worked_until = now + LEASE
        done, refused = _each(act, batch)
        act.outcomes = dict(Counter(act.outcomes) + done)
        act.left_out = dict(Counter(act.left_out) + Counter(refused.values()))
        for delivery_id, code in refused.items():
            some = act.examples.setdefault(code, [])
            some.extend([delivery_id] if len(some) < EXAMPLES else [])
        act.seen_count += len(batch)
        act.cursor = batch[-1]
        act.save(update_fields=["outcomes", "left_out", "examples", "seen_count", "cursor"])
    return True


def _each(act: BulkAct, batch: list[int]) -> tuple[Counter[str], dict[int, str]]:
    done: Counter[str] = Counter()
    refused = {}
    by = _asker(act)
    for delivery in Delivery.objects.filter(pk__in=batch).order_by("pk"):
        try:
            done[_one(act, delivery, by)] += 1
        except NotPossible as refusal:
            refused[delivery.pk] = refusal.code
    return done, refused


def _one(act: BulkAct, delivery: Delivery, by: By) -> str:
    now = database_now()
    if act.deed == BulkAct.Deed.CANCEL:
        return _OUTCOMES[Delivery.State(decisions.cancel(delivery, by=by, now=now, act=act).state)]
    return _RESENT[Delivery.State(decisions.resend(delivery, by=by, now=now, act=act).state)]


def _asker(act: BulkAct) -> By:
    if act.by is not None:
        return act.by
    return Machine(act.by_name) if act.by_name else COMMAND_LINE


def _finish(act: BulkAct) -> None:
    now = database_now()
    ended: dict[str, Any] = {"state": BulkAct.State.DONE, "finished_at": now, "worked_until": None}
    with transaction.atomic():
        if _ours(act).update(**ended):
            bulk_acts.note(act, "finished", by=None, now=now)
