"""When the next request of a short window may go out, so that it arrives within its allowance.

A window of seconds is told in whole seconds, which says nothing of where it begins. What holds for
any window that long, wherever it begins, and for a bucket that refills: never more than the limit
within a window's length, counted at the wire. Requests are spread evenly besides, so that few of
them are near the edge of a window at a time.
"""

from __future__ import annotations

from collections import deque

REMEMBERED = 64  # sends, while no limit of a short window is known
# Shares of a window: how much later than it would have to be a request is planned, and how little
# later it may go where others were late. What is between the two makes up for lateness.
EASE, GUARD = 0.008, 0.006
# Refused all the same: answers or requests travel less evenly than that leaves room for.
MORE_GUARD, MOST_GUARD = 0.01, 0.05
CATCH_UP = 0.05  # seconds that a plan may lie back
# Our own requests of so many windows' length explain what is left: some arrive earlier than others.
OURS = 1.1
KEPT_WINDOWS = 4  # sends remembered; an answer that took longer explains nothing


class Pace:
    """Asked and told by the pump's thread; ``narrow``, ``widen`` and ``hear`` come from another.

    All moments are by ``boot_time``.
    """

    __slots__ = (
        "_guard",
        "_left",
        "_left_until",
        "_length",
        "_limit",
        "_next",
        "_sent",
        "_starting",
        "under_way",
    )

    def __init__(self) -> None:
        self.under_way = 0  # started and not ended
        self._starting = 0  # of these, still before the wire
        self._sent: deque[float] = deque(maxlen=REMEMBERED)
        self._limit, self._length = 0, 0.0
        self._next, self._guard = 0.0, GUARD
        self._left, self._left_until = 0, 0.0

    @property
    def is_on(self) -> bool:
        return self._limit > 0

    def narrow(self, limit: int, length: float) -> None:
        """From now on at most so many within ``length`` seconds."""
        if (limit, length) != (self._limit, self._length):
            self._sent = deque(tuple(self._sent), maxlen=limit * KEPT_WINDOWS)
            self._limit, self._length = limit, length

    def widen(self) -> None:
        """No short window limits it any more."""
        if self._limit:
            self._sent = deque(tuple(self._sent), maxlen=REMEMBERED)
            self._limit = 0

    def hear(self, remaining: int, reset: float, sent: float) -> None:
        """Take in what was left when the request begun at that moment came.

        Less than our own requests explain means that others use the allowance too, or that the
        window is older than we are: then no more than that goes out until it is over.
        """
        known, since = tuple(self._sent), sent - self._length * OURS
        if len(known) == self._sent.maxlen and known[0] > since:
            return
        # Its own first byte went out a little later, and counts too.
        ours = 1 + sum(1 for moment in known if since < moment <= sent)
        if remaining + ours < self._limit:
            later = sum(1 for moment in known if moment > sent) - 1
            self._left = max(0, remaining - later)
            self._left_until = sent + reset + self._guard * self._length
        elif sent >= self._left_until - reset:
            self._left_until = 0.0

    def refused(self) -> None:
        """One came too early for the window all the same."""
        self._guard = min(self._guard + MORE_GUARD, MOST_GUARD)

    def opens_at(self, now: float) -> float:
        """The moment from which one more may start; a past one means now."""
        if not self._limit:
            return 0.0
        opens = self._next
        back = self._limit - self._starting
        if back <= 0:
            return now + self._length
        if len(self._sent) >= back:
            opens = max(opens, self._sent[-back] + self._length * (1 + self._guard))
        if now < self._left_until and self._left <= self._starting:
            opens = max(opens, self._left_until)
        return opens

    def start(self, now: float) -> None:
        """One more is on its way to the wire."""
        self.under_way += 1
        self._starting += 1
        if self._limit:
            spread = self._length * (1 + self._guard + EASE - GUARD) / self._limit
            self._next = max(self._next, now - CATCH_UP) + spread

    def send(self, now: float) -> None:
        """Its first byte goes out now."""
        self._starting -= 1
        self._left -= 1
        self._sent.append(now)

    def end(self, *, sent: bool) -> None:
        """It is over."""
        self.under_way -= 1
        if not sent:
            self._starting -= 1
