"""Claims and what comes back of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, transaction

from integrations.connections.services import custody, incidents
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import claiming, judging, lanes, outbox
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.session import Session
from integrations.visma.answers import Outcome, Verdict
from integrations.visma.calls import Answer, boot_time
from integrations.visma.sales_orders import (
    answered_at,
    new_order_call,
    rate_limit,
    retry_after,
)

logger = logging.getLogger(__name__)

DOUBTS_TO_REST = 3  # lost answers in a row before a lane rests
AHEAD = 64  # orders claimed before there is a slot for them
UNTOLD_WAIT = 30.0  # seconds after a 429 that doesn't say how long


def claim_and_send(session: Session) -> None:
    """Hand over what was claimed; claim what slots and allowances let out next."""
    send_ready(session)
    shares = _shares(session) if len(session.ready) <= AHEAD // 2 else []
    if not shares:
        return
    now = session.clock.now()
    try:
        jobs = session.database(lambda: claiming.claim(shares, now=now))
    except DatabaseError:
        # The rows won't be claimed as they are: a fault of ours, which must not spin.
        logger.exception("Lanes %s can't be claimed from", [lane.lane_id for lane, _ in shares])
        for lane, _ in shares:
            _stop_lane(session, lane, _shutting(lane, "fault of ours", session))
        return
    if jobs is None:
        # Its COMMIT may have gone through all the same: look what is there before going on.
        session.claims_in_doubt = True
        return
    for job in jobs:
        job.lane.under_way(1)
    session.ready += jobs
    send_ready(session)


def send_ready(session: Session) -> None:
    """Fill free slots with what is claimed. What may no longer go out is given back."""
    now = session.clock.now()
    stopped = [job for job in session.ready if not _may_go(job, now)]
    if stopped:
        session.ready = [job for job in session.ready if job not in stopped]
        _give_back(session, stopped)
    free = session.pump.free
    going, session.ready = session.ready[:free], session.ready[free:]
    for job in going:
        _send(session, job)


def give_up_ready(session: Session) -> None:
    """Nothing more goes out: what is claimed and not sent is pending again."""
    _give_back(session, session.ready)
    session.ready = []


def _may_go(job: Job, now: datetime) -> bool:
    """Whether nothing was learnt since the claim that speaks against it."""
    access = job.lane.access
    return (
        job.lane.claims
        and access is not None
        and access.token_number == job.token_number
        and not job.lane.allowance.is_closed(now)
    )


def _give_back(session: Session, jobs: list[Job]) -> None:
    """Their requests were never handed to libcurl."""
    if not jobs:
        return
    claims, now = [(job.delivery_id, job.attempt) for job in jobs], session.clock.now()
    for job in jobs:
        job.lane.under_way(-1)
    session.lessons.append(lambda: outbox.unclaim(claims, now=now))


def _shares(session: Session) -> list[tuple[HeldLane, int]]:
    """How many to claim of which lane: free slots dealt out one by one, lanes taking turns."""
    if session.claims_in_doubt or session.database_is_away:
        return []
    now, free = session.clock.now(), session.pump.free + AHEAD - len(session.ready)
    room: dict[HeldLane, int] = {}
    for lane in session.held.values():
        if lane.claims and lane.access and not lane.dry:
            allowed = lane.allowance.free(now)
            room[lane] = min(min(session.options.slots_per_lane, lane.ramp) - lane.out, allowed)
    shares = dict.fromkeys(room, 0)
    while free and any(left > 0 for left in room.values()):
        for lane in [lane for lane, left in room.items() if left > 0][:free]:
            shares[lane] += 1
            room[lane] -= 1
            free -= 1
    return [(lane, count) for lane, count in shares.items() if count]


def _send(session: Session, job: Job) -> None:
    access = job.lane.access
    if access is None:
        raise RuntimeError("A job was claimed without access.")
    try:
        session.pump.add(
            new_order_call(access.sales_order_url, access.token, job.body, job, job.lane.deadline)
        )
    except ValueError as error:
        # The lane's address or token can't be sent to or with; nothing went out.
        job.lane.under_way(-1)
        claims, now, fault = [(job.delivery_id, job.attempt)], session.clock.now(), str(error)[:200]
        session.lessons.append(lambda: outbox.unclaim(claims, now=now, fault=fault))
        _stop_lane(session, job.lane, _shutting(job.lane, fault, session))
        return
    session.out[job.delivery_id, job.attempt] = job


def take_back_doubtful_claims(session: Session) -> None:
    """After a claim whose commit is in doubt: what was claimed and never sent goes back."""
    if not session.claims_in_doubt:
        return
    epochs, now = session.epochs(), session.clock.now()
    known = {
        *session.out,
        *((job.delivery_id, job.attempt) for job in session.ready),
        *((s.delivery_id, s.attempt) for s, _ in session.unwritten),
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


def take_order(session: Session, job: Job, answer: Answer) -> None:
    """Judge one answer to a create, and keep the outcome until it is written."""
    del session.out[job.delivery_id, job.attempt]
    job.lane.under_way(-1)
    judged = judging.judge(job, answer, session.options, now=session.clock.now())
    if not session.unwritten:
        session.unwritten_since = boot_time()
    session.unwritten.append((judged.settlement, judged.end))
    learn(session, job.lane, answer)
    if judged.verdict is not None:
        _teach_lane(session, job, answer, judged.verdict)


def learn(session: Session, lane: HeldLane, answer: Answer) -> None:
    """Take in what an answer says of quota and time, whatever it was about."""
    now = session.clock.now()
    wait = retry_after(answer) if answer.status == 429 else None
    if answer.status == 429 and wait is None:
        wait = UNTOLD_WAIT
    lane.allowance.learn(rate_limit(answer), wait, now)
    if wait is not None:
        session.next_saving = 0
    told = answered_at(answer) if lane.clock_offset is None else None
    if told is not None:
        lane.clock_offset = offset = told - now
        session.lessons.append(
            lambda: Lane.objects.filter(pk=lane.lane_id).update(clock_offset=offset)
        )


def _teach_lane(session: Session, job: Job, answer: Answer, verdict: Verdict) -> None:
    lane = job.lane
    match verdict.outcome:
        case Outcome.DELIVERED:
            _teach_well(session, lane)
        case Outcome.UNAUTHORIZED:
            _stop_lane(session, lane, lambda: _refused_token(session, job))
        case Outcome.LANE_REFUSED if not job.set_aside:
            _stop_lane(session, lane, _shutting(lane, f"answer {answer.status}", session))
        case Outcome.NOT_SENT if verdict.own_set_up:
            _stop_lane(session, lane, lambda: _own_fault(session, lane, answer.error))
        case Outcome.NOT_SENT if boot_time() < lane.deadline.until:
            _stop_lane(session, lane, _setting_back(lane, session))
        case Outcome.UNKNOWN:
            lane.doubts += 1
            if lane.doubts >= DOUBTS_TO_REST:
                _stop_lane(session, lane, _setting_back(lane, session))


def _teach_well(session: Session, lane: HeldLane) -> None:
    lane.doubts = 0
    lane.ramp += 1
    if lane.setbacks:
        lane.setbacks = 0
        session.lessons.append(lambda: lanes.recover(lane.lane_id))


def _stop_lane(session: Session, lane: HeldLane, lesson: Callable[[], object]) -> None:
    """Nothing more is claimed of the lane in this hold; why is written with the answers."""
    lane.claims = False
    session.lessons.append(lesson)


def _shutting(lane: HeldLane, because: str, session: Session) -> Callable[[], object]:
    now = session.clock.now()
    return lambda: lanes.shut(lane.lane_id, because=because, now=now)


def _setting_back(lane: HeldLane, session: Session) -> Callable[[], object]:
    lane.setbacks += 1
    until = session.clock.now() + judging.jittered(lane.setbacks)
    return lambda: lanes.set_back(lane.lane_id, setbacks=lane.setbacks, until=until)


def _refused_token(session: Session, job: Job) -> None:
    """A 401: that token is stale. When the one before it was refused too, the doctor looks."""
    access = job.lane.access
    if access is None:
        return
    refused_before = custody.last_refused(access.grant_id)
    if custody.mark_stale(access.grant_id, job.token_number) and (
        0 < refused_before == job.token_number - 1
    ):
        lanes.shut(job.lane.lane_id, because="two tokens refused", now=session.clock.now())


def _own_fault(session: Session, lane: HeldLane, error: str) -> None:
    lanes.shut(lane.lane_id, because=error, now=session.clock.now())
    incidents.open_incident(
        "own_set_up", subject=f"lane-{lane.lane_id}", connection=lane.connection, detail=error
    )
