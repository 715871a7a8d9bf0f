"""What a run is made of, so far as its faults depend on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """Times are in seconds; ``push`` and ``workers`` are names of programs that may be struck."""

    orders: int
    seconds: float
    push: tuple[str, ...]
    workers: tuple[str, ...]
    lease: float
    quarantine: float
    read_lag: float
    read_timeout: float
    slots: int

    @property
    def latest_commit(self) -> float:
        """How long after a cut the ERP may still commit; a tenth is kept for a busy machine."""
        return 0.9 * (self.quarantine - self.read_lag)
