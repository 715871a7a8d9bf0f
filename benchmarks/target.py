"""The ERP's side of a measurement: takes orders after a set latency and keeps its own ledger.

It costs little beside the client: one epoll loop over plain sockets, each head of a request parsed
once and known by its bytes afterwards, answers that wait in one queue because all wait equally
long. What it promises is what the engine needs from Sales Order V3: a bearer token, a JSON order
with a reference and lines, 201 with Location, Date and the quota's headers, and the list.

``POST /_begin?latency_ms=20`` starts a round under ``ledger.Terms``. ``GET /_come?at_least=N``
answers with how many different orders came once they are N, ``GET /_ledger`` with their numbers,
``GET /_spent`` with CPU, 429s, answers dropped and what each window let in.
"""

from __future__ import annotations

import gc
import json
import socket
import time
from collections import deque
from dataclasses import dataclass
from email.utils import formatdate
from select import EPOLLIN, epoll
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.children import say
from benchmarks.ledger import TENANT_LENGTH, WIDE, Ledger, Refused, Terms

ORDERS = "/api/v3/SalesOrders"
MOST_READ = 8192  # bytes; a whole request, as a rule
MOST_HEADS = 20_000
QUOTA = (
    "X-RateLimit-Limit: {}\r\nX-RateLimit-Remaining: {}\r\nX-RateLimit-Reset: {}\r\n"
    "X-RateLimit-Policy: 4-fixed-window\r\n"
)
ANSWER = "HTTP/1.1 {} Answer\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """A parsed head: what is asked, by which tenant ("" without a token), and the body's size."""

    order: bool
    url: str
    tenant: str
    length: int


