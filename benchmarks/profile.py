"""Where the CPU of the engine and of PostgreSQL goes, per 1,000 orders, over one run."""

from __future__ import annotations

import os
from typing import Any

from django.db import connection
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks import designs, engines, orders
from benchmarks.children import TargetProcess
from benchmarks.figures import Run, cpu_per_1000, database_cpu_per_1000, figure, rate
from benchmarks.tracing import Calls
from integrations.connections.models import Connection

WIDTH = 130
FUNCTIONS, STATEMENTS, NAME = 60, 20, 90
OURS = ("services.", "outbox.", "visma.", "deliveries.", "connections.", "orders.", "models.")


def run(target: TargetProcess, settings: list[tuple[int, int]], count: int) -> int:
    """One run under each latency and number in flight. Returns 1 if any order went astray."""
    console = Console(highlight=False, width=WIDTH)
    connections, astray = orders.connect_tenants(), 0
    for latency_ms, in_flight in settings:
        console.rule(f"{count:,} orders, {latency_ms} ms, {in_flight} in flight")
        astray += _profile(console, target, connections, count, latency_ms, in_flight)
    return 1 if astray else 0


def _profile(
    console: Console,
    target: TargetProcess,
    connections: list[Connection],
    count: int,
    latency_ms: int,
    slots: int,
) -> int:
    setting = engines.Setting(latency_ms, slots)

    def engine(profile: engines.Profile | None = None) -> Run:
        return engines.run_engine(target, connections, count, setting, profile=profile)

    bare = designs.run_bare(target, count, latency_ms=latency_ms, in_flight=slots)
    one, profile = engine(), engines.Profile()
    traced = engine(profile)
    console.print(
        f"engine {figure(rate(one))} orders/s, {figure(cpu_per_1000(one))} s of CPU per 1,000"
        f" (bare loop: {figure(rate(bare))}, {figure(cpu_per_1000(bare))});"
        f" PostgreSQL {figure(database_cpu_per_1000(one))} s;"
        f" lost {one.lost}, doubled {one.doubled}; load {os.getloadavg()[0]:.1f}\n"
        "All figures: milliseconds per 1,000 orders, of a second run that was traced"
        f" ({figure(cpu_per_1000(traced))} s), less what tracing cost."
    )
    per = 1e6 / count
    _tell_engine(console, profile.traced, traced.cpu, one.cpu, per)
    _tell_database(console, profile, per)
    return one.lost + one.doubled + traced.lost + traced.doubled


def _tell_engine(
    console: Console, seen: dict[str, Any], traced: float, untraced: float, per: float
) -> None:
    scale = untraced / traced
    threads = ", ".join(
        f"{name} {spent * scale * per:.1f}" for name, spent in seen["threads"].items()
    )
    console.print(
        f"\nEngine, by thread: {threads}; collecting garbage {seen['collecting'] * per:.1f}"
    )
    functions = Calls(*seen["calls"]).as_if_untraced(traced, untraced)
    ours = [row for row in functions if row[0].startswith(OURS)]
    ours.sort(key=lambda row: -row[3])
    _table(console, "our functions, with what they call", ours[:FUNCTIONS], per)
    functions.sort(key=lambda row: -row[2])
    _table(console, "any function, by its own", functions[:FUNCTIONS], per)


def _table(
    console: Console, title: str, rows: list[tuple[str, int, float, float]], per: float
) -> None:
    table = _grid(title, "calls", "own", "with callees")
    for name, calls, own, whole in rows:
        cells = f"{calls * per / 1000:,.0f}", f"{own * per:.2f}", f"{whole * per:.2f}"
        table.add_row(name[:NAME], *cells)
    console.print(table)


def _tell_database(console: Console, profile: engines.Profile, per: float) -> None:
    processes = ", ".join(
        f"{name} {spent * per:.1f}" for name, spent in sorted(profile.processes.items()) if spent
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        (version,) = cursor.fetchone()
    console.print(f"CPU of PostgreSQL {version} by process: {processes}")
    if not profile.statements:
        console.print("No PostgreSQL with pg_stat_statements is on this machine.")
        return
    table = _grid(
        "statement", "calls", "ms elapsed", "planning", "rows", "blocks", "dirtied", "WAL kB"
    )
    for one in profile.statements[:STATEMENTS]:
        table.add_row(
            one.text,
            f"{one.calls}",
            f"{one.milliseconds * per / 1000:.2f}",
            f"{one.planning * per / 1000:.2f}",
            *(f"{number * per / 1000:,.0f}" for number in (one.rows, one.blocks, one.dirtied)),
            f"{one.wal * per / 1e6:,.1f}",
        )
    console.print(table)


def _grid(title: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(title, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
