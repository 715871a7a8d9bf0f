"""The designs in turn, round by round, and what they come to."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from django.db import connection
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import designs, orders
from benchmarks.children import TargetProcess
from benchmarks.figures import (
    BARE,
    ENGINE,
    NAIVE,
    Figure,
    Round,
    Run,
    absolute,
    compared,
    cpu_per_1000,
    database_cpu_per_1000,
    figure,
    rate,
    summary,
)
from integrations.connections.models import Connection

# As many as keep the naive design busy for some twenty seconds.
NAIVE_ORDERS, NAIVE_ELSEWHERE = {20: 2000, 389: 400}, 400
WIDTH = 100
# Title, figure, and whether it is told as a share of the bare loop's in the same round.
FIGURES: list[tuple[str, Figure, bool]] = [
    ("orders/s", rate, False),
    ("  ÷ bare loop", rate, True),
    ("CPU, s per 1,000", cpu_per_1000, False),
    ("  ÷ bare loop", cpu_per_1000, True),
    ("PostgreSQL, s per 1,000", database_cpu_per_1000, False),
]


@dataclass(frozen=True, slots=True)
class Plan:
    """``settings`` are latency in ms and requests in flight, ``naive_share`` what divides the
    naive design's orders."""

    rounds: int
    orders: int
    naive_share: int
    settings: list[tuple[int, int]]

    def naive_orders(self, latency_ms: int) -> int:
        usual = NAIVE_ORDERS.get(latency_ms, NAIVE_ELSEWHERE) // self.naive_share
        return min(usual, self.orders)


def run(plan: Plan, target: TargetProcess, *, json_line: bool) -> int:
    """Measure and tell. Returns the exit code: 1 when the engine lost or doubled an order."""
    console = Console(highlight=False, width=WIDTH)
    console.print(_conditions(plan))
    connections = orders.connect_tenants()
    rounds = []
    for number in range(plan.rounds):
        for latency_ms, in_flight in plan.settings:
            console.print(f"\nround {number + 1}, {latency_ms} ms, {in_flight} in flight")
            measured = _round(plan, target, connections, latency_ms, in_flight, console)
            rounds.append(measured)
    for setting in plan.settings:
        _tell(console, [r for r in rounds if (r.latency_ms, r.in_flight) == setting])
    console.print(f"\nLoad of the machine at the end: {os.getloadavg()[0]:.1f}")
    members = summary(rounds)
    if json_line:
        console.file.write(f"{json.dumps(members)}\n")
    return 1 if members["lost"] or members["doubled"] else 0


def _round(
    plan: Plan,
    target: TargetProcess,
    connections: list[Connection],
    latency_ms: int,
    in_flight: int,
    console: Console,
) -> Round:
    ceiling = designs.run_bare(target, plan.orders, latency_ms=0, in_flight=in_flight)
    console.print(f"  target's ceiling  {figure(rate(ceiling))} orders/s")
    bare = designs.run_bare(target, plan.orders, latency_ms=latency_ms, in_flight=in_flight)
    console.print(_line(bare))
    engine = designs.run_engine(
        target, connections, plan.orders, latency_ms=latency_ms, in_flight=in_flight
    )
    console.print(_line(engine))
    count = plan.naive_orders(latency_ms)
    naive = designs.run_naive(target, connections, count, latency_ms=latency_ms)
    console.print(_line(naive))
    runs = {run.design: run for run in (bare, engine, naive)}
    measured = Round(latency_ms, in_flight, rate(ceiling), runs)
    if measured.void:
        console.print("  void: the bare loop was past half of the target's ceiling")
    return measured


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


def _line(run: Run) -> str:
    verdict = "" if run.exact else f"  does not count: lost {run.lost}, doubled {run.doubled}"
    return (
        f"  {run.design:16}  {figure(rate(run))} orders/s, CPU {figure(cpu_per_1000(run))} s"
        f" + PostgreSQL {figure(database_cpu_per_1000(run))} s per 1,000 orders{verdict}"
    )


def _tell(console: Console, rounds: list[Round]) -> None:
    first, names = rounds[0], (BARE, ENGINE, NAIVE)
    counted = sum(not each.void for each in rounds)
    console.print(
        f"\n{first.latency_ms} ms, {first.in_flight} in flight: median (lowest–highest)"
        f" of {counted} of {len(rounds)} rounds"
    )
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    table.add_row("orders", *(f"{first.runs[name].orders:,}" for name in names))
    for title, of, by_bare in FIGURES:
        spreads = (
            compared(rounds, name, BARE, of) if by_bare else absolute(rounds, name, of)
            for name in names
        )
        table.add_row(title, *(str(one) if one else "no round counts" for one in spreads))
    console.print(table)
    faster = compared(rounds, ENGINE, NAIVE, rate)
    console.print(f"orders/s, engine ÷ naive: {faster or 'no round counts'}")
