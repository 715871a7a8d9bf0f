"""Runs of the engine, in whatever circumstances, checked against the target's ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from benchmarks import orders, processor_time, statements
from benchmarks.children import PATIENCE, TargetProcess, child
from benchmarks.figures import ENGINE, Run
from integrations.connections.models import Connection

SLOTS_PER_LANE = 8  # as shipped; more only where the tenants would not fill the slots
BETWEEN_LOOKS = 0.002  # seconds; only asked once the target has every order
MOST_STATEMENTS = 40


@dataclass(slots=True)
class Profile:
    """Where a run's CPU went: the engine's calls, PostgreSQL's processes and statements."""

    traced: dict[str, Any] = field(default_factory=dict)
    processes: dict[str, float] = field(default_factory=dict)
    statements: list[statements.Spent] = field(default_factory=list)
    _counted: bool = False

    def begin(self) -> None:
        self._counted = statements.reset()
        self.processes = statements.cpu_by_process()

    def end(self) -> None:
        before, after = self.processes, statements.cpu_by_process()
        self.processes = {name: spent - before.get(name, 0) for name, spent in after.items()}
        self.statements = statements.spent(MOST_STATEMENTS) if self._counted else []


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run of the engine is up against.

    ``terms`` are those of the target beside the latency. ``environment`` is added to this
    process's. ``apart_from`` is a connection whose orders nobody waits for. ``enough``: the run
    ends after so many orders, though more wait.
    """

    latency_ms: int
    in_flight: int
    design: str = ENGINE
    terms: Mapping[str, float | str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    apart_from: Connection | None = None
    enough: int = 0

    def slots_per_lane(self, lanes: int) -> int:
        return max(SLOTS_PER_LANE, ceil(self.in_flight / lanes))


def run_engine(
    target: TargetProcess,
    connections: list[Connection],
    count: int,
    setting: Setting,
    *,
    after: int = 0,
    profile: Profile | None = None,
) -> Run:
    """Fill the outbox with so many orders, and push from the first look until the last is written.

    ``after``: see ``orders.fill``.
    """
    per_lane = setting.slots_per_lane(len(connections))
    orders.fill(connections, count, after=after, slots_per_lane=per_lane)
    if setting.apart_from:
        count -= count // len(connections)
    return push(target, setting, setting.enough or count, per_lane=per_lane, profile=profile)


def push(
    target: TargetProcess,
    setting: Setting,
    count: int,
    *,
    per_lane: int,
    profile: Profile | None = None,
) -> Run:
    """Push what is in the outbox; ``count`` orders of it are waited for."""
    target.begin(setting.latency_ms, **setting.terms)
    slots = {"PUSH_SLOTS": str(setting.in_flight), "PUSH_SLOTS_PER_LANE": str(per_lane)}
    environment = {**os.environ, **slots, **setting.environment}
    command = ["benchmarks.engine", *(["--traced"] if profile else [])]
    told: dict[str, Any] = {}
    with child(*command, environment=environment) as drain:
        drain.says()
        if profile:
            profile.begin()
        database, began = processor_time.of_database(), time.monotonic()
        drain.tell("go")
        if setting.enough:
            target.wait_for(count)
            drain.tell("stop")
            told = drain.says()
        else:
            wait_until_written(target, count, apart_from=setting.apart_from)
        seconds = time.monotonic() - began
        database = processor_time.of_database() - database
        if profile:
            profile.end()
        # With one tenant that hangs, it would listen for its answers.
        if not told and not setting.apart_from:
            drain.tell("stop")
            told = drain.says()
    if profile:
        profile.traced = told["traced"]
    ledger = target.ledger()
    count = len(ledger) if setting.enough else count
    lost, doubled = check(ledger, orders.delivered(ledger), count)
    cpu = told.get("cpu", 0.0)
    return Run(setting.design, count, seconds, cpu, database, lost, doubled)


def wait_until_written(
    target: TargetProcess, count: int, *, apart_from: Connection | None = None
) -> None:
    """Wait for the target first, which costs nothing meanwhile, then for our own tables."""
    if target.wait_for(count):
        until = time.monotonic() + PATIENCE
        while orders.under_way(apart_from) and time.monotonic() < until:
            time.sleep(BETWEEN_LOOKS)


def check(
    ledger: Mapping[str, list[str]], recorded: Mapping[str, str], count: int
) -> tuple[int, int]:
    """How many orders were lost, and how many doubles there are."""
    right = [name for name, numbers in ledger.items() if recorded.get(name) in numbers]
    return count - len(right), sum(len(numbers) - 1 for numbers in ledger.values())
