"""One run of the designs that the engine is compared with, checked against the target's ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import engines, naive, orders, processor_time
from benchmarks.children import Child, Gone, TargetProcess, child
from benchmarks.engines import check
from benchmarks.figures import BARE, NAIVE, Run
from benchmarks.naive_app import app
from integrations.connections.models import Connection

PROCESSES = 8


def run_bare(target: TargetProcess, count: int, *, latency_ms: int, in_flight: int) -> Run:
    """The pump alone."""
    target.begin(latency_ms)
    with child("benchmarks.bare", target.url, str(count), str(in_flight)) as bare:
        bare.says()
        bare.tell("go")
        took = bare.says()
    lost, doubled = check(target.ledger(), took["numbers"], count)
    return Run(BARE, count, took["seconds"], took["cpu"], 0, lost, doubled)


def ceiling(target: TargetProcess, count: int, *, connections: int) -> float:
    """How many orders a second the target takes at most, over so many kept connections."""
    target.begin(0)
    with child("benchmarks.ceiling", str(target.port), str(count), str(connections)) as volley:
        volley.says()
        volley.tell("go")
        took = volley.says()
    return count / float(took["seconds"])


def run_naive(
    target: TargetProcess, connections: list[Connection], count: int, *, latency_ms: int
) -> Run:
    """A task per order, from the first one sent until the last order is written.

    The workers are up and have everything imported. The sender's CPU counts with theirs.
    """
    deliveries = orders.fill(connections, count)
    target.begin(latency_ms)
    with naive_workers() as worker:
        database, began = processor_time.of_database(), time.monotonic()
        spent, sent = processor_time.of_tree(worker.process.pid), time.process_time()
        for pk in deliveries:
            naive.push.apply_async((pk,))
        sent = time.process_time() - sent
        engines.wait_until_written(target, count)
        seconds = time.monotonic() - began
        database = processor_time.of_database() - database
        spent = processor_time.of_tree(worker.process.pid) - spent
    ledger = target.ledger()
    lost, doubled = check(ledger, orders.delivered(ledger), count)
    return Run(NAIVE, count, seconds, spent + sent, database, lost, doubled)


@contextmanager
def naive_workers() -> Iterator[Child]:
    """The naive design's workers, up and with everything imported."""
    command = ["celery", "-A", "benchmarks.naive_app", "worker", "-c", str(PROCESSES)]
    # Celery warns of running as root on every start.
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with child(*command, "--loglevel", "ERROR", environment=quiet) as worker:
        _wait_for_workers()
        yield worker


def _wait_for_workers() -> None:
    until = time.monotonic() + 60
    while not app.control.ping(timeout=0.5):
        if time.monotonic() > until:
            raise Gone("The naive design's workers did not come up.")
