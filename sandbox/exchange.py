"""One request on its connection, and everything that may happen to its answer."""

from __future__ import annotations

import socket
import struct
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

from sandbox.http import Request, Response

if TYPE_CHECKING:
    from sandbox.connection import Connection

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Exchange:
    """Ends once: by a whole answer, a cut one, a close or a reset."""

    __slots__ = ("connection", "finished", "keep_alive", "request", "started")

    def __init__(self, connection: Connection, request: Request, keep_alive: bool) -> None:
        self.connection = connection
        self.request = request
        self.keep_alive = keep_alive
        self.finished = False
        self.started = time.perf_counter()

    def send(self, response: Response) -> None:
        """Answer completely and go on with the connection."""
        if self.connection.is_open and not self.finished:
            self.request.entry.answered = response.status
        self._end(self.encoded(response), keep=self.keep_alive)

    def send_part(self, part: bytes) -> None:
        """Send these bytes and close: the answer stays cut."""
        self._end(part, keep=False)

    def drop(self) -> None:
        """Close without a byte."""
        self._end(b"", keep=False)

    def reset(self) -> None:
        """Tear the connection down with a RST."""
        if self.connection.is_open and not self.finished:
            tcp = self.connection.transport.get_extra_info("socket")
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.transport.abort()
        self._end(b"", keep=False)

    def encoded(self, response: Response) -> bytes:
        """The whole answer as it goes over the wire."""
        lines = [
            f"HTTP/1.1 {response.status} {_PHRASES.get(response.status, 'Unknown')}",
            f"Date: {_http_date()}",
        ]
        lines += [f"{name}: {_one_line(value)}" for name, value in response.headers]
        if response.status >= 200 and response.status not in {204, 304}:
            lines.append(f"Content-Length: {len(response.body)}")
        lines.append("Connection: keep-alive" if self.keep_alive else "Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        return head if self.request.method == "HEAD" else head + response.body

    def _end(self, payload: bytes, *, keep: bool) -> None:
        if self.finished:
            return
        self.finished = True
        self.request.entry.seconds = round(time.perf_counter() - self.started, 6)
        self.connection.finish(payload, keep=keep)


_date_of_second = (0, "")


def _http_date() -> str:
    global _date_of_second
    second = int(time.time())
    if second != _date_of_second[0]:
        _date_of_second = (second, formatdate(second, usegmt=True))
    return _date_of_second[1]


def _one_line(value: str) -> str:
    return value.replace("\r", "").replace("\n", "")
