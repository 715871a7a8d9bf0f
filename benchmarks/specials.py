"""The engine in particular circumstances: full tables, many tenants, quotas, a bad neighbour."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from benchmarks import databases, orders
from benchmarks.children import TargetProcess
from benchmarks.engines import Setting, run_engine
from benchmarks.figures import (
    DELIVERED,
    DROPPED,
    HUNG,
    LIMITED,
    TENANTS,
    THROTTLED,
    WAITING,
    WITHOUT,
    Run,
)
from benchmarks.ledger import TENANT_LENGTH
from integrations.connections.models import Connection

MANY = 1000  # tenants
TIMES_WAITING, TIMES_DELIVERED = 10, 100  # of a round's orders
LIMIT, WINDOWS = 10, 8  # requests a second and tenant; seconds of orders
ENDS = 2  # windows that are not whole: the first and the last
# A quarantine that a measurement can wait for; the answers dropped are all of orders taken.
SHORT = {"QUARANTINE": "4", "READ_LAG": "1", "FIRST_LOOK": "1"}
DROP_EVERY = 10


@dataclass(slots=True)
class Flat:
    """Databases that hold far more than a round needs, each made when it is first wanted.

    ``count`` is what a run pushes. Orders stay, so each run's are numbered after the last one's.
    """

    target: TargetProcess
    connections: list[Connection]
    count: int
    setting: Setting
    _next: int = 0
    _crowds: dict[str, list[Connection]] = field(default_factory=dict)

    def run_all(self) -> list[Run]:
        return [self._waiting(), self._delivered(), self._tenants()]

    def _waiting(self) -> Run:
        """So many orders pushed of ten times as many that wait."""
        setting = replace(self.setting, design=WAITING, enough=self.count)
        with databases.within("waiting"):
            if "waiting" not in self._crowds:
                self._fill_anew("waiting")
                databases.multiply(TIMES_WAITING - 2)
            return self._run(setting)

    def _delivered(self) -> Run:
        """So many orders pushed beside a hundred times as many that are delivered."""
        setting = replace(self.setting, design=DELIVERED)
        with databases.within("delivered"):
            if "delivered" not in self._crowds:
                self._crowds["delivered"] = self.connections
                orders.empty()
                self._run(setting)
                databases.multiply(TIMES_DELIVERED - 1)
            return self._run(setting)

    def _tenants(self) -> Run:
        """So many orders of a thousand tenants."""
        with databases.within("tenants"):
            if "tenants" not in self._crowds:
                more = orders.connect_tenants(MANY, first=len(self.connections))
                self._crowds["tenants"] = [*self.connections, *more]
            setting = replace(self.setting, design=TENANTS)
            return run_engine(self.target, self._crowds["tenants"], self.count, setting)

    def _fill_anew(self, name: str) -> None:
        self._crowds[name] = self.connections
        orders.fill(self.connections, self.count)
        self._next += self.count

    def _run(self, setting: Setting) -> Run:
        self._next += self.count
        return run_engine(
            self.target, self.connections, self.count, setting, after=self._next - self.count
        )


@dataclass(frozen=True, slots=True)
class Quota:
    """How well an allowance was used, as a share, and how often Visma had to say no."""

    run: Run
    used: float
    throttled: int


def run_limited(target: TargetProcess, connections: list[Connection], setting: Setting) -> Quota:
    """Each tenant may send ten orders in each second by the clock, and has many more waiting."""
    count = LIMIT * WINDOWS * len(connections)
    setting = replace(
        setting, design=LIMITED, terms={"limit": LIMIT}, environment={"QUOTA_RESERVE": "0"}
    )
    orders.allow(LIMIT, 1)
    try:
        run = run_engine(target, connections, count, setting)
    finally:
        orders.allow(1_000_000, 3600)
    so_far = target.spent()
    whole = [so_far["windows"][window] for window in sorted(so_far["windows"], key=int)]
    whole = whole[1 : 1 + WINDOWS - ENDS]
    used = sum(whole) / (LIMIT * len(connections) * (WINDOWS - ENDS))
    return Quota(run, used, so_far["throttled"])


def run_beside_a_bad_one(
    target: TargetProcess, connections: list[Connection], count: int, setting: Setting
) -> list[Run]:
    """The other tenants' orders: without the bad one, beside it hanging, and beside it refused."""
    bad, *others = connections
    each = count // len(others)
    runs = [run_engine(target, others, each * len(others), replace(setting, design=WITHOUT))]
    for design, throttled in ((HUNG, 0), (THROTTLED, 1)):
        terms: dict[str, float | str] = {
            "odd": orders.token(0)[:TENANT_LENGTH],
            "throttled": throttled,
        }
        beside = replace(setting, design=design, terms=terms, apart_from=bad)
        runs.append(run_engine(target, connections, each * len(connections), beside))
    orders.allow(1_000_000, 3600)
    return runs


def run_with_drops(
    target: TargetProcess, connections: list[Connection], count: int, setting: Setting
) -> tuple[Run, int]:
    """Answers are dropped on kept connections: every order arrives once all the same.

    Returns how many answers that were, too.
    """
    dropping = replace(setting, design=DROPPED, terms={"drop_every": DROP_EVERY}, environment=SHORT)
    run = run_engine(target, connections, count, dropping)
    return run, int(target.spent()["dropped"])
