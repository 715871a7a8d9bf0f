"""How many of a lane's orders may be under way at once: what Visma has shown it can take."""

from __future__ import annotations

from dataclasses import dataclass

# Latency beyond twice the best is a setback; below this many seconds more it is noise.
NOISE = 0.1
SMOOTHING = 0.2  # the share of the newest answer in the smoothed latency


@dataclass(slots=True)
class Width:
    """From 1 to ``most`` slots. Times are monotonic seconds of when a request began.

    While all goes well the width grows by one with each good answer, so that it doubles with each
    round; after a setback by one a round. A setback halves it, once for all that was under way.
    """

    slots: int
    most: int
    careful: bool = False
    set_back_at: float = 0.0
    best: float | None = None
    smoothed: float = 0.0
    before: int = 0  # what the database knows
    _good: int = 0

    def __post_init__(self) -> None:
        self.before = self.slots
        self.slots = max(1, min(self.slots, self.most))

    def went_well(self, began: float, ended: float) -> None:
        """An answer that says nothing against more of its kind."""
        if self._is_slow(ended - began):
            self.set_back(began, ended)
            return
        if self.slots >= self.most:
            return
        self._good += 1
        if self._good >= (self.slots if self.careful else 1):
            self.slots, self._good = self.slots + 1, 0

    def set_back(self, began: float, now: float) -> None:
        """An answer 429 or 5xx, or one that came late; not of a request from before the last."""
        if began < self.set_back_at:
            return
        self.slots = max(1, self.slots // 2)
        self.careful, self.set_back_at, self._good = True, now, 0

    def hung(self, now: float) -> None:
        """A time-out: one at a time, until answers come again."""
        self.slots, self.careful, self.set_back_at, self._good = 1, True, now, 0

    def restart(self) -> None:
        """After a repair: from one on, doubling again."""
        self.slots, self.careful, self._good = 1, False, 0

    def _is_slow(self, seconds: float) -> bool:
        if self.best is None:
            self.best = self.smoothed = seconds
            return False
        self.best = min(self.best, seconds)
        self.smoothed += SMOOTHING * (seconds - self.smoothed)
        return self.smoothed > 2 * self.best and self.smoothed > self.best + NOISE
