"""What the push says in the log: one line an event, ids and counts, never what an order holds.

A line a batch at INFO; a line an order at DEBUG. What isn't wanted costs one comparison.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.looking import Search
from integrations.deliveries.services.sought import Sought
from integrations.visma.calls import Answer

logger = logging.getLogger("integrations.deliveries.push")


def leased(lanes: Collection[HeldLane]) -> None:
    """Lanes were taken."""
    if lanes:
        _tell("leased", lanes=len(lanes))
    if logger.isEnabledFor(logging.DEBUG):
        for lane in lanes:
            _tell_one("leased", **_lane(lane))


def claimed(jobs: Collection[Job]) -> None:
    """Orders are about to be sent; so much is committed."""
    if jobs and logger.isEnabledFor(logging.INFO):
        _tell("claimed", orders=len(jobs), lanes=len({job.lane.lane_id for job in jobs}))
    if logger.isEnabledFor(logging.DEBUG):
        for job in jobs:
            _tell_one("claimed", **_job(job))


def answered(job: Job, outcome: object, answer: Answer) -> None:
    """An answer was judged; what comes of it is written with its batch."""
    if logger.isEnabledFor(logging.DEBUG):
        told = {"outcome": _state(outcome), "status": answer.status, "curl": answer.curl_code}
        _tell_one("answered", **_job(job), **told)


def settled(outcomes: Sequence[object]) -> None:
    """Outcomes are committed."""
    if outcomes and logger.isEnabledFor(logging.INFO):
        states = Counter(_state(outcome) for outcome in outcomes)
        _tell("settled", orders=len(outcomes), **states)


def searched(search: Search, *, status: int = 200) -> None:
    """A list was read to its end, or could not be."""
    if logger.isEnabledFor(logging.INFO):
        found = sum(bool(search.hits.get(sought.delivery_id)) for sought in search.sought)
        told = {"orders": len(search.sought), "found": found, "rows": search.rows_read}
        _tell("searched", **_lane(search.lane), **told, whole=search.whole, status=status)


def looked(search: Search, sought: Sought, finding: str) -> None:
    """What a look said of one uncertain order."""
    if logger.isEnabledFor(logging.DEBUG):
        told = {"delivery": sought.delivery_id, "attempt": sought.attempt, "outcome": finding}
        _tell_one("looked", **_lane(search.lane), **told)


def _state(outcome: object) -> str:
    """A settlement comes with its attempt's end; what comes alone is an arrival."""
    return str(outcome[0].state) if isinstance(outcome, tuple) else str(Delivery.State.DELIVERED)


def _lane(lane: HeldLane) -> dict[str, object]:
    return {"lane": lane.lane_id, "connection": lane.connection.pk, "epoch": lane.epoch}


def _job(job: Job) -> dict[str, object]:
    return {"delivery": job.delivery_id, **_lane(job.lane), "attempt": job.attempt}


def _tell(event: str, **facts: object) -> None:
    logger.info(event, extra={"facts": facts})


def _tell_one(event: str, **facts: object) -> None:
    logger.debug(event, extra={"facts": facts})
