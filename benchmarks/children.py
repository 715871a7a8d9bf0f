"""The processes of a measurement, each talked to in lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from demo import processes

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0  # seconds without an order; then a design is taken to be stuck
BETWEEN_CHECKS = 5.0


class Gone(Exception):
    """A process of the benchmark ended before its time; what it said is above."""


@dataclass(frozen=True, slots=True)
class Child:
    """A module that runs as a process of its own, in a process group of its own."""

    process: subprocess.Popen[bytes]

    def hears(self) -> str:
        """The next line it writes. Raises Gone."""
        line = self.process.stdout.readline() if self.process.stdout else b""
        if not line:
            raise Gone(f"Process {self.process.pid} ended with {self.process.wait()}")
        return line.decode().strip()

    def says(self) -> Any:
        """The next line it writes, as JSON."""
        return json.loads(self.hears())

    def tell(self, line: str) -> None:
        if self.process.stdin:
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()


def say(value: object) -> None:
    """What the child itself writes: a line of JSON."""
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


@contextmanager
def child(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Run ``python -m`` with this command until the end of the block."""
    process = subprocess.Popen(  # noqa: S603 - modules of ours
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=dict(environment or os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=processes.ends_with_parent(signal.SIGTERM),
    )
    try:
        yield Child(process)
    finally:
        processes.end(process, grace=10)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


@dataclass(frozen=True, slots=True)
class TargetProcess:
    """The running target, and its ledger: numbers given, by reference."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self, latency_ms: float, **terms: float | str) -> None:
        """Start a round: an empty ledger, this latency and other ``ledger.Terms``."""
        self._ask(f"/_begin?{urlencode({'latency_ms': latency_ms, **terms})}", 10)

    def spent(self) -> dict[str, Any]:
        """Since the round began: ``cpu``, answers ``throttled`` and ``dropped``, ``windows``."""
        return dict(self._ask("/_spent", 10))

    def ledger(self) -> dict[str, list[str]]:
        return dict(self._ask("/_ledger", 10))

    def wait_for(self, orders: int, *, seconds: float = PATIENCE) -> bool:
        """Wait until so many different orders have come; False when none came for that long."""
        come, until = -1, 0.0
        while True:
            try:
                self._ask(f"/_come?at_least={orders}", min(seconds, BETWEEN_CHECKS))
            except TimeoutError:
                before, come = come, self._ask("/_come", 10)
                until = time.monotonic() + seconds if come > before else until
                if time.monotonic() >= until:
                    return False
            else:
                return True

    def _ask(self, path: str, seconds: float) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("POST" if path.startswith("/_begin") else "GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def start_target() -> Iterator[TargetProcess]:
    with child("benchmarks.target") as process:
        yield TargetProcess(process.says())
