"""From an answer to what is written: the order's next state and the attempt's end."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services.holding import DrainOptions, Job, quarantine_of
from integrations.deliveries.services.outbox import Arrival, AttemptEnd, Settlement
from integrations.visma.answers import Outcome, Verdict, classify
from integrations.visma.calls import Answer
from integrations.visma.routes import ROUTES

State, Reason = Delivery.State, Delivery.Reason
MOST_CHARGED = 8
MOST_SET_ASIDE = 3
LONGEST_DELAY = timedelta(hours=1)
TEXT, FAULT = 2000, 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one answer comes to. ``verdict`` is None where judging itself failed."""

    outcome: Arrival | tuple[Settlement, AttemptEnd]
    verdict: Verdict | None


def jittered(setbacks: int) -> timedelta:
    """Backoff with full jitter: anywhere from nothing to 2**setbacks seconds, an hour at most."""
    return random.uniform(0, 1) * min(timedelta(seconds=2.0 ** min(setbacks, 12)), LONGEST_DELAY)  # noqa: S311 - spreads load, guards nothing


def judge(job: Job, answer: Answer, options: DrainOptions, *, now: datetime) -> Judgement:
    """Say what an answer means. A fault of ours in here parks this one order."""
    try:
        verdict = classify(
            answer, after_doubt=job.after_doubt, route=ROUTES[job.route], sent=job.body
        )
        if verdict.number is not None and answer.whole:
            return Judgement(Arrival(job.delivery_id, job.attempt, *verdict.number, now), verdict)
        settlement = _settlement(job, verdict, options, now)
        return Judgement((settlement, _end(job, answer, verdict, now)), verdict)
    except Exception as error:
        return Judgement(_fault_of_ours(job, answer, type(error).__name__, now), None)


def _fault_of_ours(
    job: Job, answer: Answer, fault: str, now: datetime
) -> tuple[Settlement, AttemptEnd]:
    ours = (job.delivery_id, job.attempt)
    return (
        Settlement(*ours, State.PARKED, now, reason=Reason.FAULT_OF_OURS, settled_at=now),
        AttemptEnd(*ours, now, Attempt.Ending.UNKNOWN, answer.curl_code, fault=fault),
    )


def in_full(arrival: Arrival) -> tuple[Settlement, AttemptEnd]:
    """An arrival as any other outcome: for a delivery that is no longer out as it was."""
    ours, at = (arrival.delivery_id, arrival.attempt), arrival.at
    return (
        Settlement(
            *ours, State.DELIVERED, at, from_pending=True, settled_at=at,
            visma_type=arrival.visma_type, visma_number=arrival.visma_number,
        ),
        AttemptEnd(
            *ours, at, Attempt.Ending.ANSWERED, 0, answered_at=at, status=201,
            visma_type=arrival.visma_type, visma_number=arrival.visma_number,
        ),
    )  # fmt: skip


def _settlement(job: Job, verdict: Verdict, options: DrainOptions, now: datetime) -> Settlement:
    """The table of answers; each outcome says where the order goes and what it costs it."""
    ours = (job.delivery_id, job.attempt)
    problem = _problem(verdict)
    match verdict.outcome:
        case Outcome.DELIVERED:
            order_type, number = verdict.number or ("", "")
            return Settlement(
                *ours, State.DELIVERED, now, from_pending=True, settled_at=now,
                visma_type=order_type, visma_number=number,
            )  # fmt: skip
        case Outcome.REFUSED:
            return _refused(job, problem, now)
        case Outcome.UNKNOWN:
            return Settlement(
                *ours, State.UNCERTAIN, now, from_uncertain=False, problem=problem,
                quarantined_until=now + quarantine_of(options, job.route),
                look_at=now + options.first_look, uncertain_at=now,
                kept_refusal=verdict.refused_in_doubt,
            )  # fmt: skip
        case Outcome.LANE_REFUSED if job.set_aside:
            return _step_aside(job, problem, now)
        case Outcome.LANE_REFUSED:
            return Settlement(*ours, State.PENDING, now, aside=1, problem=problem)
        case Outcome.NOT_SENT:
            return Settlement(*ours, State.PENDING, now + jittered(job.attempt))
        case Outcome.UNAUTHORIZED | Outcome.THROTTLED:
            return Settlement(*ours, State.PENDING, now)


def _refused(job: Job, problem: str | None, now: datetime) -> Settlement:
    """Where it brought a number of ours it may be for that: a stranger's order may have it."""
    ours = (job.delivery_id, job.attempt)
    if not job.numbered:
        return Settlement(*ours, State.REJECTED, now, problem=problem, settled_at=now)
    return Settlement(
        *ours, State.UNCERTAIN, now, problem=problem, quarantined_until=now, look_at=now,
        uncertain_at=now, kept_refusal=True,
    )  # fmt: skip


def _step_aside(job: Job, problem: str | None, now: datetime) -> Settlement:
    """The lane was found well, and this order meets the same again: it is the order's."""
    ours = (job.delivery_id, job.attempt)
    if job.set_aside + 1 >= MOST_SET_ASIDE or job.charged + 1 >= MOST_CHARGED:
        return Settlement(
            *ours, State.PARKED, now, reason=Reason.ATTEMPTS_SPENT, problem=problem,
            charge=1, aside=1, settled_at=now,
        )  # fmt: skip
    later = now + timedelta(minutes=1) + jittered(6)
    return Settlement(*ours, State.PENDING, later, problem=problem, charge=1, aside=1)


def _problem(verdict: Verdict) -> str | None:
    """What Visma said, as JSON to keep: cut, and without NUL, which PostgreSQL can't hold."""
    said = verdict.problem
    if said is None:
        return None
    kept = {
        "title": said.title[:FAULT],
        "detail": said.detail[:TEXT],
        "details": [
            {"code": d.code[:60], "message": d.message[:FAULT], "field": d.property[:80]}
            for d in said.details[:20]
        ],
        "errors": {k[:80]: [t[:FAULT] for t in v[:5]] for k, v in list(said.errors.items())[:20]},
    }
    return json.dumps(kept, ensure_ascii=False).replace("\\u0000", "")


_ENDINGS = {Outcome.NOT_SENT: Attempt.Ending.GATE, Outcome.UNKNOWN: Attempt.Ending.UNKNOWN}


def _end(job: Job, answer: Answer, verdict: Verdict, now: datetime) -> AttemptEnd:
    order_type, number = verdict.number or ("", "")
    answered = answer.passed > 0 and answer.status > 0
    said = answer.body.decode("utf-8", "replace").replace("\0", "") if answer.status >= 300 else ""
    return AttemptEnd(
        job.delivery_id,
        job.attempt,
        now,
        ending=_ENDINGS.get(verdict.outcome, Attempt.Ending.ANSWERED),
        curl_code=answer.curl_code,
        fault=answer.error.replace("\0", "")[:FAULT],
        answered_at=now if answered else None,
        status=answer.status if answered else None,
        visma_type=order_type,
        visma_number=number,
        answer=said[:TEXT],
    )
