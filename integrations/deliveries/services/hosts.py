"""What a drain hears of one of Visma's hosts: enough to tell an outage from an order's own fault.

Rows and clocks are elsewhere (``breakers``, ``probing``); nothing in here asks anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.deliveries.services.allowances import Allowance
from integrations.visma.answers import OWN_SET_UP
from integrations.visma.calls import Answer
from integrations.visma.pump import ABORTED

FAILURES = 5  # calls that failed with no good answer between
BLAMELESS = 3  # the same of calls for which no order can be blamed
REMEMBERED = timedelta(minutes=1)
UNBOUNDED = 1 << 16
CREATED, TIMED_OUT = 201, 408
# From so many at once on, all drains may send again.
FULL = 64


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that began and ended badly. ``order`` is what it carried that Visma may have got.

    0: it was a read, or nothing left us.
    """

    lane_id: int
    order: int
    wrote: bool
    began: datetime
    at: datetime
    cause: str
    # What a Retry-After asked for.
    not_before: datetime | None = None


@dataclass(slots=True)
class Trial:
    """A probe was answered, and this drain lets orders out: one, then two, then four.

    ``began`` and ``renew_at`` are by the boot clock.
    """

    breaker_id: int
    epoch: int
    began: float
    renew_at: float
    limit: int = 1
    passed: int = 0  # orders


@dataclass(frozen=True, eq=False, slots=True)
class ProbeAsked:
    """The dispatcher's key of a probe; the one a drain has out."""

    origin: str
    breaker_id: int
    epoch: int
    allowance: Allowance


@dataclass(eq=False, slots=True)
class HostWatch:
    """One host as this drain knows it. The lanes it holds there count their requests in ``out``."""

    origin: str
    shut: bool = False  # its breaker is open, and another's or nobody's to try
    trial: Trial | None = None
    out: int = 0
    failures: list[Failure] = field(default_factory=list)
    # An outage seen here that the database has yet to be told of.
    unsaid: Failure | None = None

    @property
    def is_shut(self) -> bool:
        """Whether nothing may go out, not even on trial."""
        return self.shut or self.unsaid is not None

    @property
    def free_for_orders(self) -> int:
        """How many more orders may go out. On trial one alone, until one has passed."""
        if self.trial is None or self.is_shut:
            return 0 if self.is_shut else UNBOUNDED
        return max(0, (self.trial.limit if self.trial.passed else 1) - self.out)

    @property
    def free_for_looks(self) -> int:
        """How many more lists may be asked for."""
        if self.trial is None or self.is_shut:
            return 0 if self.is_shut else UNBOUNDED
        return max(0, self.trial.limit - self.out)

    @property
    def not_before(self) -> datetime | None:
        """Before this the host asked not to be asked."""
        asked = [one.not_before for one in self.failures if one.not_before is not None]
        return max(asked, default=None)

    def worked(self, *, wrote: bool) -> None:
        """The host did what it was asked. A read that works says nothing about orders."""
        self.failures = [] if wrote else [one for one in self.failures if one.wrote]
        if self.trial is not None:
            self.trial.limit += 1
            self.trial.passed += wrote

    def failed(self, failure: Failure) -> None:
        """The host answered badly or not at all."""
        since = failure.at - REMEMBERED
        self.failures = [*(one for one in self.failures if one.at >= since), failure]

    def is_down(self, lanes_out: Iterable[int]) -> bool:
        """Whether this is an outage. ``lanes_out`` are the lanes here that await answers.

        Several calls in a row failed, over two lanes or over the only one, and the lanes that may
        still be answered well are fewer than those that were not. An order that fails alone, time
        and again, is one failure; but what never left us can't be an order's fault, nor can a host
        that asks to be left alone for a while.
        """
        if self.trial is not None and not self.trial.passed:
            return bool(self.failures)
        lanes = {one.lane_id for one in self.failures}
        others = set(lanes_out) - lanes
        orders = {one.order for one in self.failures if one.order}
        blameless = sum(not one.order or one.not_before is not None for one in self.failures)
        calls = len(orders) + sum(not one.order for one in self.failures)
        enough = calls >= FAILURES or blameless >= BLAMELESS
        return enough and len(others) < len(lanes)


def heard(answer: Answer, *, wrote: bool) -> bool | None:
    """Whether the host works, as far as one answer tells: None when it tells nothing of it.

    A page of HTML with status 200 for an order or a list is no work done.
    """
    if answer.whole and answer.status:
        if 200 <= answer.status < 300:
            return answer.status == CREATED if wrote else _is_json(answer)
        return answer.status < 500 and answer.status != TIMED_OUT
    if answer.curl_code == ABORTED or (not answer.passed and answer.curl_code in OWN_SET_UP):
        return None  # our own gate, or our own set-up
    return False


def _is_json(answer: Answer) -> bool:
    return any("json" in told for told in answer.headers.get("content-type", []))
