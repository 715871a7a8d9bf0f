"""What comes back of a request: judged, kept until it is written, and learnt from."""

from __future__ import annotations

from integrations.deliveries.services import judging, lanes, probing, repeats, telling
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.outbox import Arrival
from integrations.deliveries.services.sending import take_unsent
from integrations.deliveries.services.session import Session
from integrations.deliveries.services.stopping import (
    own_fault,
    refused_token,
    setting_back,
    shutting,
    stop_lane,
)
from integrations.visma.answers import Outcome, Verdict
from integrations.visma.calls import Answer, boot_time
from integrations.visma.headers import answered_at, rate_limit, retry_after

DOUBTS_TO_REST = 3  # lost answers in a row before a lane rests
TIMED_OUT = 28  # libcurl's code
ASKS_TO_WAIT = (429, 503)
UNTOLD_WAIT = 30.0  # seconds after a 429 that doesn't say how long


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
    if answer.status in ASKS_TO_WAIT:
        _open_gates(session, lane)
    told = answered_at(answer) if lane.clock_offset is None else None
    if told is not None:
        lane.clock_offset = session.offsets[lane.lane_id] = told - now


def _open_gates(session: Session, throttled: HeldLane) -> None:
    """It has been learnt: what waited behind the gates it shut is taken back, and they open."""
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
            stop_lane(session, lane, lambda: refused_token(session, job))
        case Outcome.LANE_REFUSED if not job.set_aside:
            stop_lane(session, lane, shutting(lane, f"answer {answer.status}", session))
        case Outcome.NOT_SENT if verdict.own_set_up:
            stop_lane(session, lane, lambda: own_fault(session, lane, answer.error))
        case Outcome.NOT_SENT if lane.claims and boot_time() < lane.deadline.until:
            stop_lane(session, lane, setting_back(lane, session))
        case Outcome.UNKNOWN:
            lane.doubts += 1
            if lane.claims and (lane.doubts >= DOUBTS_TO_REST or lane.setbacks):
                stop_lane(session, lane, setting_back(lane, session))


def _teach_well(session: Session, lane: HeldLane) -> None:
    lane.doubts = 0
    if lane.setbacks:
        lane.setbacks = 0
        session.lessons.append(lambda: lanes.recover(lane.lane_id))
