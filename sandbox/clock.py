"""The sandbox's own clock, which can be moved and stopped, and everything that waits on it."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """``cancel`` is for what sleeps; what is merely called back has None."""

    call: Callable[[], None]
    cancel: Callable[[], Any] | None


class Clock:
    """Real time plus an offset, or standing still. Behind it runs a clock nobody can set."""

    def __init__(self) -> None:
        self._origin = time.time() - steady()
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._waiting: list[tuple[float, int, Waiting]] = []
        self._numbers = count()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0

    def seconds(self) -> float:
        """Seconds since the epoch."""
        if self._frozen_at is not None:
            return self._frozen_at
        return self._origin + steady() + self._offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    @property
    def offset(self) -> float:
        """Seconds ahead of real time; shrinks while the clock stands still."""
        if self._frozen_at is None:
            return self._offset
        return self._frozen_at - self._origin - steady()

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def move(self, offset: float) -> None:
        """Set the offset. What waited for a moment that has now come happens at once."""
        if self._frozen_at is not None:
            self._frozen_at = self._origin + steady() + offset
        self._offset = offset
        self._ring()

    def advance(self, seconds: float) -> None:
        if self._frozen_at is not None:
            self._frozen_at += seconds
        self._offset += seconds
        self._ring()

    def freeze(self) -> None:
        self._frozen_at = self.seconds()
        self._ring()

    def thaw(self) -> None:
        """Go on from where it stood."""
        self._offset = self.offset
        self._frozen_at = None
        self._ring()

    @contextmanager
    def ahead(self, seconds: float) -> Iterator[None]:
        """Show another time within the block, which may not await. Nothing rings for it."""
        kept = self._offset, self._frozen_at
        self._offset += seconds
        if self._frozen_at is not None:
            self._frozen_at += seconds
        yield
        self._offset, self._frozen_at = kept

    async def sleep(self, seconds: float) -> None:
        """Return when so much of the sandbox's time has passed, by waiting or by moving it.

        Raises CancelledError when the sandbox is reset meanwhile.
        """
        if seconds <= 0:
            return
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not awake.done():
                awake.set_result(None)

        self._add(seconds, Waiting(wake, awake.cancel))
        await awake

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call after so much of the sandbox's time, or at once when it is reset."""
        self._add(seconds, Waiting(call, None))

    def reset(self) -> None:
        """Real time again. What sleeps is cancelled, what is to be called is called."""
        self._offset, self._frozen_at = 0.0, None
        self.end_waiting()

    def end_waiting(self) -> None:
        waiting, self._waiting = sorted(self._waiting), []
        for _, _, one in waiting:
            if one.cancel is None:
                one.call()
            else:
                one.cancel()
        self._set_alarm()

    def save(self) -> dict[str, float | bool | None]:
        return {"offset": self.offset, "frozen_at": self._frozen_at}

    def load(self, saved: dict[str, Any]) -> None:
        """Go on as far from real time as it was, or stand still where it stood."""
        self._offset, self._frozen_at = float(saved["offset"]), saved["frozen_at"]
        self.end_waiting()

    def _add(self, seconds: float, waiting: Waiting) -> None:
        due = self.seconds() + seconds
        heapq.heappush(self._waiting, (due, next(self._numbers), waiting))
        if self._alarm is None or due < self._alarm_at:
            self._set_alarm()

    def _ring(self) -> None:
        now = self.seconds()
        while self._waiting and self._waiting[0][0] <= now:
            heapq.heappop(self._waiting)[2].call()
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._waiting and self._frozen_at is None:
            self._alarm_at = self._waiting[0][0]
            wait = max(self._alarm_at - self.seconds(), 0)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)


def steady() -> float:
    """Seconds that only ever grow, also while the machine sleeps where it can tell."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def iso(moment: datetime | None) -> str | None:
    """Write a moment as V3 does: UTC with a Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
