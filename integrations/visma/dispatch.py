"""The pump in a thread of its own, so that slots are filled while a database is waited for.

Calls wait in lines. Lines take turns, one call each, and each has no more under way than its
width. A call whose gate is shut by the time its turn comes is not started but given back.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from integrations.visma.calls import Answer, Call, boot_time
from integrations.visma.pacing import Pace
from integrations.visma.pump import Pump, PumpOptions
from integrations.visma.transfers import check

POLL, POLL_WITH_ROOM = 0.02, 0.004  # seconds; with room left, new calls must not wait long
# A request that takes longer than this no longer counts as a slot in use: whoever hangs delays
# the others no more.
SLOW, LOOK_FOR_SLOW = 5.0, 0.25
CREATED = 201
NOBODY_WAITS = 60.0  # seconds; whoever hands something over ends it
ASK_PACE_EVERY = 0.05  # seconds; what a line waits for may come earlier than it looked


@dataclass(eq=False, slots=True)
class Line:
    """The calls of one lane before the wire. ``width``: how many may be under way at once.

    ``pace`` is shared by the lines under one allowance.
    """

    width: int
    pace: Pace = field(default_factory=Pace)
    waiting: deque[Call] = field(default_factory=deque)
    out: int = 0
    _turns: bool = False  # whether it stands in the ring, or aside until its pace lets it
    _aside: bool = False


@dataclass(slots=True)
class Collected:
    """``unsent`` were never handed to libcurl: their gate was shut when their turn came."""

    answers: list[Answer] = field(default_factory=list)
    unsent: list[Call] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.answers or self.unsent)


class Dispatcher:
    """Hand over, collect, withdraw: for one thread; the pump's own thread does the rest.

    At most ``slots`` requests are under way, besides up to ``total`` - ``slots`` slow ones. No two
    calls that are handed over at a time have the same key.
    """

    def __init__(self, options: PumpOptions, slots: int) -> None:
        self._options, self._slots = options, slots
        self._changed = threading.Condition()
        self._ring: deque[Line] = deque()
        self._aside: list[tuple[float, int, Line]] = []
        self._numbers = count()
        self._out: dict[object, tuple[Line, float]] = {}  # key → its line, and since when
        self._ready = Collected()
        self._waiting = self._slow = 0
        self._enough, self._few = 1, -1
        self._urgent = self._stopped = False
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn; those that wait for their pace don't count."""
        return self._waiting

    @property
    def aside(self) -> int:
        """How many calls wait for their pace."""
        if not self._aside:
            return 0
        with self._changed:
            return sum(len(line.waiting) for _, _, line in self._aside)

    def hand_over(self, line: Line, calls: Iterable[Call]) -> None:
        """Let calls go out as slots and the line's width allow.

        Raises ValueError for a call we won't send; then none of them was taken.
        """
        taken = list(calls)
        for call in taken:
            check(call, self._options.plain_http_hosts)
        with self._changed:
            line.waiting.extend(taken)
            self._waiting += 0 if line._aside else len(taken)
            self._line_up(line)
            self._changed.notify_all()

    def widen(self, line: Line, width: int) -> None:
        """Change how many of the line's calls may be under way at once."""
        with self._changed:
            line.width = width
            self._line_up(line)

    def withdraw(self, line: Line) -> list[Call]:
        """Take back what has not been handed to libcurl, and never will be."""
        with self._changed:
            back = list(line.waiting)
            line.waiting.clear()
            self._waiting -= 0 if line._aside else len(back)
        return back

    def collect(self, timeout: float, *, enough: int = 1, few: int = -1) -> Collected:
        """What came back, at the latest after ``timeout`` seconds, which is at least 0.

        Returns earlier with ``enough`` answers, with any but a 201, when no more than ``few`` calls
        wait, or when nothing is left under way. Raises what ended the pump's thread.
        """
        with self._changed:
            self._enough, self._few = enough, few
            if not self._is_worth_waking():
                self._changed.wait(timeout)
            self._enough, self._few = 1, -1
            ready, self._ready = self._ready, Collected()
            self._urgent = False
            if self._fault is not None:
                raise RuntimeError("The pump stopped.") from self._fault
        return ready

    def stop(self) -> Collected:
        """End the thread and take every call back, with what is known of each."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()
        ready, self._ready = self._ready, Collected()
        return ready

    def _run(self) -> None:
        pump = Pump(self._options)
        looked = 0.0
        try:
            while self._start_next(pump):
                room = pump.in_flight - self._slow < self._slots
                self._keep(pump.poll(self._until_next(POLL_WITH_ROOM if room else POLL)))
                if pump.in_flight and boot_time() - looked > LOOK_FOR_SLOW:
                    looked = boot_time()
                    self._slow = sum(looked - since > SLOW for _, since in self._out.values())
            self._keep(pump.abandon())
        except BaseException as fault:  # whatever it is, the other thread must learn of it
            with self._changed:
                self._fault = fault
                self._changed.notify_all()
        finally:
            pump.close()

    def _start_next(self, pump: Pump) -> bool:
        """Start calls while there is room; with nothing under way wait for some. False: stopped."""
        calls: list[tuple[Line, Call]] = []
        with self._changed:
            while not (self._ring or pump.in_flight or self._stopped):
                self._wake_if_worth()
                self._changed.wait(self._until_next(NOBODY_WAITS))
                self._take_from_aside()
            if self._stopped:
                return False
            self._take_from_aside()
            room = min(self._slots - pump.in_flight + self._slow, pump.free)
            while self._ring and len(calls) < room:
                self._take_turn(calls)
            self._wake_if_worth()
        now = boot_time()
        for line, call in calls:
            self._out[call.key] = (line, now)
            pump.start(call)
        return True

    def _until_next(self, longest: float) -> float:
        """Seconds until a line's pace lets it go on, at most so many."""
        if not self._aside:
            return longest
        return min(longest, max(0.0, self._aside[0][0] - boot_time()))

    def _take_from_aside(self) -> None:
        now = boot_time() if self._aside else 0.0
        while self._aside and self._aside[0][0] <= now:
            line = heappop(self._aside)[2]
            line._aside = line._turns = False
            self._waiting += len(line.waiting)
            self._line_up(line)

    def _is_early(self, line: Line) -> bool:
        """Whether the line's pace says: not yet. Then it stands aside until it may."""
        if not line.pace.is_on:
            return False
        now = boot_time()
        opens = line.pace.opens_at(now)
        if opens <= now:
            return False
        line._aside = line._turns = True
        self._waiting -= len(line.waiting)
        heappush(self._aside, (min(opens, now + ASK_PACE_EVERY), next(self._numbers), line))
        return True

    def _take_turn(self, calls: list[tuple[Line, Call]]) -> None:
        line = self._ring.popleft()
        line._turns = False
        if not line.waiting or self._is_early(line):
            return
        call = line.waiting.popleft()
        self._waiting -= 1
        if call.deadline.passes():
            line.out += 1
            call.pace = line.pace
            line.pace.start(boot_time())
            calls.append((line, call))
        else:
            self._ready.unsent.append(call)
            self._urgent = True
        self._line_up(line)

    def _line_up(self, line: Line) -> None:
        if line.waiting and not line._turns and line.out < line.width:
            line._turns = True
            self._ring.append(line)

    def _keep(self, answers: list[Answer]) -> None:
        if not answers:
            return
        with self._changed:
            for answer in answers:
                line, since = self._out.pop(answer.key)
                if boot_time() - since > SLOW:
                    self._slow = max(0, self._slow - 1)
                line.out -= 1
                line.pace.end(sent=answer.passed > 0)
                self._line_up(line)
                self._urgent = self._urgent or answer.status != CREATED
            self._ready.answers += answers
            self._wake_if_worth()

    def _wake_if_worth(self) -> None:
        if self._is_worth_waking():
            self._changed.notify_all()

    def _is_worth_waking(self) -> bool:
        return (
            self._urgent
            or self._fault is not None
            or len(self._ready.answers) >= self._enough
            or self._waiting <= self._few
            or bool(self._ready and not self._out and not self._waiting)
        )
