"""Small servers that misbehave on purpose: real sockets, real TLS, one script per connection."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 seconds


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Connection:
    """One accepted connection, as its script sees it. ``number`` counts from 1."""

    socket: socket.socket
    number: int
    seen: list[Request]
    _rest: bytes = b""

    def read(self) -> Request | None:
        """The next request, or None when the client has gone."""
        while b"\r\n\r\n" not in self._rest:
            if not self._more():
                return None
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _version = first.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        length = int(headers.get("content-length", 0))
        while len(self._rest) < length:
            if not self._more():
                return None
        body, self._rest = self._rest[:length], self._rest[length:]
        request = Request(method, target, headers, body, self.number)
        self.seen.append(request)
        return request

    def send(self, *parts: bytes) -> None:
        self.socket.sendall(b"".join(parts))

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Close so that the client gets RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()

    def wait_for_the_client(self) -> None:
        """Block until the client closes its side."""
        while self.socket.recv(65536):
            pass

    def _more(self) -> bytes:
        chunk = self.socket.recv(65536)
        self._rest += chunk
        return chunk


Script = Callable[[Connection], None]


@dataclass
class Server:
    """Listens on 127.0.0.1 until closed. ``seen`` holds every whole request, in order."""

    script: Script
    tls: ssl.SSLContext | None = None
    seen: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}"

    def stop_listening(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self) -> None:
        self.stop_listening()
        for opened in self._open:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            self._open.append(accepted)
            thread = threading.Thread(target=self._serve, args=(accepted, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, accepted: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            if self.tls is not None:
                accepted = self.tls.wrap_socket(accepted, server_side=True)
                self._open.append(accepted)
            with accepted:
                self.script(Connection(accepted, number, self.seen))


def response(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """A whole answer with its Content-Length, unless the headers name one."""
    lines = {"Content-Length": str(len(body)), **(headers or {})}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{text}\r\n".encode() + body


def json_response(status: int, value: Any, headers: dict[str, str] | None = None) -> bytes:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return response(status, {**kind, **(headers or {})}, json.dumps(value).encode())


def created(number: str = "000001") -> bytes:
    return response(201, {"Location": f"https://alb.visma.test/api/v3/SalesOrders/SO/{number}"})


def always(answer: bytes) -> Script:
    """Answer every request alike and keep the connection."""

    def script(connection: Connection) -> None:
        while connection.read():
            connection.send(answer)

    return script


def once(*parts: bytes) -> Script:
    """Answer the first request with these bytes, then close."""

    def script(connection: Connection) -> None:
        if connection.read():
            connection.send(*parts)

    return script


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
