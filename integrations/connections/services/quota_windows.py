"""One window of an allowance: what answers said of it, in the order their requests were sent.

Answers overtake each other, and come late. So what counts is when a request was sent, and which
window its answer speaks of. Moments are seconds since the epoch, by the database's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.visma.headers import RateLimit

LAST_PART = 0.1  # of a window, in which nothing is kept for people any more
# A reset is told in whole seconds, rounded up, or by a server that rounds otherwise.
SLACK, MOST_SLACK = 0.02, 1.0
SHORT = 10.0  # seconds; windows up to this are paced at the wire
UNTOLD_RESET = 60.0
LONGEST = 24 * 3600.0


@dataclass(slots=True)
class QuotaWindow:
    """``remaining`` None: not known, though the limit may be. ``told_at``: when that was sent."""

    limit: int | None = None
    remaining: int | None = None
    seconds: float = 0.0
    ends: float | None = None
    told_at: float = 0.0

    @property
    def is_short(self) -> bool:
        return self.limit is not None and 0 < self.seconds <= SHORT

    def take(self, told: RateLimit, *, sent: float, heard: float) -> None:
        """Take in an answer's headers; one of an older window changes nothing."""
        limit, remaining = told.limit, told.remaining
        if limit is None or remaining is None:
            return
        reset = UNTOLD_RESET if told.reset is None else min(told.reset, LONGEST)
        ends = heard + reset
        is_this = (
            limit == self.limit
            and self.ends is not None
            and sent + reset - 1 <= self.ends
            and self.ends - ends <= 1 + heard - sent
        )
        if is_this:
            if self.remaining is None or remaining < self.remaining:
                self.remaining = remaining
            if self.ends is not None and ends < self.ends:
                self.ends = ends
            if sent > self.told_at:
                self.told_at = sent
        elif sent >= self.told_at:
            self.seconds = max(self.seconds, reset) if limit == self.limit else max(1.0, reset)
            self.limit, self.remaining, self.ends, self.told_at = limit, remaining, ends, sent

    def merge(self, other: QuotaWindow) -> None:
        """Take in what somebody else heard of the same policy."""
        if other.limit is None:
            return
        is_this = (
            other.limit == self.limit
            and self.ends is not None
            and other.ends is not None
            and abs(self.ends - other.ends) <= max(1.0, self.seconds * SLACK)
        )
        if is_this:
            if other.remaining is not None:
                ours = other.remaining if self.remaining is None else self.remaining
                self.remaining = min(ours, other.remaining)
            self.ends = min(self.ends or 0.0, other.ends or 0.0)
            self.seconds = max(self.seconds, other.seconds)
            self.told_at = max(self.told_at, other.told_at)
        elif other.told_at > self.told_at:
            longer = max(self.seconds, other.seconds)
            self.seconds = longer if other.limit == self.limit else other.seconds
            self.limit, self.remaining = other.limit, other.remaining
            self.ends, self.told_at = other.ends, other.told_at

    def roll(self, now: float) -> None:
        """Begin a new window when the old one is over, at once and before anybody tells."""
        if self.ends is not None and now >= self.ends + min(self.seconds * SLACK, MOST_SLACK):
            self.remaining, self.ends, self.told_at = self.limit, None, now

    def began(self, now: float) -> float:
        """When it began, as far as is known; at the earliest."""
        return min(self.told_at if self.ends is None else self.ends - self.seconds, now)

    def spend(self, count: int) -> None:
        """Requests went out whose answers nobody will hear; they fall with their window."""
        if self.remaining is not None:
            self.remaining = max(0, self.remaining - count)

    def forget_rest(self, until: float) -> None:
        """After a 429 a request works from ``until`` on, Visma says, whatever it said was left."""
        if not self.remaining and (self.ends is None or until < self.ends - 1):
            self.remaining = None

    def kept(self, now: float, share: float) -> int:
        """How many are kept for checks that a person waits for."""
        if not share or self.limit is None:
            return 0
        if self.ends is not None and self.ends - now <= self.seconds * LAST_PART:
            return 0
        return int(self.limit * share)

    def opens_at(self, now: float, share: float) -> float | None:
        """When what is spent but for the kept share opens again; None: it is open."""
        self.roll(now)
        if self.remaining is None or self.ends is None or self.remaining > self.kept(now, share):
            return None
        return self.ends - self.seconds * LAST_PART if self.remaining else self.ends
