"""One policy as a drain knows it: what is left of its window, less what this drain has out."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.connections.services.quotas import Heard

PROBES = 2  # in flight after a refusal that left the rest unknown
# With less than this left, or after so many seconds without an answer, a claim first asks the
# database what others have out.
SCARCE, STALE = 256, 2.0
# What is plenty is saved this often, in seconds.
SAVE_PLENTY_EVERY = 5.0


@dataclass(eq=False, slots=True)
class Budget:
    """``out`` counts what was claimed and not answered, ``users`` the allowances it limits."""

    heard: Heard
    out: int = 0
    users: int = 1
    is_new: bool = False  # there is something that others have to know
    saved_at: float = 0.0

    def room(self, at: float, reserve: float) -> int:
        """How many more requests its window lets out; negative when too many are out."""
        window = self.heard.window
        if window.ends is not None and at >= window.ends:
            window.roll(at)
        if window.remaining is None:
            return PROBES - self.out
        return window.remaining - self.out - window.kept(at, reserve)

    def paced(self, reserve: float) -> int:
        """How many go out in a short window of each of its allowances."""
        limit = self.heard.window.limit or 1
        return max(1, (limit - int(limit * reserve)) // self.users)

    def is_scarce(self, at: float) -> bool:
        """Whether what is left of it may be in others' hands."""
        window = self.heard.window
        if window.limit is None or window.remaining is None or window.is_short:
            return False
        return window.remaining - self.out < SCARCE or at - window.told_at > STALE

    @property
    def is_due(self) -> bool:
        """Whether it is time to save it."""
        told_at = self.heard.window.told_at
        return self.is_new or (
            told_at > self.saved_at
            and (told_at - self.saved_at > SAVE_PLENTY_EVERY or self.is_scarce(told_at))
        )
