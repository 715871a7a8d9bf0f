"""The claim: due deliveries become attempts, in one transaction, before anything is sent."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import datetime

from django.db import transaction

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import outbox
from integrations.deliveries.services.holding import DRY_SECONDS, HeldLane, Job
from integrations.deliveries.services.outbox import Due
from integrations.orders.services import payloads
from integrations.visma.calls import boot_time

logger = logging.getLogger(__name__)


@transaction.atomic
def claim(shares: list[tuple[HeldLane, int]], *, now: datetime) -> list[Job]:
    """Claim up to so many deliveries of each lane, and have everything stored to send them.

    Every lane has an access. Lanes that give fewer than asked for are marked dry. What can't be
    built is parked; it holds up nothing else.
    """
    lanes = {lane.lane_id: lane for lane, _ in shares}
    held = outbox.still_held({lane.lane_id: lane.epoch for lane, _ in shares}, now=now)
    wanted = [
        outbox.Wanted(lane.lane_id, lane.epoch, count)
        for lane, count in shares
        if lane.lane_id in held
    ]
    found = outbox.due_of(wanted, now=now) if wanted else []
    _mark_dry(shares, found)
    jobs, taken, broken = [], [], []
    for due in found:
        lane = lanes[due.lane_id]
        try:
            text = _payload(lane.connection, due)
        except Exception:
            logger.exception("Delivery %s can't be built", due.id)
            broken.append(due.id)
            continue
        taken.append((due, lane.epoch, lane.connection.integration.route, text))
        jobs.append(_job(lane, due, text, now))
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


def _mark_dry(shares: list[tuple[HeldLane, int]], found: list[Due]) -> None:
    given = Counter(due.lane_id for due in found)
    for lane, count in shares:
        if given[lane.lane_id] < count:
            lane.dry_until = boot_time() + DRY_SECONDS


def _payload(connection: Connection, due: Due) -> str:
    """What goes to Visma: as built before, or anew for a first attempt or another route."""
    if due.payload and due.route == connection.integration.route:
        return due.payload
    return built_anew(connection, due.reference, due.content)


def built_anew(connection: Connection, own_reference: str, content: str) -> str:
    """The payload of an order as the connection builds it now; ``content`` is JSON."""
    reference = payloads.wire_reference(connection.integration.reference_prefix, own_reference)
    defaults = payloads.Defaults(
        order_type=connection.order_type,
        branch=connection.branch,
        tax_category=connection.tax_category,
        first_status=connection.first_status,
    )
    return payloads.as_text(
        payloads.new_sales_order(json.loads(content), reference=reference, defaults=defaults)
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
    )


def _park(broken: list[int], now: datetime) -> None:
    Delivery.objects.filter(pk__in=broken, state=Delivery.State.PENDING).update(
        state=Delivery.State.PARKED,
        reason=Delivery.Reason.FAULT_OF_OURS,
        settled_at=now,
    )
    outbox.let_go(broken)
