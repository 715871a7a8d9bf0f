"""One request on its connection, and everything that may happen to its answer."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

from sandbox.http import Request, Response, phrase_of

if TYPE_CHECKING:
    from sandbox.connection import Connection


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
        entry = self.request.entry
        if self.connection.is_open and not self.finished:
            entry.sent, entry.status, entry.answered = "whole", response.status, response.status
        self._end(self.encoded(response), keep=self.keep_alive)

    def send_part(self, part: bytes, status: int) -> None:
        """Send these bytes of an answer with this status and close: it stays cut."""
        if part and self.connection.is_open and not self.finished:
            self.request.entry.sent, self.request.entry.status = "cut", status
        self._end(part, keep=False)

    def drip(self, part: bytes, status: int) -> bool:
        """Send some bytes of an answer and go on later. False when the client is gone."""
        if not self.connection.is_open or self.finished:
            return False
        self.request.entry.sent, self.request.entry.status = "cut", status
        self.connection.transport.write(part)
        return True

    def end_drip(self) -> None:
        """All bytes have been sent, so the answer is whole."""
        entry = self.request.entry
        if self.connection.is_open and not self.finished:
            entry.sent, entry.answered = "whole", entry.status
        self._end(b"", keep=self.keep_alive)

    def drop(self) -> None:
        """Close without a byte."""
        self._end(b"", keep=False)

    def reset(self) -> None:
        """Tear the connection down with a RST."""
        if self.connection.is_open and not self.finished:
            self.connection.abort()
        self._end(b"", keep=False)

    def encoded(self, response: Response) -> bytes:
        """The whole answer as it goes over the wire."""
        lines = [
            f"HTTP/1.1 {response.status} {phrase_of(response.status)}",
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
        entry = self.request.entry
        entry.sent = entry.sent or "none"
        entry.seconds = round(time.perf_counter() - self.started, 6)
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
