"""What is claimed and handed over, and what is taken back unsent."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError, transaction

from integrations.deliveries.models import Delivery
from integrations.deliveries.services import (
    claiming,
    outbox,
    probing,
    telling,
)
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.hosts import ProbeAsked
from integrations.deliveries.services.looking import PageAsked
from integrations.deliveries.services.session import Session
from integrations.deliveries.services.settling import claim_of
from integrations.deliveries.services.stopping import shutting, stop_lane
from integrations.visma.calls import Call, boot_time
from integrations.visma.routes import ROUTES

logger = logging.getLogger(__name__)


def claim_and_send(session: Session) -> bool:
    """Claim what slots and allowances let out next, and hand it over. Returns whether to go on."""
    if session.dispatcher.waiting > session.ahead // 2:
        return True
    shares = _shares(session)
    if not shares:
        return False
    now = session.clock.now()
    try:
        jobs = session.database(lambda: claiming.claim(shares, session.allowances, now=now))
    except DatabaseError:
        # The rows won't be claimed as they are: a fault of ours, which must not spin.
        logger.exception("Lanes %s can't be claimed from", [lane.lane_id for lane, _ in shares])
        for lane, _ in shares:
            stop_lane(session, lane, shutting(lane, "fault of ours", session))
        return False
    if jobs is None:
        # Its COMMIT may have gone through all the same: look what is there before going on.
        session.claims_in_doubt = True
        return False
    telling.claimed(jobs)
    for lane, of_lane in _by_lane(jobs).items():
        _hand_over(session, lane, of_lane)
    return bool(jobs)


def _by_lane(jobs: list[Job]) -> dict[HeldLane, list[Job]]:
    lanes: dict[HeldLane, list[Job]] = {}
    for job in jobs:
        lanes.setdefault(job.lane, []).append(job)
    return lanes


def _shares(session: Session) -> list[tuple[HeldLane, int]]:
    """How many to claim of which lane: those first that have waited longest for it."""
    if session.claims_in_doubt or session.database_is_away:
        return []
    now, at = session.clock.now(), boot_time()
    free = session.options.slots + session.ahead - len(session.out) + session.dispatcher.aside
    shares = []
    for lane in sorted(filter(_claims, session.held.values()), key=_last_claim):
        # Lanes share allowances and hosts: the next of them finds it taken.
        count = min(free, lane.room, lane.free_for_orders(now))
        if count > 0:
            lane.under_way(count)
            lane.claimed_at = at
            shares.append((lane, count))
            free -= count
        if free <= 0:
            break
    for lane, count in shares:
        lane.under_way(-count)
    return shares


def _claims(lane: HeldLane) -> bool:
    return lane.claims and lane.access is not None and not lane.dry and not lane.gives_way


def _last_claim(lane: HeldLane) -> float:
    return lane.claimed_at


def _hand_over(session: Session, lane: HeldLane, jobs: list[Job]) -> None:
    access = lane.access
    if access is None:
        raise RuntimeError("A job was claimed without access.")
    route = ROUTES[access.route]
    lane.under_way(len(jobs))
    lane.claimed += len(jobs)
    lane.handed_token = access.token_number
    session.out.update(((job.delivery_id, job.attempt), job) for job in jobs)
    try:
        session.dispatcher.hand_over(
            lane.line,
            [route.create(access.door, job.body, job, lane.deadline) for job in jobs],
        )
    except ValueError as error:
        # The lane's address or token can't be sent to or with; nothing went out.
        fault = str(error)[:200]
        _give_back(session, jobs, fault=fault)
        stop_lane(session, lane, shutting(lane, fault, session))


def withdraw_stopped(session: Session) -> None:
    """Take back what waits in the lines of lanes that may not send it any more."""
    now = session.clock.now()
    for lane in session.held.values():
        if lane.line.waiting and not _may_go(lane, now):
            take_unsent(session, session.dispatcher.withdraw(lane.line))


def withdraw_all(session: Session) -> None:
    """Nothing more goes out: what is claimed and not sent is pending again."""
    for lane in session.held.values():
        if lane.line.waiting:
            take_unsent(session, session.dispatcher.withdraw(lane.line))


def take_unsent(session: Session, calls: list[Call]) -> None:
    """Give back the claims whose requests were never handed to libcurl; pages are asked anew."""
    _give_back(session, [call.key for call in calls if isinstance(call.key, Job)])
    for call in calls:
        if isinstance(call.key, PageAsked):
            call.key.search.lane.under_way(-1)
            session.searches.append(call.key.search)
        elif isinstance(call.key, ProbeAsked):
            probing.take_unsent(session, call.key)


def _may_go(lane: HeldLane, now: datetime) -> bool:
    """Whether nothing was learnt since the claim that speaks against it."""
    return (
        lane.claims
        and lane.access is not None
        and lane.handed_token in (0, lane.access.token_number)
        and not lane.allowance.is_closed(now)
        and not lane.host.is_shut
    )


def _give_back(session: Session, jobs: list[Job], *, fault: str = "") -> None:
    """Their requests were never handed to libcurl."""
    if not jobs:
        return
    claims, now = [(job.delivery_id, job.attempt) for job in jobs], session.clock.now()
    for job in jobs:
        job.lane.under_way(-1)
        del session.out[job.delivery_id, job.attempt]
    session.lessons.append(lambda: outbox.unclaim(claims, now=now, fault=fault))


def take_back_doubtful_claims(session: Session) -> None:
    """After a claim whose commit is in doubt: what was claimed and never sent goes back."""
    if not session.claims_in_doubt:
        return
    epochs, now = session.epochs(), session.clock.now()
    known = {
        *session.out,
        *(claim_of(outcome) for outcome in session.unwritten),
    }

    def take_back() -> bool:
        with transaction.atomic():
            rows = Delivery.objects.filter(
                lane__in=epochs, state=Delivery.State.SENDING
            ).values_list("pk", "attempt", "lane_id", "epoch")
            mine = [(pk, number) for pk, number, lane, epoch in rows if epochs[lane] == epoch]
            outbox.unclaim([claim for claim in mine if claim not in known], now=now)
        return True

    session.claims_in_doubt = not session.database(take_back)
