"""An application's own address, which browsers visit and the sandbox calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from urllib.parse import parse_qsl


@dataclass
class Listener:
    """``home`` is its origin, ``url`` where it is called."""

    home: str
    heard: Queue[dict[str, str]] = field(default_factory=Queue)

    @property
    def url(self) -> str:
        return f"{self.home}/called"

    def next(self) -> dict[str, str]:
        """The form of the next call. Raises queue.Empty after ten seconds."""
        return self.heard.get(timeout=10)


@contextmanager
def listening() -> Iterator[Listener]:
    class Call(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b'<!doctype html><html lang="en"><title>Portal</title></html>')

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(b"")
            listener.heard.put(dict(parse_qsl(body)))

        def _answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Call)
    listener = Listener(f"http://localhost:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
