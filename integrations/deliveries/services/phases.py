"""Where a drain's time goes: seconds of the clock by phase of its turn."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from integrations.deliveries.models import Tally
from integrations.deliveries.services import tallies
from integrations.visma.calls import boot_time

SAVE_EVERY = 5.0  # seconds


class Phase(StrEnum):
    """What a turn of the drain is spent on.

    ``lease``: taking, renewing and giving back lanes; ``claim``: what is due, stored as attempts;
    ``look``: lists to search for uncertain orders; ``wait``: for answers; ``settle``: judging and
    writing them.
    """

    LEASE = "lease"
    CLAIM = "claim"
    WAIT = "wait"
    SETTLE = "settle"
    LOOK = "look"


class Phases:
    """A stop-watch that is always in one phase; for one thread."""

    def __init__(self) -> None:
        self._phase = Phase.LEASE
        self._since = self._saved = boot_time()
        self._spent: Counter[Phase] = Counter()

    def enter(self, phase: Phase) -> None:
        """What passes from now on is this phase's."""
        now = boot_time()
        self._spent[self._phase] += round((now - self._since) * 1e6)
        self._phase, self._since = phase, now

    def save(self, *, at_once: bool = False) -> None:
        """Tally what passed since the last time, unless that was only just now."""
        self.enter(self._phase)
        if not at_once and self._since - self._saved < SAVE_EVERY:
            return
        tallies.add(Tally.Subject.PHASE, {str(phase): n for phase, n in self._spent.items()})
        self._spent.clear()
        self._saved = self._since
