"""Processes that refresh a grant when they are told to: the workers of a race.

``python -m tests.connections.refreshers NUMBER GRANT_ID`` prints the workers' process ids, then for
each line it reads what each of them came to.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from signal import SIGKILL, SIGTERM, signal
from typing import Any

import django

from tests.sandbox_process import ROOT


@dataclass
class Refreshers:
    """Workers at the ready. ``pids`` are theirs."""

    program: subprocess.Popen[str]
    pids: list[int]

    def begin(self) -> None:
        """All of them refresh now, at once."""
        assert self.program.stdin is not None
        self.program.stdin.write("go\n")
        self.program.stdin.flush()

    def results(self) -> list[bool]:
        """What each came to: whether the grant has a usable token."""
        assert self.program.stdout is not None
        return [bool(one) for one in json.loads(self.program.stdout.readline())]

    def kill(self) -> None:
        """Kill -9, in the middle of whatever they do."""
        for pid in self.pids:
            os.kill(pid, SIGKILL)


@contextmanager
def refreshers(environment: Mapping[str, str], number: int, grant_id: str) -> Iterator[Refreshers]:
    """Start the workers; they are gone after the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.connections.refreshers", str(number), grant_id],
        cwd=ROOT,
        env={**environment, "LOG_LEVEL": "ERROR"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        try:
            yield Refreshers(program, json.loads(program.stdout.readline()))
        finally:
            program.terminate()


def _work(grant_id: str, gate: Barrier, results: SimpleQueue[bool]) -> None:
    from integrations.connections.services import custody
    from integrations.connections.services.clock import database_now

    while True:
        gate.wait()
        results.put(custody.refresh(grant_id, waits=True, now=database_now()))


def _main(number: int, grant_id: str) -> None:
    # Its workers are ended with it: multiprocessing does so on the way out.
    signal(SIGTERM, lambda *_: sys.exit(0))
    django.setup()
    forked = multiprocessing.get_context("fork")
    gate, results = forked.Barrier(number + 1), forked.SimpleQueue()
    workers = [
        forked.Process(target=_work, args=(grant_id, gate, results), daemon=True)
        for _ in range(number)
    ]
    for each in workers:
        each.start()
    _tell([each.pid for each in workers])
    for _line in sys.stdin:
        gate.wait()
        _tell([results.get() for _ in range(number)])


def _tell(values: list[Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with suppress(KeyboardInterrupt):
        _main(int(sys.argv[1]), sys.argv[2])
