"""PostgreSQL and the broker as things that break: stopped, killed, frozen, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psycopg

from demo import processes, valkey
from demo.reaper import Reaper
from tests.services import postgresql

# The tests' flags trade durability for speed. Here a commit must outlive a crash.
DURABLE = ["-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "max_connections=200"]
GONE = 5.0  # seconds for the last of a killed server's processes to be gone


class Server(Protocol):
    """A server that faults strike. ``address`` stays the same through all of them."""

    address: str

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def pause(self) -> None: ...

    def go_on(self) -> None: ...


class Database:
    """A durable PostgreSQL in a folder that ``nobody`` can reach."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        self._cluster = postgresql.make(folder)
        self._reaper = reaper
        self.address = postgresql.address(folder)
        self.start()

    def start(self) -> None:
        self._process = self._cluster.serve(DURABLE)
        self._reaper.adds(self._process.pid)

    def restart(self) -> None:
        """Stopped at once, as if the power had gone, and started: it recovers from its log."""
        self._end(signal.SIGQUIT)
        self.start()

    def kill(self) -> None:
        """Every process of it, by kill -9. It stays away until ``start``."""
        self.go_on()
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send(signal.SIGCONT)

    def drop_sessions(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def _end(self, sign: signal.Signals) -> None:
        # Each of its processes leads a session of its own, so no group names them all.
        children = list(children_of(self._process.pid))
        os.kill(self._process.pid, sign)
        for pid in children if sign == signal.SIGKILL else []:
            send(pid, sign)
        self._process.wait()
        self._reaper.drops(self._process.pid)
        until = time.monotonic() + GONE
        while any(map(is_alive, children)) and time.monotonic() < until:
            time.sleep(0.02)

    def _send(self, sign: signal.Signals) -> None:
        for pid in (self._process.pid, *children_of(self._process.pid)):
            send(pid, sign)


class Broker:
    """A Valkey that keeps nothing on disk: killed, it has forgotten everything."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        self._folder = folder
        self._reaper = reaper
        self.address = valkey.address(folder)
        self.start()

    def start(self) -> None:
        self._process: subprocess.Popen[bytes] = valkey.start(self._folder)
        self._reaper.adds(self._process.pid)

    def kill(self) -> None:
        send(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reaper.drops(self._process.pid)

    def pause(self) -> None:
        send(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        send(self._process.pid, signal.SIGCONT)

    def flush(self) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(os.fspath(self._folder / "valkey.sock"))
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(64)


def send(pid: int, sign: int) -> bool:
    """Whether the process was there to take the signal."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return False
    return True


def children_of(parent: int) -> Iterator[int]:
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name in brackets: state, then the parent's id.
            if int(file.read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(file.parent.name)


def is_alive(pid: int) -> bool:
    """Whether it still runs; what only waits to be buried doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def end(process: subprocess.Popen[bytes], *, grace: float) -> int:
    """Ends a program that may be frozen, politely first."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGCONT)
    return processes.end(process, grace=grace)
