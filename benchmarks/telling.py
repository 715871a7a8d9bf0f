"""What was measured, for people and as one line of JSON."""

from __future__ import annotations

import json

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figures import (
    BARE,
    BAREST,
    ENGINE,
    MEMBERS,
    NAIVE,
    Figure,
    Round,
    Run,
    Spread,
    absolute,
    compared,
    cpu_per_1000,
    database_cpu_per_1000,
    figure,
    rate,
)

WIDTH = 110
# Title, figure, and whether it is told as a share of the bare loop's in the same round.
FIGURES: list[tuple[str, Figure, bool]] = [
    ("orders/s", rate, False),
    ("  ÷ bare loop", rate, True),
    ("CPU, s per 1,000", cpu_per_1000, False),
    ("  ÷ bare loop", cpu_per_1000, True),
    ("PostgreSQL, s per 1,000", database_cpu_per_1000, False),
]
NOTHING = "no round counts"


def line(run: Run) -> str:
    """One run in one line."""
    verdict = "" if run.exact else f"  does not count: lost {run.lost}, doubled {run.doubled}"
    return (
        f"  {run.design:20}  {figure(rate(run)):>6} orders/s, CPU {figure(cpu_per_1000(run))} s"
        f" + PostgreSQL {figure(database_cpu_per_1000(run))} s per 1,000 orders{verdict}"
    )


def tell_round(console: Console, rounds: list[Round]) -> None:
    """One setting's designs side by side, over its rounds."""
    first = rounds[0]
    names = [name for name in (BARE, ENGINE, NAIVE, BAREST) if name in first.runs]
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
        table.add_row(title, *(str(one) if one else NOTHING for one in spreads))
    console.print(table)


def tell_members(console: Console, members: dict[str, Spread | None]) -> None:
    """What was to be reached and what was, by the names of the line of JSON."""
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("figure", "median (lowest–highest)", "target", ""):
        table.add_column(title)
    for member in MEMBERS:
        found = members.get(member.name)
        if member.name in members:
            verdict = "" if found is None else "met" if member.is_met(found.median) else "missed"
            table.add_row(member.name, str(found) if found else NOTHING, member.target, verdict)
    console.print(table)


def as_json(members: dict[str, Spread | None]) -> str:
    """One object: each member's median, None where no round counts or nothing was measured."""
    names = [*(member.name for member in MEMBERS), *members]
    found = {name: members.get(name) for name in dict.fromkeys(names)}
    return json.dumps({name: round(one.median, 3) if one else None for name, one in found.items()})
