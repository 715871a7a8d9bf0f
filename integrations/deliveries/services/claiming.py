"""The claim: due deliveries become attempts, in one transaction, before anything is sent."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import outbox
from integrations.deliveries.services.holding import DRY_SECONDS, HeldLane, Job
from integrations.orders.services import payloads
from integrations.visma.calls import boot_time

logger = logging.getLogger(__name__)

_COLUMNS = (
    "id", "payload", "route", "uncertain_at", "charged", "set_aside", "order__reference",
    "order__content",
)  # fmt: skip


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
    claimed = outbox.claim(wanted, now=now) if wanted else []
    _mark_dry(shares, claimed)
    rows = {
        row["id"]: row
        for row in Delivery.objects.filter(pk__in=[c[0] for c in claimed]).values(*_COLUMNS)
    }
    jobs, built, broken = [], [], []
    for delivery_id, lane_id, attempt in claimed:
        lane, row = lanes[lane_id], rows[delivery_id]
        try:
            text = _payload(lane.connection, row)
        except Exception:
            logger.exception("Delivery %s can't be built", delivery_id)
            broken.append(delivery_id)
            continue
        if text != row["payload"]:
            built.append((delivery_id, lane.connection.integration.route, text))
        jobs.append(_job(lane, row, attempt, text, now))
    _park(broken, now)
    outbox.store_payloads(built)
    outbox.open_attempts(
        [
            (j.delivery_id, j.attempt, j.lane.epoch, j.lane.connection.integration.route,
             j.token_number, now)
            for j in jobs
        ]
    )  # fmt: skip
    return jobs


def _mark_dry(shares: list[tuple[HeldLane, int]], claimed: list[tuple[int, int, int]]) -> None:
    given: dict[int, int] = {}
    for _, lane_id, _ in claimed:
        given[lane_id] = given.get(lane_id, 0) + 1
    for lane, count in shares:
        if given.get(lane.lane_id, 0) < count:
            lane.dry_until = boot_time() + DRY_SECONDS


def _payload(connection: Connection, row: dict[str, Any]) -> str:
    """What goes to Visma: as built before, or anew for a first attempt or another route."""
    if row["payload"] and row["route"] == connection.integration.route:
        return str(row["payload"])
    reference = payloads.wire_reference(
        connection.integration.reference_prefix, row["order__reference"]
    )
    defaults = payloads.Defaults(
        order_type=connection.order_type,
        branch=connection.branch,
        tax_category=connection.tax_category,
        first_status=connection.first_status,
    )
    return payloads.as_text(
        payloads.new_sales_order(row["order__content"], reference=reference, defaults=defaults)
    )


def _job(lane: HeldLane, row: dict[str, Any], attempt: int, text: str, now: datetime) -> Job:
    if lane.access is None:
        raise RuntimeError("A lane without access was asked to claim.")
    return Job(
        lane=lane,
        delivery_id=row["id"],
        attempt=attempt,
        token_number=lane.access.token_number,
        after_doubt=row["uncertain_at"] is not None,
        charged=row["charged"],
        set_aside=row["set_aside"],
        opened_at=now,
        body=text.encode(),
    )


def _park(broken: list[int], now: datetime) -> None:
    Delivery.objects.filter(pk__in=broken, state=Delivery.State.SENDING).update(
        state=Delivery.State.PARKED,
        reason=Delivery.Reason.FAULT_OF_OURS,
        epoch=None,
        settled_at=now,
    )
