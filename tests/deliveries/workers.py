"""Push workers as the processes they are, for tests that kill and freeze them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic
from urllib.parse import urlsplit

from celery import current_app

from demo.processes import ends_with_parent
from tests.sandbox_process import ROOT

QUICK = {
    "PUSH_LEASE": "3",
    "QUARANTINE": "2",
    "READ_LAG": "1",
    "LIST_PAUSE": "1",
    "FIRST_LOOK": "1",
    "VISMA_READ_TIMEOUT": "30",
    "LOG_LEVEL": "WARNING",
}
COMMAND = ["-m", "celery", "-A", "portal", "worker", "-Q", "push", "--pool", "threads", "-c", "1",
           "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]  # fmt: skip


@contextmanager
def push_worker(
    environment: Mapping[str, str], url: str, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A push worker whose Visma is at ``url``. Whatever happens in the block, it is gone after.

    It listens when the block begins: a bell that was rung earlier would have gone stale where
    starting takes long.
    """
    visma = {"VISMA_CONNECT_SALES_ORDER_URL": url, "VISMA_SERVICE_SALES_ORDER_URL": url}
    process = subprocess.Popen(
        [sys.executable, *COMMAND],
        cwd=ROOT,
        env={**environment, **QUICK, **visma, **settings},
        preexec_fn=ends_with_parent(signal.SIGKILL),
    )
    try:
        until(lambda: bool(current_app.control.ping(timeout=0.5)), seconds=60)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
            process.kill()
        process.wait()


def until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for something another process does; fails with the condition's name."""
    pause, end = threading.Event(), monotonic() + seconds
    while not condition():
        if monotonic() > end:
            raise AssertionError(f"did not come true in {seconds} s: {condition}")
        pause.wait(0.05)


class ClosedDoor:
    """Listens and lets nobody in until opened: connecting takes as long as one likes.

    The queue of pending connections is filled, so the kernel drops what else knocks. Once open it
    passes everything on to the real address, and counts the bytes that came.
    """

    def __init__(self, to: str) -> None:
        parts = urlsplit(to)
        self._to = (parts.hostname or "localhost", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.received = 0
        self.let_in = 0
        self._fillers = [self._knock() for _ in range(4)]
        self._own = {filler.getsockname() for filler in self._fillers}

    def _knock(self) -> socket.socket:
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(self._listener.getsockname())
        return filler

    def open(self) -> None:
        """From now on everybody is let in, those who wait first."""
        threading.Thread(target=self._let_in, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._fillers):
            one.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                guest, address = self._listener.accept()
                if address in self._own:
                    guest.close()
                    continue
                self.let_in += 1
                threading.Thread(target=self._pass_on, args=(guest,), daemon=True).start()

    def _pass_on(self, guest: socket.socket) -> None:
        with suppress(OSError), guest, socket.create_connection(self._to) as visma:
            while chunk := guest.recv(65536):
                self.received += len(chunk)
                visma.sendall(chunk)
                guest.sendall(visma.recv(65536))
