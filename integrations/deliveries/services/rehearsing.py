"""Shadow mode's work: orders that wait are built, checked and looked up, and nothing is sent.

It goes by the drain like a look: with the lane's slot, quota and token, reads only. What was found
is kept with the delivery, which stays ``pending``; only what can't be built is parked, as it would
be at its first attempt.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from integrations.deliveries.models import Delivery, Look
from integrations.deliveries.services import shadow
from integrations.deliveries.services.claiming import built_anew
from integrations.deliveries.services.holding import DrainOptions, HeldLane
from integrations.deliveries.services.look_records import record
from integrations.deliveries.services.looking import MOST_NARROW, Search
from integrations.deliveries.services.outbox import let_go
from integrations.deliveries.services.session import Session
from integrations.deliveries.services.sought import Sought, sought_of
from integrations.orders.services.content import check
from integrations.orders.services.faults import Fault
from integrations.visma.sales_orders import ListedOrder

logger = logging.getLogger(__name__)

State, Finding = Delivery.State, Look.Finding
MOST_AT_ONCE = 500
# Orders that another system made are looked for from so long before ours was accepted.
BEFORE = timedelta(hours=24)
LONGEST_AFTER_FAILURE = timedelta(minutes=5)


def begin(session: Session) -> None:
    """Begin to rehearse what waits in the lanes held that are in shadow mode."""
    now = session.clock.now()
    idle = [x for x in session.held.values() if x.in_shadow and x.access and not x.looking]
    for lane in idle:
        searches = session.database(partial(_searches, lane, now)) or []
        session.searches += searches
        lane.looking += len(searches)


def _searches(lane: HeldLane, now: datetime) -> list[Search]:
    """Build and check what waits; what stands the test is looked up, few each by itself.

    Before shadow mode ends only the whole list will do: what it misses is sent.
    """
    built: dict[int, str] = {}
    sought: list[Sought] = []
    for delivery in _waiting(lane, now):
        try:
            faults = check(delivery.order.content, prefix=_prefix(delivery)).faults
            content = json.dumps(delivery.order.content)
            built[delivery.pk] = built_anew(lane.connection, delivery.order.reference, content)
            sought.append(_sought(delivery, now))
        except Exception:
            logger.exception("Delivery %s can't be built", delivery.pk)
            faults = []
        else:
            if not faults:
                continue
            sought.pop()
        _park_unfit(delivery, faults, now)
    if len(sought) <= MOST_NARROW and not shadow.ends_at(lane.lane_id) is not None:
        return [Search(lane, [one], now, whole=False, rehearsed=built) for one in sought]
    return [Search(lane, sought, now, whole=True, rehearsed=built)] if sought else []


def _waiting(lane: HeldLane, now: datetime) -> list[Delivery]:
    due = Q(look_at=None) | Q(look_at__lte=now)
    rows = Delivery.objects.filter(
        due, lane_id=lane.lane_id, state=State.PENDING, rehearsed_at=None
    )
    return list(rows.select_related("order__connection__integration").order_by("pk")[:MOST_AT_ONCE])


def _prefix(delivery: Delivery) -> str:
    return delivery.order.connection.integration.reference_prefix


def _sought(delivery: Delivery, now: datetime) -> Sought:
    """Never sent, so nothing bounds the list but the day the order was accepted."""
    delivery.uncertain_at = delivery.quarantined_until = now
    delivery.first_sent_at = delivery.order.submitted_at - BEFORE
    return sought_of(delivery)


def _park_unfit(delivery: Delivery, faults: list[Fault], now: datetime) -> None:
    """It could be accepted once and can't be built now: the rules or the connection changed."""
    details = [{"code": f.code, "message": f.message, "field": f.path} for f in faults]
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk, state=State.PENDING).update(
            state=State.PARKED,
            reason=Delivery.Reason.FAULT_OF_OURS,
            problem={"details": details} if details else None,
            settled_at=now,
        )
        let_go([delivery.pk])


def write_found(search: Search, *, now: datetime) -> None:
    """Keep what a list says of each order; the last look before an end parks what is there."""
    ends_at = shadow.ends_at(search.lane.lane_id)
    is_last = ends_at is not None and search.whole and search.begun_at >= ends_at
    with transaction.atomic():
        for sought in search.sought:
            hits = search.hits.get(sought.delivery_id, [])
            finding = _finding(sought, hits)
            if finding is Finding.MISS and ends_at is not None and not is_last:
                continue  # begun before it was to end: looked up once more
            if _keep(search, sought, finding, now):
                record(search, sought, finding, hits)
        shadow.park_found(search.lane.lane_id, now=now)
    shadow.finish()


def _finding(sought: Sought, hits: list[ListedOrder]) -> Look.Finding:
    if len(hits) > 1:
        return Finding.SEVERAL
    if hits:
        return Finding.HIT if sought.agrees(hits[0]) else Finding.DIFFERS
    return Finding.MISS


def _keep(search: Search, sought: Sought, finding: Look.Finding, now: datetime) -> int:
    payloads = search.rehearsed or {}
    return Delivery.objects.filter(
        pk=sought.delivery_id, state=State.PENDING, attempt=sought.attempt, rehearsed_at=None
    ).update(
        rehearsed_at=now,
        rehearsal=finding,
        payload=payloads[sought.delivery_id],
        route=search.lane.connection.integration.route,
        look_at=None,
    )


def write_failed(search: Search, status: int, options: DrainOptions, *, now: datetime) -> None:
    """Visma could not be asked: these orders are asked for again later."""
    for sought in search.sought:
        record(search, sought, Finding.FAILED, [], status=status)
        failed = Look.objects.filter(
            delivery=sought.delivery_id, attempt=sought.attempt, finding=Finding.FAILED
        ).count()
        wait = min(options.first_look * float(1 << min(failed, 10)), LONGEST_AFTER_FAILURE)
        Delivery.objects.filter(
            pk=sought.delivery_id, state=State.PENDING, rehearsed_at=None
        ).update(look_at=now + wait)
