"""An application's own address that the sandbox calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from urllib.parse import parse_qsl


@dataclass
class Listener:
    """``url`` is where it listens."""

    url: str
    heard: Queue[dict[str, str]] = field(default_factory=Queue)

    def next(self) -> dict[str, str]:
        """The form of the next call. Raises queue.Empty after ten seconds."""
        return self.heard.get(timeout=10)


@contextmanager
def listening() -> Iterator[Listener]:
    class Call(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(200)
            self.end_headers()
            listener.heard.put(dict(parse_qsl(body)))

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Call)
    listener = Listener(f"http://127.0.0.1:{server.server_port}/logged-out")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
