"""From what was measured to what is told: medians, spread, ratios within one round."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

BARE, ENGINE, NAIVE = "bare loop", "engine", "naive"
BAREST = "barest claim"
# The engine in other circumstances, and what it is compared with beside the plain run.
WAITING, DELIVERED, TENANTS = "100,000 waiting", "1,000,000 delivered", "1,000 tenants"
LIMITED, DROPPED = "10 a second each", "answers dropped"
WITHOUT, HUNG, THROTTLED = "49 tenants", "49, one hung", "49, one throttled"


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


def cpu_in_all_per_1000(run: Run) -> float:
    """The same of the worker and PostgreSQL together."""
    return cpu_per_1000(run) + database_cpu_per_1000(run)


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
        runs = [self.runs.get(name) for name in designs]
        return not self.void and all(run is not None and run.exact for run in runs)


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


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the line of JSON, and what the engine is to reach: at least, or at most."""

    name: str
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    @property
    def target(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


MEMBERS = [
    Member("ratio_389", at_least=0.96),
    Member("ratio_20", at_least=0.90),
    Member("ratio_512", at_least=0.50),
    Member("cpu_ratio", at_most=2.0),
    Member("pg_cpu_ratio", at_most=2.5),
    Member("naive_ratio_20", at_least=20),
    Member("naive_ratio_389", at_least=45),
    Member("flat_waiting", at_most=1.05),
    Member("flat_done", at_most=1.05),
    Member("flat_tenants", at_most=1.25),
    Member("quota_used", at_least=0.98),
    Member("quota_429", at_most=0),
    Member("isolation", at_least=0.98),
    Member("idle_ratio", at_most=0.7),
    Member("pss_mb", at_most=150),
    Member("lost", at_most=0),
    Member("doubled", at_most=0),
]


def of_rounds(rounds: list[Round]) -> dict[str, Spread | None]:
    """What the rounds come to, by the members' names. None where no round counts."""
    found: dict[str, Spread | None] = {}
    settings = list(dict.fromkeys((each.latency_ms, each.in_flight) for each in rounds))
    for setting in settings:
        latency, in_flight = str(setting[0]), str(setting[1])
        # The second setting of a latency goes by its requests in flight: ratio_20, ratio_512.
        name = in_flight if f"ratio_{latency}" in found else latency
        under = _under(setting, rounds)
        found[f"ratio_{name}"] = compared(under, ENGINE, BARE, rate)
        if any(NAIVE in each.runs for each in under):
            found[f"naive_ratio_{name}"] = compared(under, ENGINE, NAIVE, rate)
    # At the lowest latency the CPU has the most to do.
    fastest = _under(min(settings), rounds)
    found["cpu_ratio"] = compared(fastest, ENGINE, BARE, cpu_per_1000)
    found["pg_cpu_ratio"] = compared(fastest, ENGINE, BAREST, database_cpu_per_1000)
    for name, run in (("waiting", WAITING), ("done", DELIVERED), ("tenants", TENANTS)):
        found[f"flat_{name}"] = compared(rounds, run, ENGINE, cpu_in_all_per_1000)
    hung, throttled = (compared(rounds, run, WITHOUT, rate) for run in (HUNG, THROTTLED))
    found["isolation_hung"], found["isolation_429"] = hung, throttled
    both = [one for one in (hung, throttled) if one]
    found["isolation"] = min(both, key=lambda one: one.median) if len(both) == 2 else None
    return found


def faults(rounds: Iterable[Round]) -> tuple[int, int]:
    """What the engine lost and doubled, in whatever circumstances."""
    runs = [run for each in rounds for run in each.runs.values() if run.design not in _OTHERS]
    return sum(run.lost for run in runs), sum(run.doubled for run in runs)


_OTHERS = (BARE, BAREST, NAIVE)


def _under(setting: tuple[int, int], rounds: Iterable[Round]) -> list[Round]:
    return [each for each in rounds if (each.latency_ms, each.in_flight) == setting]
