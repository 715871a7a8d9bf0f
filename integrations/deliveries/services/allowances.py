"""How many requests may go out now: what Visma's headers left, less what is already out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.connections.models import Quota
from integrations.connections.services import quotas
from integrations.visma.calls import Deadline
from integrations.visma.sales_orders import RateLimit

UNSEEN = 2  # in flight while no answer has told the limit
KEPT = 0.05  # of the limit, for checks that a person waits for

Key = tuple[int, str]


@dataclass(slots=True)
class Allowance:
    """One application in one company, as far as this drain knows."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    closed_until: datetime | None = None
    out: int = 0
    # Shut by the pump on a 429, before anything more is sent; opened once that is learnt.
    gate: Deadline = field(default_factory=lambda: Deadline(math.inf))
    unsaved: RateLimit | None = None
    unsaved_retry: float | None = None
    learnt_at: datetime | None = None

    def free(self, now: datetime) -> int:
        """How many more may go out now."""
        if self.is_closed(now):
            return 0
        if self.resets_at and now >= self.resets_at:
            self.remaining, self.resets_at = self.limit, None
        if self.remaining is None or self.limit is None:
            return max(0, UNSEEN - self.out)
        return max(0, self.remaining - self.out - int(self.limit * KEPT))

    def learn(self, limit: RateLimit | None, retry_after: float | None, now: datetime) -> None:
        """Take in what one answer's headers said."""
        if limit is None and retry_after is None:
            return
        self.learnt_at = now
        if limit is not None:
            self.limit, self.remaining, self.unsaved = limit.limit, limit.remaining, limit
            left = limit.reset
            self.resets_at = None if left is None else now + timedelta(seconds=left)
        if retry_after is not None:
            # What was left is moot: after this time a retry works, Visma says.
            self.closed_until = now + timedelta(seconds=retry_after)
            self.remaining = None
            self.unsaved_retry = retry_after

    def is_closed(self, now: datetime) -> bool:
        """Whether Visma asked for no calls at all for now."""
        return self.closed_until is not None and now < self.closed_until

    def opens_at(self, now: datetime) -> datetime | None:
        """When a spent allowance opens again; None while it is open."""
        if self.is_closed(now):
            return self.closed_until
        if self.remaining is not None and self.out == 0 and self.free(now) == 0:
            return self.resets_at
        return None


@dataclass(slots=True)
class Allowances:
    """All allowances a drain met. Rows in the database carry them between drains."""

    known: dict[Key, Allowance] = field(default_factory=dict)

    def of(self, application: int, company_key: str) -> Allowance:
        key = (application, company_key)
        if key not in self.known:
            self.known[key] = _load(*key)
        return self.known[key]

    def save(self) -> None:
        """Write what is new since the last time."""
        new = [(key, one) for key, one in self.known.items() if one.learnt_at is not None]
        quotas.note_all(
            quotas.Said(*key, one.unsaved, one.unsaved_retry, one.learnt_at)
            for key, one in new
            if one.learnt_at is not None
        )
        for _, one in new:
            one.unsaved = one.unsaved_retry = one.learnt_at = None


def _load(application: int, company_key: str) -> Allowance:
    row = Quota.objects.filter(application=application, company_key=company_key).first()
    if row is None:
        return Allowance()
    return Allowance(row.limit, row.remaining, row.resets_at, row.closed_until)
