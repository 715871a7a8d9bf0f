"""Posts orders to a sandbox from a process of its own, over kept connections and raw sockets.

``python -m benchmarks.volley PORT TOKEN COUNT CONNECTIONS PIPELINED`` writes one line of JSON:
seconds from the first request to the last answer, the mean latency, and how many answers
were 201. A request is made before its clock starts and answers are only counted, so that it
costs little beside the server. ``PIPELINED`` requests are written at once; with 1 each
connection waits for its answer before it goes on.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from itertools import count

from benchmarks.children import say

CREATED = b"HTTP/1.1 201"
ANY = b"HTTP/1.1 "
TAIL = len(CREATED) - 1


def request(token: str, number: int) -> bytes:
    """An order of two lines with a reference of its own."""
    lines = [
        {"inventoryId": "22622", "quantity": 6, "unitPrice": 9.95, "hasManualPrice": True},
        {"inventoryId": "21755", "quantity": 3, "unitPrice": 5.95, "hasManualPrice": True},
    ]
    reference = f"WEB-{number:07}"
    body = json.dumps(
        {
            "type": "SO",
            "date": "2024-05-01T12:00:00Z",
            "customer": {"id": "10042", "order": reference, "refNo": reference},
            "orderLines": lines,
        },
        separators=(",", ":"),
    ).encode()
    head = (
        "POST /api/v3/SalesOrders HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Gun:
    """One connection. ``left`` are the orders it may still send."""

    def __init__(self, port: int, token: str, left: int, numbers: count[int]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.created = 0
        self.answered = 0
        self.waited = 0.0
        self._left = left
        self._shot_at = 0.0
        self._open = 0
        self._rest = b""
        self._token = token
        self._numbers = numbers

    def shoot(self, pipelined: int) -> bool:
        """Send the next ones. False when none is left."""
        size = min(pipelined, self._left)
        shots = b"".join(request(self._token, next(self._numbers)) for _ in range(size))
        self._left -= size
        self._open = size
        self._shot_at = time.perf_counter()
        self.socket.sendall(shots)
        return size > 0

    def hear(self) -> bool:
        """Count what came. True when all that was sent is answered."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("The sandbox has hung up.")
        heard = self._rest + part
        answers = heard.count(ANY)
        self.created += heard.count(CREATED)
        # A status line may be in two parts; what is kept is too short to be counted twice.
        kept = heard.rfind(b"\r\n\r\n") + 4
        self._rest = heard[kept:] if kept >= 4 else heard
        answers -= self._rest.count(ANY)
        self.created -= self._rest.count(CREATED)
        self.answered += answers
        self._open -= answers
        self.waited += answers * (time.perf_counter() - self._shot_at)
        return self._open == 0


def volley(port: int, token: str, total: int, connections: int, pipelined: int) -> None:
    numbers = count(1)
    shares = [total // connections + (one < total % connections) for one in range(connections)]
    guns = [Gun(port, token, share, numbers) for share in shares]
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for gun in guns:
            selector.register(gun.socket, selectors.EVENT_READ, gun)
            gun.shoot(pipelined)
        while selector.get_map():
            for key, _ in selector.select():
                gun = key.data
                if gun.hear() and not gun.shoot(pipelined):
                    selector.unregister(gun.socket)
        seconds = time.perf_counter() - began
    for gun in guns:
        gun.socket.close()
    answered = sum(gun.answered for gun in guns)
    waited = sum(gun.waited for gun in guns)
    created = sum(gun.created for gun in guns)
    say({"seconds": seconds, "mean": waited / answered, "answered": answered, "created": created})


if __name__ == "__main__":
    volley(int(sys.argv[1]), sys.argv[2], *(int(argument) for argument in sys.argv[3:6]))
