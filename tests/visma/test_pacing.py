"""Requests of a short window arrive within it, wherever it begins and however requests travel."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

import pytest

from integrations.visma.pacing import Pace

LIMIT, SECONDS, LATENCY = 10, 30.0, 0.389


class Aligned:
    """Fixed windows of a second by the server's own clock. Answers what is left, None: refused."""

    window, used = 0, 0

    def take(self, at: float) -> int | None:
        if int(at + 0.37) != self.window:
            self.window, self.used = int(at + 0.37), 0
        if self.used >= LIMIT:
            return None
        self.used += 1
        return LIMIT - self.used


class FromTheFirst:
    """A window begins with the first request after the one before."""

    ends, used = 0.0, 0

    def take(self, at: float) -> int | None:
        if at >= self.ends:
            self.ends, self.used = at + 1, 0
        if self.used >= LIMIT:
            return None
        self.used += 1
        return LIMIT - self.used


class Bucket:
    """Holds the limit and fills evenly."""

    tokens, at = float(LIMIT), 0.0

    def take(self, at: float) -> int | None:
        self.tokens = min(LIMIT, self.tokens + (at - self.at) * LIMIT)
        self.at = at
        if self.tokens < 1:
            return None
        self.tokens -= 1
        return int(self.tokens)


def run(server: Aligned | FromTheFirst | Bucket, *, wake: float, travel: float) -> tuple[int, int]:
    """Taken and refused of a queue that never empties, on a clock of its own."""
    draw = random.Random(7)
    pace, now, taken, refused, arrived = Pace(), 100.0, 0, 0, 0.0
    pace.narrow(LIMIT, 1.0)
    answers: list[tuple[float, int, float]] = []
    while now < 100.0 + SECONDS:
        while answers and answers[0][0] <= now:
            _, left, sent = heapq.heappop(answers)
            pace.end(sent=True)
            pace.hear(left, 1.0, sent)
        opens = pace.opens_at(now)
        if opens > now:
            now = min(opens, answers[0][0] if answers else opens) + draw.random() * wake
            continue
        pace.start(now)
        pace.send(now)
        arrived = max(arrived, now + 0.01 + draw.random() * travel)
        left_then = server.take(arrived)
        taken, refused = taken + (left_then is not None), refused + (left_then is None)
        begun = now - 0.0005
        heapq.heappush(answers, (arrived + LATENCY, left_then or 0, begun))
    return taken, refused


@pytest.mark.parametrize("server", [Aligned, FromTheFirst, Bucket])
@pytest.mark.parametrize(("wake", "travel"), [(0, 0.001), (0.004, 0.005)])
def test_uses_98_percent_of_ten_a_second_and_is_never_refused(
    server: Callable[[], Aligned | FromTheFirst | Bucket], wake: float, travel: float
) -> None:
    taken, refused = run(server(), wake=wake, travel=travel)

    assert refused == 0
    assert taken >= 0.98 * LIMIT * SECONDS


def test_a_late_first_byte_moves_what_follows() -> None:
    """A connection that took long to make: a whole window counts from the wire, not the start."""
    pace = Pace()
    pace.narrow(2, 1.0)
    for start in (10.0, 10.6):
        pace.start(start)
    pace.send(10.9)
    pace.send(10.95)

    assert pace.opens_at(11.6) == pytest.approx(11.906)


def test_what_is_not_yet_on_the_wire_counts_as_sent_now() -> None:
    pace = Pace()
    pace.narrow(1, 1.0)
    pace.start(10.0)
    assert pace.opens_at(15.0) > 15.0

    pace.end(sent=False)

    assert pace.opens_at(15.0) <= 15.0


def test_less_left_than_our_own_explains_stops_until_the_window_is_over() -> None:
    """Somebody else uses the allowance, or we came in the middle of a window."""
    pace = Pace()
    pace.narrow(500, 7.0)
    pace.start(10.0)
    pace.send(10.0)

    pace.hear(1, 7.0, 9.999)
    pace.start(10.1)
    pace.send(10.1)

    assert pace.opens_at(10.4) == pytest.approx(17.041)


def test_what_only_we_asked_for_stops_nothing() -> None:
    """The first byte goes out after the request was begun, long after where it had to connect."""
    pace = Pace()
    pace.narrow(10, 1.0)
    pace.start(10.0)
    pace.send(10.2)

    pace.hear(9, 1.0, 10.0)

    assert pace.opens_at(10.7) <= 10.7


def test_without_a_short_window_nothing_waits() -> None:
    pace = Pace()
    for _ in range(100):
        pace.start(10.0)
        pace.send(10.0)

    assert not pace.is_on
    assert pace.opens_at(10.0) <= 10.0


def test_a_refusal_leaves_more_room() -> None:
    pace = Pace()
    pace.narrow(1, 1.0)
    for _ in range(2):
        pace.refused()
    pace.start(10.0)
    pace.send(10.0)

    assert pace.opens_at(10.0) >= 11.025
