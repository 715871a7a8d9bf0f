"""What a run says at its end, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chaos.logs import Trace
from chaos.verdict import (
    DOUBLED,
    KINDS,
    LOST,
    STUCK,
    UNEXPECTED,
    WRONG_NUMBER,
    WRONG_STATE,
    Verdict,
)
from chaos.visits import Visit

if TYPE_CHECKING:
    from chaos.run import Wish

MOST_SHOWN = 10
# Orders a person must decide are no fault; more than this share of all would be.
MOST_TO_A_PERSON = 0.02


@dataclass(frozen=True, slots=True)
class Report:
    """``settled_in`` is None where orders still waited when the time was up."""

    wish: Wish
    verdict: Verdict
    sent: int
    early: int
    calls: int
    struck: Counter[tuple[str, str]]
    missed: Counter[tuple[str, str]]
    crashes: list[str]
    traces: list[Trace]
    left_behind: list[int]
    not_taken: list[str]
    asked_again: int
    settled_in: float | None
    pages: int
    failed_pages: list[Visit]
    slowest_without_broker: float
    starts: int

    @property
    def void(self) -> str:
        """Why the run proves nothing; empty where it does."""
        if not self.sent:
            return "nothing was sent"
        if not self.verdict.accepted:
            return "nothing was accepted"
        idle = [kind for kind in self.wish.classes if not self._times(kind)]
        return f"no fault struck of {', '.join(idle)}" if idle else ""

    @property
    def faults(self) -> list[str]:
        """Everything that is not as promised, in a sentence each."""
        found = [f"{what}: {one}" for what in KINDS for one in self.verdict.found.get(what, [])]
        found += [f"early: {self.early} calls before a Retry-After was over"] if self.early else []
        found += [f"crash: {one}" for one in self.crashes]
        found += [f"traceback in {one}" for one in self.traces]
        found += [f"not taken: {one}" for one in self.not_taken]
        found += [f"left behind: process group {one}" for one in self.left_behind]
        found += [
            f"page: answered {one.status or 'nothing'} in {one.seconds:.1f} s"
            for one in self.failed_pages
        ]
        many = len(self.verdict.shown) > max(3, MOST_TO_A_PERSON * self.verdict.accepted)
        found += [f"too many for a person: {len(self.verdict.shown)}"] if many else []
        return found

    @property
    def clean(self) -> bool:
        return not self.faults and not self.void

    def line(self) -> str:
        """The verdict in one line."""
        word = "void" if self.void else "clean" if self.clean else "NOT CLEAN"
        counted = ", ".join(f"{what} {count}" for what, count in self.counts().items())
        why = f" ({self.void})" if self.void else ""
        return f"verdict: {word}{why}; seed {self.wish.seed}; {counted}"

    def counts(self) -> dict[str, int]:
        found = self.verdict.count
        return {
            "accepted": self.verdict.accepted,
            "once": self.verdict.once,
            "refused": self.verdict.states["rejected"],
            "to a person": len(self.verdict.shown),
            **{one: found(one) for one in (LOST, DOUBLED, WRONG_NUMBER, WRONG_STATE, STUCK)},
            **({UNEXPECTED: found(UNEXPECTED)} if found(UNEXPECTED) else {}),
            "early": self.early,
            "crashes": len(self.crashes) + len(self.traces),
            "failed pages": len(self.failed_pages),
        }

    def lines(self) -> Iterator[str]:
        yield "Faults that struck"
        for kind in self.wish.classes:
            yield f"  {kind:10}{self._times(kind):6}  {self._deeds(kind)}"
        settled = "never" if self.settled_in is None else f"{self.settled_in:.1f} s after the last"
        yield (
            f"Settled {settled} fault; {self.calls} calls to Visma, {self.sent} orders there; "
            f"{self.starts} starts of programs; {self.asked_again} orders asked again"
        )
        yield (
            f"{self.pages} pages looked at; while the broker was away 99 % within "
            f"{self.slowest_without_broker:.2f} s"
        )
        for name, reason in self.verdict.shown.items():
            yield f"For a person: {name}, {reason}"
        faults = self.faults
        yield from faults[:MOST_SHOWN]
        if len(faults) > MOST_SHOWN:
            yield f"… and {len(faults) - MOST_SHOWN} more"

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": "void" if self.void else "clean" if self.clean else "not clean",
            "void": self.void,
            "seed": self.wish.seed,
            **{name.replace(" ", "_"): count for name, count in self.counts().items()},
            "settled_in": self.settled_in,
            "struck": {kind: self._times(kind) for kind in self.wish.classes},
            "shown": self.verdict.shown,
            "faults": self.faults,
            "slowest_page_without_broker": round(self.slowest_without_broker, 3),
        }

    def _times(self, kind: str) -> int:
        return sum(count for (one, _), count in self.struck.items() if one == kind)

    def _deeds(self, kind: str) -> str:
        told = [
            f"{deed} {count}" for (one, deed), count in sorted(self.struck.items()) if one == kind
        ]
        missed = sum(count for (one, _), count in self.missed.items() if one == kind)
        return ", ".join(told) + (f" (missed {missed})" if missed else "")
