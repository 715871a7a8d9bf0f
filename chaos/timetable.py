"""Which fault strikes when: drawn from a seed before the run, the same for the same seed.

A fault has a class (``CLASSES``), what it does, whom it strikes and how long it lasts. Those of
Visma's side are told to the sandbox as they stand; the others are carried out by ``throwing``.
Each class draws from a chance of its own, so leaving one out moves no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chaos.stage import Stage
from chaos.visma_faults import VISMA

# Seconds at the start and at the end in which nothing new is thrown, in a run of any length.
CALM, SHORTEST = 3.0, 8.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``at`` and ``seconds`` count from the start of the run.

    ``members`` is what the sandbox is told; empty for a fault of our own side.
    """

    at: float
    kind: str
    deed: str
    target: str = ""
    seconds: float = 0.0
    members: dict[str, Any] = field(default_factory=dict)

    @property
    def ends(self) -> float:
        return self.at + self.seconds

    def __str__(self) -> str:
        lasts = f" for {self.seconds:.1f} s" if self.seconds else ""
        whom = f" {self.target}" if self.target else ""
        return f"{self.at:6.1f}  {self.kind}: {self.deed}{whom}{lasts}"


Drawn = Iterator[Fault]
Draw = Callable[[Random, Stage, str], Drawn]


def _every(chance: Random, stage: Stage, seconds: float, least: int = 1) -> Iterator[float]:
    """Moments that far apart on average, and so many at least."""
    first, last = _span(stage)
    count = max(least, round((last - first) / seconds))
    yield from sorted(chance.uniform(first, last) for _ in range(count))


def _span(stage: Stage) -> tuple[float, float]:
    """From when to when something is thrown."""
    calm = min(CALM, stage.seconds / SHORTEST)
    return calm, stage.seconds - calm


def _kill(chance: Random, stage: Stage, kind: str) -> Drawn:
    """A push worker at once, three times in four; else a worker's parent or one of its children."""
    for at in _every(chance, stage, 8, least=3):
        down = chance.uniform(0, 2)
        if chance.random() < 0.75:
            yield Fault(at, kind, "kill", chance.choice(stage.push), down)
        else:
            deed = chance.choice(["kill_parent", "kill_child"])
            yield Fault(at, kind, deed, chance.choice(stage.workers), down)


def _term(chance: Random, stage: Stage, kind: str) -> Drawn:
    for at in _every(chance, stage, 15):
        yield Fault(at, kind, "term", chance.choice(stage.push + stage.workers))


def _freeze(chance: Random, stage: Stage, kind: str) -> Drawn:
    """Longer than a lease, often longer than lease and quarantine together."""
    for at in _every(chance, stage, 15):
        most = min(stage.lease + 2 * stage.quarantine, stage.seconds - at)
        long = chance.uniform(stage.lease + 1, max(most, stage.lease + 2))
        target = chance.choice(stage.push if chance.random() < 0.8 else stage.workers)
        yield Fault(at, kind, "freeze", target, long)


def _broker(chance: Random, stage: Stage, kind: str) -> Drawn:
    deeds = ["flush", "kill", "pause"]
    for number, at in enumerate(_every(chance, stage, 15, least=3)):
        deed = deeds[number % len(deeds)]
        yield Fault(at, kind, deed, "broker", 0 if deed == "flush" else chance.uniform(1, 4))


def _database(chance: Random, stage: Stage, kind: str) -> Drawn:
    deeds = ["drop_sessions", "restart", "kill", "pause"]
    chance.shuffle(deeds)
    for number, at in enumerate(_every(chance, stage, 20, least=3)):
        deed = deeds[number % len(deeds)]
        long = {"kill": chance.uniform(0, 2), "pause": chance.uniform(1, 3)}.get(deed, 0.0)
        yield Fault(at, kind, deed, "database", long)


def _twice(chance: Random, stage: Stage, kind: str) -> Drawn:
    for at in _every(chance, stage, 5):
        yield Fault(at, kind, chance.choice(["drain", "sweep", "refresh", "examine"]))


def _clock(chance: Random, stage: Stage, kind: str) -> Drawn:
    """One worker ahead and another behind, for half of the run."""
    half, (first, last) = stage.seconds / 2, _span(stage)
    for targets, deed in ((stage.push, "ahead"), (stage.workers, "behind")):
        at = chance.uniform(first, last - half)
        yield Fault(at, kind, deed, chance.choice(targets), half)


def _rolling(chance: Random, stage: Stage, kind: str) -> Drawn:
    first, last = _span(stage)
    at = chance.uniform(first, min(10, last))
    while at < last:
        yield Fault(at, kind, "restart_all")
        at += 20


def _at_visma(chance: Random, stage: Stage, kind: str) -> Drawn:
    for script in VISMA[kind](chance, stage):
        at = chance.uniform(*_span(stage))
        yield Fault(at, kind, str(script["do"]), members=script | {"name": kind})


CLASSES: dict[str, Draw] = {
    "kill": _kill,
    "term": _term,
    "freeze": _freeze,
    "broker": _broker,
    "database": _database,
    "twice": _twice,
    "clock": _clock,
    "rolling": _rolling,
    **dict.fromkeys(VISMA, _at_visma),
}


def draw(seed: int, classes: list[str], stage: Stage) -> list[Fault]:
    """The whole timetable, in the order of time."""
    faults = [
        fault
        for kind in classes
        for fault in CLASSES[kind](Random(f"{seed}/{kind}"), stage, kind)  # noqa: S311 - to be repeated, not to be secret
    ]
    return sorted(faults, key=lambda fault: (fault.at, fault.kind, fault.deed))
