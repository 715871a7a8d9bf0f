"""The ERP's side of a measurement: takes orders after a set latency and keeps its own ledger.

It costs little beside the client: one asyncio loop, the HTTP parsed by httptools, the answers'
fixed parts made beforehand. What it promises is what the engine needs from Sales Order V3: a
bearer token, a JSON order with a reference, 201 with Location, Date and the quota's headers.

``POST /_begin?latency_ms=20`` starts a round, ``GET /_ledger?at_least=N`` answers once N orders
have come, with how often each did.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httptools

from benchmarks.children import say

ORDERS = b"/api/v3/SalesOrders"
QUOTA = (
    b"X-RateLimit-Limit: 1000000\r\nX-RateLimit-Remaining: 999999\r\nX-RateLimit-Reset: 3600\r\n"
)
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n" + QUOTA
ANSWER = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Refused(Exception):
    """The request is none that Visma would take. ``status`` is 400, 401 or 404."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Ledger:
    """Every order taken: the numbers it was given, by reference. More than one is a double."""

    numbers: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    def accept(self, authorization: bytes, body: bytes) -> str:
        """Take an order in and return its number. Raises Refused."""
        if not authorization.startswith(b"Bearer ") or len(authorization) < 16:
            raise Refused(401)
        try:
            order = json.loads(body)
            reference = order["customer"]["refNo"]
            well_formed = isinstance(reference, str) and reference and order["orderLines"]
        except (ValueError, TypeError, KeyError):
            well_formed = False
        if not well_formed:
            raise Refused(400)
        self.count += 1
        number = f"{self.count:06}"
        self.numbers.setdefault(reference, []).append(number)
        return number


class Target:
    """What the connections share: the ledger, the latency, and who waits for the ledger."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.latency = 0.0
        self._waiting: list[tuple[int, asyncio.Transport]] = []
        self._date, self._date_until = b"", 0.0

    def begin(self, latency: float) -> None:
        self.ledger, self.latency = Ledger(), latency

    def created(self, authorization: bytes, body: bytes) -> bytes:
        """The whole answer to an order that is taken. Raises Refused."""
        number = self.ledger.accept(authorization, body).encode()
        if self._waiting:
            self._tell_waiting()
        return b"%sDate: %s\r\nLocation: %s/SO/%s\r\n\r\n" % (CREATED, self._now(), ORDERS, number)

    def wait(self, at_least: int, transport: asyncio.Transport) -> None:
        """Answer with the ledger once it holds so many different orders."""
        self._waiting.append((at_least, transport))
        self._tell_waiting()

    def _tell_waiting(self) -> None:
        come = len(self.ledger.numbers)
        ready = [transport for at_least, transport in self._waiting if come >= at_least]
        self._waiting = [waiting for waiting in self._waiting if come < waiting[0]]
        for transport in ready:
            transport.write(answer(200, self.ledger.numbers))

    def _now(self) -> bytes:
        now = asyncio.get_running_loop().time()
        if now >= self._date_until:
            self._date, self._date_until = formatdate(usegmt=True).encode(), now + 0.5
        return self._date


def answer(status: int, value: object = None) -> bytes:
    body = json.dumps(value).encode()
    return ANSWER % (status, b"OK" if status == 200 else b"Refused", len(body), body)


class Connection(asyncio.Protocol):
    """One kept connection of HTTP/1.1; httptools calls the ``on_`` methods."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._parser = httptools.HttpRequestParser(self)
        self._transport: Any = None
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_message_begin(self) -> None:
        self._url = self._authorization = self._body = b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"authorization":
            self._authorization = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._url != ORDERS:
            self._control()
            return
        try:
            reply = self._target.created(self._authorization, self._body)
        except Refused as refused:
            reply = answer(refused.status)
        if self._target.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(self._target.latency, self._transport.write, reply)
        else:
            self._transport.write(reply)

    def _control(self) -> None:
        parts = urlsplit(self._url.decode())
        asked = {name: float(values[0]) for name, values in parse_qs(parts.query).items()}
        if parts.path == "/_begin":
            self._target.begin(asked["latency_ms"] / 1000)
            self._transport.write(answer(200))
        elif parts.path == "/_ledger":
            self._target.wait(int(asked.get("at_least", 0)), self._transport)
        else:
            self._transport.write(answer(404))


async def serve() -> None:
    """Listen on a free port of loopback and say which, for as long as the process lives."""
    target = Target()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(target), "127.0.0.1", 0, backlog=1024)
    say(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
