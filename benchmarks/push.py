"""The designs in turn, round by round, and what they come to."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.db import connection
from rich.console import Console

from benchmarks import barest, designs, idle, orders, telling
from benchmarks.children import TargetProcess
from benchmarks.engines import Setting, run_engine
from benchmarks.figures import (
    BARE,
    ENGINE,
    Round,
    Run,
    Spread,
    faults,
    of_rounds,
    rate,
    spread,
)
from benchmarks.specials import Flat, run_beside_a_bad_one, run_limited, run_with_drops
from integrations.connections.models import Connection

# As many as keep the naive design busy for some twenty seconds.
NAIVE_ORDERS = {(20, 64): 2000, (389, 400): 400}
CEILING_ORDERS = 20_000
PARTS = ("flat", "quota", "isolation", "drops", "idle")
CPU_BOUND, WAITING_BOUND = (20, 64), (389, 400)
NEIGHBOURS_SHARE, DROPS_SHARE = 0.6, 0.2  # of a round's orders
LEAST_DROPS = 500  # orders


@dataclass(frozen=True, slots=True)
class Plan:
    """``settings`` are latency in ms and requests in flight, ``share`` what divides the orders of
    a full run. ``parts`` are taken in the first ``part_rounds`` rounds."""

    rounds: int
    orders: int
    share: int
    settings: list[tuple[int, int]]
    parts: frozenset[str]
    part_rounds: int

    def orders_under(self, setting: tuple[int, int]) -> int:
        """Twice as many where the engine's own ceiling is looked for: they go fast."""
        return self.orders * 2 if setting[1] > WAITING_BOUND[1] else self.orders

    def naive_orders(self, setting: tuple[int, int]) -> int:
        return min(NAIVE_ORDERS.get(setting, 0) // self.share, self.orders)


class Measurement:
    """A run of the whole plan: what was measured so far."""

    def __init__(self, plan: Plan, target: TargetProcess, console: Console) -> None:
        self._plan, self._target, self._console = plan, target, console
        self._connections: list[Connection] = orders.connect_tenants()
        self.rounds: list[Round] = []
        self.values: dict[str, list[float]] = {"quota_used": [], "quota_429": []}
        self.ceilings: list[float] = []
        self._flat = Flat(target, self._connections, plan.orders, Setting(*CPU_BOUND))

    def run(self) -> None:
        for number in range(self._plan.rounds):
            for setting in self._plan.settings:
                latency_ms, in_flight = setting
                self._say(f"\nround {number + 1}, {latency_ms} ms, {in_flight} in flight")
                self._round(setting, special=number < self._plan.part_rounds)
        if "idle" in self._plan.parts:
            self._idle()

    def _say(self, text: str) -> None:
        self._console.print(text)

    def _round(self, setting: tuple[int, int], *, special: bool) -> None:
        latency_ms, in_flight = setting
        count = self._plan.orders_under(setting)
        ceiling = designs.ceiling(self._target, CEILING_ORDERS, connections=in_flight)
        self.ceilings.append(ceiling)
        self._say(f"  target's ceiling  {ceiling:,.0f} orders/s")
        measured = Round(latency_ms, in_flight, ceiling, {})
        self.rounds.append(measured)
        self._add(measured, designs.run_bare(
            self._target, count, latency_ms=latency_ms, in_flight=in_flight
        ))  # fmt: skip
        self._add(measured, run_engine(self._target, self._connections, count, Setting(*setting)))
        if naive_orders := self._plan.naive_orders(setting):
            self._add(measured, designs.run_naive(
                self._target, self._connections, naive_orders, latency_ms=latency_ms
            ))  # fmt: skip
        if setting == CPU_BOUND:
            self._add(measured, barest.run(count))
        if special:
            self._specials(measured, setting)
        if measured.void:
            self._say("  void: the bare loop was past half of the target's ceiling")

    def _add(self, measured: Round, run: Run) -> None:
        measured.runs[run.design] = run
        self._say(telling.line(run))

    def _specials(self, measured: Round, setting: tuple[int, int]) -> None:
        parts, usual = self._plan.parts, Setting(*setting)
        if setting == CPU_BOUND and "flat" in parts:
            for run in self._flat.run_all():
                self._add(measured, run)
        if setting == CPU_BOUND and "drops" in parts and "dropped" not in self.values:
            self._drops(measured, usual)
        if setting == WAITING_BOUND and "quota" in parts:
            quota = run_limited(self._target, self._connections, usual)
            self._add(measured, quota.run)
            self._say(f"    used {quota.used:.3f} of the allowance; {quota.throttled} answers 429")
            self.values["quota_used"].append(quota.used)
            self.values["quota_429"].append(quota.throttled)
        if setting == WAITING_BOUND and "isolation" in parts:
            count = int(self._plan.orders * NEIGHBOURS_SHARE)
            for run in run_beside_a_bad_one(self._target, self._connections, count, usual):
                self._add(measured, run)

    def _drops(self, measured: Round, setting: Setting) -> None:
        count = max(LEAST_DROPS, int(self._plan.orders * DROPS_SHARE))
        run, dropped = run_with_drops(self._target, self._connections, count, setting)
        self._add(measured, run)
        self._say(f"    {dropped} answers were dropped after the order was taken")
        self.values["dropped"] = [dropped]

    def _idle(self) -> None:
        plan = self._plan
        self._say(f"\none order at a time, {idle.LATENCY_MS} ms; then {plan.orders:,} at once")
        found = idle.run(
            self._target, self._connections, times=idle.TIMES // plan.share + 2, bulk=plan.orders
        )
        self._say(
            f"  engine {found.engine_ms:.0f} ms, while it is awake {found.awake_ms:.0f} ms;"
            f" naive {found.naive_ms:.0f} ms; push worker {found.pss_mb:.0f} MB"
        )
        self.values |= {
            "idle_ratio": [found.engine_ms / found.naive_ms],
            "idle_ratio_awake": [found.awake_ms / found.naive_ms],
            "pss_mb": [found.pss_mb],
        }

    def members(self) -> dict[str, Spread | None]:
        """Every member of the line of JSON."""
        lost, doubled = faults(self.rounds)
        bare = [each for each in self.rounds if BARE in each.runs]
        return {
            **of_rounds(self.rounds),
            **{name: spread(values) for name, values in self.values.items()},
            "lost": spread([lost]),
            "doubled": spread([doubled]),
            "void": spread([sum(each.void for each in bare)]),
            "ceiling": spread(self.ceilings),
            "engine_per_s": spread(rate(each.runs[ENGINE]) for each in self.rounds),
        }


def run(plan: Plan, target: TargetProcess, *, json_line: bool) -> int:
    """Measure and tell. Returns the exit code: 1 when the engine lost or doubled an order."""
    console = Console(highlight=False, width=telling.WIDTH)
    console.print(_conditions(plan))
    measurement = Measurement(plan, target, console)
    measurement.run()
    for setting in plan.settings:
        under = [r for r in measurement.rounds if (r.latency_ms, r.in_flight) == setting]
        telling.tell_round(console, under)
    members = measurement.members()
    telling.tell_members(console, members)
    console.print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f}")
    if json_line:
        console.file.write(f"{telling.as_json(members)}\n")
    lost, doubled = faults(measurement.rounds)
    return 1 if lost or doubled else 0


def _conditions(plan: Plan) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'),"
            " current_setting('synchronous_commit')"
        )
        version, fsync, commit = cursor.fetchone()
    return (
        f"{plan.rounds} rounds, {plan.orders:,} orders of {orders.TENANTS} tenants.\n"
        f"PostgreSQL {version}, fsync {fsync}, synchronous_commit {commit}.\n"
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start: on a machine"
        " that does other work too,\ntrust ratios within a round and CPU, not orders a second."
    )
