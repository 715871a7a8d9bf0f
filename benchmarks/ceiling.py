"""What the target can take: orders over raw sockets, made before the clock starts.

``python -m benchmarks.ceiling PORT ORDERS CONNECTIONS`` says when it is ready, waits for a line,
and writes the seconds it took and its own CPU. Each connection has one request under way; an
answer is only looked at for its status, so that this costs a fraction of the bare loop.
"""

from __future__ import annotations

import importlib
import socket
import sys
import time
from select import EPOLLIN, epoll

import django

from benchmarks.children import say

CREATED = b"HTTP/1.1 201"
MOST_READ = 4096


def request(token: str, body: bytes) -> bytes:
    head = (
        "POST /api/v3/SalesOrders HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"User-Agent: visma-portal\r\nAuthorization: Bearer {token}\r\n"
        "Accept: application/json\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def volley(port: int, requests: list[bytes], connections: int) -> None:
    """Send every request and wait for every answer. Raises ConnectionError for another than 201."""
    waiting, open_, poll = iter(requests), 0, epoll()
    sockets = {}
    for first in (next(waiting) for _ in range(min(connections, len(requests)))):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.sendall(first)
        sockets[one.fileno()] = one
        poll.register(one.fileno(), EPOLLIN)
        open_ += 1
    while open_:
        for fd, _ in poll.poll():
            one = sockets[fd]
            if not one.recv(MOST_READ).startswith(CREATED):
                raise ConnectionError("The target gave another answer than 201.")
            following = next(waiting, None)
            if following is None:
                open_ -= 1
            else:
                one.sendall(following)
    for one in sockets.values():
        one.close()


def main(port: int, count: int, connections: int) -> None:
    django.setup()
    orders = importlib.import_module("benchmarks.orders")
    requests = [
        request(orders.token(number % orders.TENANTS), body)
        for number, (_, body) in enumerate(orders.bodies(count))
    ]
    say("ready")
    sys.stdin.readline()
    began, spent = time.monotonic(), time.process_time()
    volley(port, requests, connections)
    say({"seconds": time.monotonic() - began, "cpu": time.process_time() - spent})


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
