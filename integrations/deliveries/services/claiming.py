"""The claim: due deliveries become attempts, in one transaction, before anything is sent."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import datetime

from django.db import transaction

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import numbering, outbox, sharing
from integrations.deliveries.services.allowances import Allowances
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.outbox import Due
from integrations.orders.services import building, payloads

logger = logging.getLogger(__name__)


@transaction.atomic
def claim(
    shares: list[tuple[HeldLane, int]], allowances: Allowances, *, now: datetime
) -> list[Job]:
    """Claim up to so many deliveries of each lane, and have everything stored to send them.

    Every lane has an access. Lanes that give fewer than asked for are marked dry. What can't be
    built is parked; it holds up nothing else.
    """
    shares = sharing.within(shares, allowances, now=now)
    lanes = {lane.lane_id: lane for lane, _ in shares}
    wanted = [
        outbox.Wanted(lane.lane_id, lane.epoch, priority, part)
        for lane, count in shares
        for priority, part in lane.turns.deal(count, lane.classes)
    ]
    found = outbox.due_of(wanted, now=now)
    _mark_dry(lanes, wanted, found)
    found = numbering.hold_back_unread(found, now=now)
    numbers = numbering.assign(found, lanes)
    jobs, taken, broken = [], [], []
    for due in found:
        lane = lanes[due.lane_id]
        try:
            text = _payload(lane.connection, due, numbers.get(due.id, ""))
        except Exception:
            logger.exception("Delivery %s can't be built", due.id)
            broken.append(due.id)
            continue
        taken.append((due, lane.epoch, lane.connection.integration.route, text))
        jobs.append(_job(lane, due, text, now))
    if broken:
        _park(broken, now)
    outbox.take(taken, now=now)
    outbox.open_attempts(
        [
            (j.delivery_id, j.attempt, j.lane.epoch, j.lane.connection.integration.route,
             j.token_number, now)
            for j in jobs
        ]
    )  # fmt: skip
    return jobs


def _mark_dry(lanes: dict[int, HeldLane], wanted: list[outbox.Wanted], found: list[Due]) -> None:
    """A priority that gave fewer than asked for has nothing more, until it is asked after again."""
    given = Counter((due.lane_id, due.priority) for due in found)
    for one in wanted:
        if given[one.lane_id, one.priority] < one.limit:
            lanes[one.lane_id].classes.discard(one.priority)


def _payload(connection: Connection, due: Due, number: str) -> str:
    """What goes to Visma: as built before, or anew for a first attempt or another route."""
    if due.payload and due.route == connection.integration.route and not number:
        return due.payload
    return built_anew(connection, due.reference, due.content, number)


def built_anew(
    connection: Connection, own_reference: str, content: str, own_number: str = ""
) -> str:
    """The payload of an order as the connection builds it now; ``content`` is JSON."""
    integration = connection.integration
    reference = payloads.wire_reference(integration.reference_prefix, own_reference)
    defaults = payloads.Defaults(
        order_type=connection.order_type,
        branch=connection.branch,
        tax_category=connection.tax_category,
        first_status=connection.first_status,
    )
    return building.built(
        integration.route,
        json.loads(content),
        reference=reference,
        defaults=defaults,
        own_number=own_number,
    )


def _job(lane: HeldLane, due: Due, text: str, now: datetime) -> Job:
    if lane.access is None:
        raise RuntimeError("A lane without access was asked to claim.")
    return Job(
        lane=lane,
        delivery_id=due.id,
        attempt=due.attempt + 1,
        token_number=lane.access.token_number,
        after_doubt=due.after_doubt,
        charged=due.charged,
        set_aside=due.set_aside,
        opened_at=now,
        body=text.encode(),
        route=lane.connection.integration.route,
        numbered=numbering.is_numbered(text),
    )


def _park(broken: list[int], now: datetime) -> None:
    Delivery.objects.filter(pk__in=broken, state=Delivery.State.PENDING).update(
        state=Delivery.State.PARKED,
        reason=Delivery.Reason.FAULT_OF_OURS,
        settled_at=now,
    )
    outbox.let_go(broken)
