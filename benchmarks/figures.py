"""From what was measured to what is told: medians, spread, ratios within one round."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

BARE, ENGINE, NAIVE = "bare loop", "engine", "naive"


@dataclass(frozen=True, slots=True)
class Run:
    """One design pushing its orders once. ``cpu`` and ``database_cpu`` in seconds.

    ``lost`` never came, or not under the number that our own side knows; ``doubled`` came more
    often than once.
    """

    design: str
    orders: int
    seconds: float
    cpu: float
    database_cpu: float
    lost: int
    doubled: int

    @property
    def exact(self) -> bool:
        return self.lost == 0 and self.doubled == 0


Figure = Callable[[Run], float]


def rate(run: Run) -> float:
    """Orders a second."""
    return run.orders / run.seconds


def cpu_per_1000(run: Run) -> float:
    """Seconds of CPU of the worker, per 1,000 orders."""
    return 1000 * run.cpu / run.orders


def database_cpu_per_1000(run: Run) -> float:
    """The same of PostgreSQL."""
    return 1000 * run.database_cpu / run.orders


@dataclass(frozen=True, slots=True)
class Round:
    """The designs one after the other under one latency. ``ceiling``: the target's orders/s."""

    latency_ms: int
    in_flight: int
    ceiling: float
    runs: dict[str, Run]

    @property
    def void(self) -> bool:
        """The bare loop came near what the target can take, so the target was measured."""
        return rate(self.runs[BARE]) > self.ceiling / 2

    def counts(self, *designs: str) -> bool:
        """Whether these designs may be compared: every order of theirs arrived exactly once."""
        return not self.void and all(self.runs[name].exact for name in designs)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some measurements and how far they lie apart."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        if self.lowest == self.highest:
            return figure(self.median)
        return f"{figure(self.median)} ({figure(self.lowest)}–{figure(self.highest)})"


def figure(value: float) -> str:
    """Three digits are all that a shared machine can tell."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(values: Iterable[float]) -> Spread | None:
    """The spread of the values, None without any."""
    ordered = sorted(values)
    return Spread(median(ordered), ordered[0], ordered[-1]) if ordered else None


def absolute(rounds: Iterable[Round], name: str, of: Figure) -> Spread | None:
    """One design's figure over the rounds that count."""
    return spread(of(each.runs[name]) for each in rounds if each.counts(name))


def compared(rounds: Iterable[Round], one: str, other: str, of: Figure) -> Spread | None:
    """One design's figure by the other's, taken round by round; only of rounds that count."""
    return spread(
        of(each.runs[one]) / of(each.runs[other]) for each in rounds if each.counts(one, other)
    )


def summary(rounds: list[Round]) -> dict[str, float | int | None]:
    """The members of the line of JSON. A ratio is a median, None where no round counts."""
    members: dict[str, float | int | None] = {}
    settings = list(dict.fromkeys((each.latency_ms, each.in_flight) for each in rounds))
    for setting in settings:
        latency, in_flight = setting
        # The second setting of a latency goes by its requests in flight: ratio_20, ratio_512.
        name = in_flight if f"ratio_{latency}" in members else latency
        under = _under(setting, rounds)
        members[f"ratio_{name}"] = _rounded(compared(under, ENGINE, BARE, rate))
        members[f"naive_ratio_{name}"] = _rounded(compared(under, ENGINE, NAIVE, rate))
    # At the lowest latency the CPU has the most to do.
    fastest = _under(min(settings), rounds)
    members["cpu_ratio"] = _rounded(compared(fastest, ENGINE, BARE, cpu_per_1000))
    members["lost"] = sum(each.runs[ENGINE].lost for each in rounds)
    members["doubled"] = sum(each.runs[ENGINE].doubled for each in rounds)
    return members


def _under(setting: tuple[int, int], rounds: Iterable[Round]) -> list[Round]:
    return [each for each in rounds if (each.latency_ms, each.in_flight) == setting]


def _rounded(ratio: Spread | None) -> float | None:
    return round(ratio.median, 3) if ratio else None
