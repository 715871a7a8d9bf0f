"""One run of each design, measured from outside and checked against the target's ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from benchmarks import naive, orders, processor_time, statements
from benchmarks.children import PATIENCE, Gone, TargetProcess, child
from benchmarks.figures import BARE, ENGINE, NAIVE, Run
from benchmarks.naive_app import app
from integrations.connections.models import Connection

PROCESSES = 8
MOST_STATEMENTS = 40
SLOTS_PER_LANE = 8  # as shipped; more only where the tenants would not fill the slots
BETWEEN_LOOKS = 0.002  # seconds; only asked once the target has every order


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


def run_bare(target: TargetProcess, count: int, *, latency_ms: int, in_flight: int) -> Run:
    """The pump alone; with a latency of 0 it tells the target's ceiling."""
    target.begin(latency_ms)
    with child("benchmarks.bare", target.url, str(count), str(in_flight)) as bare:
        bare.says()
        bare.tell("go")
        took = bare.says()
    lost, doubled = check(target.ledger(), took["numbers"], count)
    return Run(BARE, count, took["seconds"], took["cpu"], 0, lost, doubled)


def run_engine(
    target: TargetProcess,
    connections: list[Connection],
    count: int,
    *,
    latency_ms: int,
    in_flight: int,
    environment: Mapping[str, str] = os.environ,
    profile: Profile | None = None,
) -> Run:
    """The engine, from its first look at the outbox until the last order is written."""
    orders.fill(connections, count)
    target.begin(latency_ms)
    slots = {
        "PUSH_SLOTS": str(in_flight),
        "PUSH_SLOTS_PER_LANE": str(max(SLOTS_PER_LANE, ceil(in_flight / len(connections)))),
    }
    command = ["benchmarks.engine", *(["--traced"] if profile else [])]
    with child(*command, environment={**environment, **slots}) as drain:
        drain.says()
        if profile:
            profile.begin()
        database, began = processor_time.of_database(), time.monotonic()
        drain.tell("go")
        wait_until_written(target, count)
        seconds = time.monotonic() - began
        database = processor_time.of_database() - database
        if profile:
            profile.end()
        drain.tell("stop")
        told = drain.says()
        if profile:
            profile.traced = told["traced"]
    lost, doubled = check(target.ledger(), orders.delivered(), count)
    return Run(ENGINE, count, seconds, told["cpu"], database, lost, doubled)


def run_naive(
    target: TargetProcess, connections: list[Connection], count: int, *, latency_ms: int
) -> Run:
    """A task per order, from the first one sent until the last order is written.

    The workers are up and have everything imported. The sender's CPU counts with theirs.
    """
    deliveries = orders.fill(connections, count)
    target.begin(latency_ms)
    command = ["celery", "-A", "benchmarks.naive_app", "worker", "-c", str(PROCESSES)]
    # Celery warns of running as root on every start.
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with child(*command, "--loglevel", "ERROR", environment=quiet) as worker:
        _wait_for_workers()
        database, began = processor_time.of_database(), time.monotonic()
        spent, sent = processor_time.of_tree(worker.process.pid), time.process_time()
        for pk in deliveries:
            naive.push.apply_async((pk,))
        sent = time.process_time() - sent
        wait_until_written(target, count)
        seconds = time.monotonic() - began
        database = processor_time.of_database() - database
        spent = processor_time.of_tree(worker.process.pid) - spent
    lost, doubled = check(target.ledger(), orders.delivered(), count)
    return Run(NAIVE, count, seconds, spent + sent, database, lost, doubled)


def wait_until_written(target: TargetProcess, count: int) -> None:
    """Wait for the target first, which costs nothing meanwhile, then for our own tables."""
    if target.wait_for(count):
        until = time.monotonic() + PATIENCE
        while orders.under_way() and time.monotonic() < until:
            time.sleep(BETWEEN_LOOKS)


def check(
    ledger: Mapping[str, list[str]], recorded: Mapping[str, str], count: int
) -> tuple[int, int]:
    """How many orders were lost, and how many doubles there are."""
    right = [name for name, numbers in ledger.items() if recorded.get(name) in numbers]
    return count - len(right), sum(len(numbers) - 1 for numbers in ledger.values())


def _wait_for_workers() -> None:
    until = time.monotonic() + 60
    while not app.control.ping(timeout=0.5):
        if time.monotonic() > until:
            raise Gone("The naive design's workers did not come up.")
