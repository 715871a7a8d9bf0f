"""Bytes on a socket, where a library would hide what came."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.sandbox.conftest import Api, order


class Line:
    """One connection, on which orders are posted and the bytes that come are returned."""

    def __init__(self, api: Api, *, timeout: float = 10) -> None:
        self._api = api
        port = urlsplit(api.sandbox.url).port or 0
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def post(self, reference: str) -> bytes:
        """What comes until the headers are over, or the connection is."""
        self.send(reference)
        received = b""
        while b"\r\n\r\n" not in received and (part := self._socket.recv(65536)):
            received += part
        return received

    def send(self, reference: str, *, close: bool = False) -> None:
        body = json.dumps(order(reference)).encode()
        head = (
            "POST /api/v3/SalesOrders HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self._api.token}\r\n"
            f"{'Connection: close' if close else 'X: y'}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)

    def rest(self) -> bytes:
        received = b""
        while part := self._socket.recv(65536):
            received += part
        return received


def raw_post(api: Api, reference: str, *, close: bool = True) -> bytes:
    """All bytes until the end of the connection."""
    with Line(api) as line:
        line.send(reference, close=close)
        return line.rest()