def parse(head: bytes) -> Head:
    """Parse a request up to its empty line. Raises ValueError for what is no HTTP/1.1."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, url, version = first.split(" ")
    if version != "HTTP/1.1" or method not in ("GET", "POST"):
        raise ValueError(first)
    named = {name.lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)}
    if "transfer-encoding" in named:
        raise ValueError("Only bodies of a known length are read here.")
    scheme, _, token = named.get("authorization", "").partition(" ")
    tenant = token[:TENANT_LENGTH] if scheme == "Bearer" and len(token) > TENANT_LENGTH else ""
    return Head(
        method == "POST" and url == ORDERS, url, tenant, int(named.get("content-length", 0))
    )


class Client:
    """One kept connection. ``rest`` is the beginning of a request that is not all there yet."""

    __slots__ = ("fd", "rest", "socket", "used")

    def __init__(self, accepted: socket.socket) -> None:
        self.socket = accepted
        self.fd = accepted.fileno()
        self.rest = b""
        self.used = False


class Target:
    """The loop, and what a round consists of."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._poll = epoll()
        self._poll.register(listener.fileno(), EPOLLIN)
        self._clients: dict[int, Client] = {}
        self._heads: dict[bytes, Head] = {}
        self._waiting: list[tuple[int, Client]] = []
        self._ledger = Ledger()
        self._begin(Terms())

    def _begin(self, terms: Terms) -> None:
        self._terms, self._ledger = terms, Ledger(count=self._ledger.count)
        self._latency = terms.latency_ms / 1000
        # Due times only rise, as all wait equally long. Without an answer the connection is cut.
        self._due: deque[tuple[float, Client, bytes | None]] = deque()
        self._reused = 0
        self._dated_until = 0.0
        self._spent = time.process_time()

    def serve(self) -> None:
        """Go on for as long as the process lives."""
        listening, clients = self._listener.fileno(), self._clients
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else -1
            for fd, _ in self._poll.poll(wait):
                if fd == listening:
                    self._accept()
                elif fd in clients:
                    self._read(clients[fd])
            due, now = self._due, time.monotonic()
            while due and due[0][0] <= now:
                _, client, reply = due.popleft()
                self._answer(client, reply)

    def _accept(self) -> None:
        accepted, _ = self._listener.accept()
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(accepted)
        self._clients[client.fd] = client
        self._poll.register(client.fd, EPOLLIN)

    def _read(self, client: Client) -> None:
        try:
            come = client.socket.recv(MOST_READ)
        except OSError:
            come = b""
        if not come:
            self._close(client)
            return
        if client.rest:
            come = client.rest + come
        while come:
            end = come.find(b"\r\n\r\n")
            if end < 0:
                break
            head = self._heads.get(come[:end]) or self._learn(client, come[:end])
            if head is None:
                return
            begins, ends = end + 4, end + 4 + head.length
            if len(come) < ends:
                break
            self._take(client, head, come[begins:ends])
            come = come[ends:]
        client.rest = come

    def _learn(self, client: Client, head: bytes) -> Head | None:
        try:
            parsed = parse(head)
        except ValueError:
            self._close(client)
            return None
        if len(self._heads) < MOST_HEADS:
            self._heads[head] = parsed
        return parsed

    def _take(self, client: Client, head: Head, body: bytes) -> None:
        if not head.order and not head.url.startswith(ORDERS):
            self._control(client, head)
            return
        terms = self._terms
        if head.tenant and head.tenant == terms.odd and not terms.throttled:
            return
        try:
            reply = self._reply(client, head, body)
        except Refused as refused:
            reply = _refusal(refused.status)
        client.used = True
        if self._latency:
            self._due.append((time.monotonic() + self._latency, client, reply))
        else:
            self._answer(client, reply)

    def _reply(self, client: Client, head: Head, body: bytes) -> bytes | None:
        """The whole answer; None to an order whose answer is dropped. Raises Refused."""
        terms, quota = self._terms, ""
        if not head.tenant:
            raise Refused(401)
        if head.tenant == terms.odd:
            raise Refused(429)
        if terms.limit:
            left = self._ledger.spend(head.tenant, terms.limit, time.time())
            quota = QUOTA.format(terms.limit, *left)
        if not head.order:
            asked = dict(parse_qsl(urlsplit(head.url).query))
            return _json(200, self._ledger.listed(head.tenant, asked), self._dated() + quota)
        number = self._ledger.accept(head.tenant, body)
        if self._waiting:
            self._tell_waiting()
        if terms.drop_every and client.used:
            self._reused += 1
            if self._reused % terms.drop_every == 0:
                self._ledger.dropped += 1
                return None
        return f"{self._created()}{quota}Location: {ORDERS}/SO/{number}\r\n\r\n".encode()

    def _created(self) -> str:
        if time.monotonic() >= self._dated_until:
            quota = "" if self._terms.limit else QUOTA.format(WIDE, WIDE - 1, 3600)
            self._beginning = f"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n{self._dated()}{quota}"
            self._dated_until = time.monotonic() + 0.5
        return self._beginning

    @staticmethod
    def _dated() -> str:
        return f"Date: {formatdate(usegmt=True)}\r\n"

    def _answer(self, client: Client, reply: bytes | None) -> None:
        if client.fd < 0:
            return
        try:
            if reply is None or client.socket.send(reply) < len(reply):
                self._close(client)
        except OSError:
            self._close(client)

    def _close(self, client: Client) -> None:
        if client.fd >= 0:
            self._poll.unregister(client.fd)
            del self._clients[client.fd]
            client.fd = -1
            client.socket.close()

    def _control(self, client: Client, head: Head) -> None:
        parts = urlsplit(head.url)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/_begin":
            self._begin(Terms.read(asked))
            self._tell(client, None)
        elif parts.path == "/_come":
            self._waiting.append((int(asked.get("at_least", 0)), client))
            self._tell_waiting()
        elif parts.path == "/_ledger":
            self._tell(client, self._ledger.numbers)
        elif parts.path == "/_spent":
            self._tell(client, self._so_far())
        else:
            self._answer(client, _json(404, None))

    def _so_far(self) -> dict[str, Any]:
        ledger = self._ledger
        return {
            "cpu": time.process_time() - self._spent,
            "throttled": ledger.throttled,
            "dropped": ledger.dropped,
            "windows": dict(ledger.windows),
        }

    def _tell_waiting(self) -> None:
        come = len(self._ledger.numbers)
        ready = [client for at_least, client in self._waiting if come >= at_least]
        self._waiting = [waiting for waiting in self._waiting if come < waiting[0]]
        for client in ready:
            self._tell(client, come)

    def _tell(self, client: Client, value: Any) -> None:
        """A long answer, to whoever measures."""
        try:
            client.socket.setblocking(True)
            client.socket.sendall(_json(200, value))
            client.socket.setblocking(False)
        except OSError:
            self._close(client)


def _refusal(status: int) -> bytes:
    return _json(status, None, "Retry-After: 1\r\n" if status == 429 else "")


def _json(status: int, value: Any, headers: str = "") -> bytes:
    body = json.dumps(value).encode()
    return ANSWER.format(status, headers, len(body)).encode() + body


def main() -> None:
    """Listen on a free port of loopback and say which."""
    # The ledger grows and nothing in it goes round in circles: looking through it is for nothing.
    gc.disable()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        say(listener.getsockname()[1])
        Target(listener).serve()


if __name__ == "__main__":
    main()
