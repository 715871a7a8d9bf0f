"""A receiver of webhooks: keeps what it is sent, and answers what it is told to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

from tests.sandbox_process import SandboxProcess

PATIENCE = 10


@dataclass(frozen=True)
class Received:
    signature: str
    content_type: str
    body: bytes
    headers: dict[str, str]

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """``statuses`` are answered one after the other, then 200. A closed ``gate`` makes it slow."""

    url: str
    statuses: list[int] = field(default_factory=list)
    gate: Event = field(default_factory=Event)
    got: Queue[Received] = field(default_factory=Queue)

    def next(self) -> Received:
        """The next request, in the order they came; fails when none comes."""
        return self.got.get(timeout=PATIENCE)

    def is_left_alone(self) -> bool:
        try:
            self.got.get_nowait()
        except Empty:
            return True
        return False


@contextmanager
def listening() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.put(
                Received(
                    self.headers.get("X-VWD-Signature-V1", ""),
                    self.headers["Content-Type"],
                    body,
                    {name.lower(): value for name, value in self.headers.items()},
                )
            )
            receiver.gate.wait(PATIENCE)
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    receiver.gate.set()
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def deliveries(sandbox: SandboxProcess, **query: str) -> list[Any]:
    """The delivery log, finished ones first."""
    return list(sandbox.control("GET", f"deliveries?{urlencode(query)}")["deliveries"])


def when(sandbox: SandboxProcess, holds: Callable[[list[Any]], bool]) -> list[Any]:
    """The delivery log as soon as this holds of it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        log = deliveries(sandbox)
        if holds(log):
            return log
    raise AssertionError(f"It never held of {log}")


def tried(times: int) -> Callable[[list[Any]], bool]:
    """That the one delivery has been tried so often."""
    return lambda log: [len(one["attempts"]) for one in log] == [times]
