"""Claims and what comes back of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, transaction

from integrations.connections.services import custody, incidents
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import (
    claiming,
    judging,
    lanes,
    outbox,
    probing,
    repeats,
    telling,
)
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.hosts import ProbeAsked
from integrations.deliveries.services.looking import PageAsked
from integrations.deliveries.services.outbox import Arrival
from integrations.deliveries.services.session import Session
from integrations.deliveries.services.settling import claim_of
from integrations.visma.answers import Outcome, Verdict
from integrations.visma.calls import Answer, Call, boot_time
from integrations.visma.headers import answered_at, rate_limit, retry_after
from integrations.visma.routes import ROUTES

logger = logging.getLogger(__name__)

DOUBTS_TO_REST = 3  # lost answers in a row before a lane rests
TIMED_OUT = 28  # libcurl's code
ASKS_TO_WAIT = (429, 503)
UNTOLD_WAIT = 30.0  # seconds after a 429 that doesn't say how long


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
            _stop_lane(session, lane, _shutting(lane, "fault of ours", session))
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
        _stop_lane(session, lane, _shutting(lane, fault, session))


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
    first = lane.line.waiting[0].key
    return (
        lane.claims
        and lane.access is not None
        and (not isinstance(first, Job) or lane.access.token_number == first.token_number)
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


def take_order(session: Session, job: Job, answer: Answer) -> None:
    """Judge one answer to a create, and keep the outcome until it is written."""
    del session.out[job.delivery_id, job.attempt]
    job.lane.under_way(-1)
    judged = judging.judge(job, answer, session.options, now=session.clock.now())
    if not session.unwritten:
        session.unwritten_since = boot_time()
    session.unwritten.append(judged.outcome)
    telling.answered(job, judged.outcome, answer)
    if not isinstance(judged.outcome, Arrival) and repeats.may_be_too_many(
        judged.outcome[0], answer
    ):
        now = session.clock.now()
        session.lessons.append(lambda: repeats.space_out(job.delivery_id, job.attempt, now=now))
    learn(session, job.lane, answer)
    _widen(session, job.lane, answer)
    if judged.verdict is not None:
        _teach_lane(session, job, answer, judged.verdict)


def _widen(session: Session, lane: HeldLane, answer: Answer) -> None:
    """Let more or fewer of the lane's orders be under way, as this answer speaks for or against."""
    width, before = lane.width, lane.width.slots
    if answer.curl_code == TIMED_OUT and answer.passed:
        width.hung(answer.ended)
    elif answer.status == 429 or answer.status >= 500 or not answer.whole:
        width.set_back(answer.began, answer.ended)
    else:
        width.went_well(answer.began, answer.ended)
    if width.slots != before:
        session.dispatcher.widen(lane.line, width.slots)


def learn(session: Session, lane: HeldLane, answer: Answer) -> None:
    """Take in what an answer says of quota and time, whatever it was about."""
    now = session.clock.now()
    wait = retry_after(answer) if answer.status in ASKS_TO_WAIT else None
    if answer.status == 429 and wait is None:
        wait = UNTOLD_WAIT
    lane.allowance.learn(rate_limit(answer), wait, now, sent=answer.began)
    probing.hear(session, lane, answer)
    if wait is not None:
        session.next_saving = 0
        _open_gates(session, lane)
    told = answered_at(answer) if lane.clock_offset is None else None
    if told is not None:
        lane.clock_offset = offset = told - now
        session.lessons.append(
            lambda: Lane.objects.filter(pk=lane.lane_id).update(clock_offset=offset)
        )


def _open_gates(session: Session, throttled: HeldLane) -> None:
    """A 429 has been learnt: what waited behind the gates it shut is taken back, and they open."""
    for lane in session.held.values():
        if lane.allowance is throttled.allowance:
            take_unsent(session, session.dispatcher.withdraw(lane.line))
    throttled.allowance.gate.shut = False
    if throttled.claims:
        throttled.deadline.shut = False


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
        case Outcome.NOT_SENT if lane.claims and boot_time() < lane.deadline.until:
            _stop_lane(session, lane, _setting_back(lane, session))
        case Outcome.UNKNOWN:
            lane.doubts += 1
            if lane.claims and (lane.doubts >= DOUBTS_TO_REST or lane.setbacks):
                _stop_lane(session, lane, _setting_back(lane, session))


def _teach_well(session: Session, lane: HeldLane) -> None:
    lane.doubts = 0
    if lane.setbacks:
        lane.setbacks = 0
        session.lessons.append(lambda: lanes.recover(lane.lane_id))


def _stop_lane(session: Session, lane: HeldLane, lesson: Callable[[], object]) -> None:
    """Nothing more is claimed of the lane in this hold; why is written with the answers."""
    lane.claims = False
    lane.untold += 1

    def tell() -> None:
        lesson()
        lane.untold -= 1

    session.lessons.append(tell)


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
