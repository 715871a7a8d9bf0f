"""One order at a time through the real workers: how soon it is delivered, and what they weigh."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import designs, naive, orders, processor_time
from benchmarks.children import PATIENCE, Child, Gone, TargetProcess, child
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.tasks import ring
from integrations.intake.services.accepting import accept
from integrations.orders.models import SalesOrder
from portal.celery import app

# As docs/operations.md has it.
PUSH_WORKER = [
    "celery", "-A", "portal", "worker", "-Q", "push", "--pool", "threads", "-c", "1",
    "-n", "push@%h", "--without-gossip", "--without-mingle", "--loglevel", "ERROR",
]  # fmt: skip
LATENCY_MS, TIMES = 20, 10
BETWEEN_LOOKS = 0.001  # seconds
# A drain with nothing to do ends after this; the next order comes later than that.
IDLE, PAUSE = 1, 1.6  # seconds
FIRST = 10_000_000  # numbers of orders that no other round has


@dataclass(frozen=True, slots=True)
class Idle:
    """Milliseconds from accepted to delivered, each the median, and the push worker's memory.

    ``awake_ms``: the drain was still waiting for more when the order came.
    """

    engine_ms: float
    awake_ms: float
    naive_ms: float
    pss_mb: float


def run(target: TargetProcess, connections: list[Connection], *, times: int, bulk: int) -> Idle:
    """Send single orders through both designs' workers, then ``bulk`` at once for the memory."""
    orders.fill(connections, len(connections))
    numbers = iter(range(FIRST, FIRST + 10_000))
    target.begin(LATENCY_MS)
    with _push_worker({"PUSH_IDLE": str(IDLE)}) as worker:
        _drained()
        asleep = [_one(connections, next(numbers), ring, pause=PAUSE) for _ in range(times)]
        awake = [_one(connections, next(numbers), ring, pause=0.2) for _ in range(times)]
        # Without a drain that would begin while the outbox is filled.
        time.sleep(PAUSE)
        orders.fill(connections, bulk)
        ring()
        weight = _heaviest(worker.process.pid)
    orders.fill(connections, len(connections))
    Delivery.objects.update(paused_at=database_now())
    with designs.naive_workers():
        slow = [_one(connections, next(numbers), None, pause=0.2) for _ in range(times + 1)]
    # The first one of a worker pays for what is imported late.
    return Idle(
        engine_ms=1000 * median(asleep[1:]),
        awake_ms=1000 * median(awake),
        naive_ms=1000 * median(slow[1:]),
        pss_mb=weight / 2**20,
    )


def _one(
    connections: list[Connection], number: int, bell: Callable[[], None] | None, *, pause: float
) -> float:
    """Accept one order; seconds until our tables say that it is delivered."""
    time.sleep(pause)
    to = connections[number % len(connections)]
    accepted = accept(to, orders.content(number), source=SalesOrder.Source.API, now=database_now())
    began = time.monotonic()
    if bell:
        bell()
    else:
        naive.push.apply_async((accepted.delivery.pk,))
    row = Delivery.objects.filter(pk=accepted.delivery.pk, state=Delivery.State.DELIVERED)
    while not row.exists():
        if time.monotonic() - began > PATIENCE:
            raise Gone("An order on an idle system was not delivered.")
        time.sleep(BETWEEN_LOOKS)
    return time.monotonic() - began


@contextmanager
def _push_worker(environment: dict[str, str]) -> Iterator[Child]:
    quiet = {**os.environ, **environment, "PYTHONWARNINGS": "ignore"}
    with child(*PUSH_WORKER, environment=quiet) as worker:
        until = time.monotonic() + 60
        while not app.control.ping(timeout=0.5):
            if time.monotonic() > until:
                raise Gone("The push worker did not come up.")
        ring()
        yield worker


def _drained() -> None:
    until = time.monotonic() + PATIENCE
    while orders.under_way():
        if time.monotonic() > until:
            raise Gone("The push worker does not push.")
        time.sleep(0.05)


def _heaviest(pid: int) -> int:
    """The most that the worker's processes weigh while they push, in bytes."""
    most, under_way = 0, True
    while under_way:
        most = max(most, sum(map(_weight, processor_time.tree_of(pid))))
        time.sleep(0.1)
        under_way = orders.under_way()
    return most


def _weight(pid: int) -> int:
    """A process's proportional share of memory: what it shares counts in parts."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
