"""The physical limit: the pump alone, with the same gate and bodies, without a database.

``python -m benchmarks.bare URL ORDERS IN_FLIGHT`` says when it is ready, waits for a line, pushes,
and writes what it took and the number each order was given.
"""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Iterable

import django

from benchmarks.children import say
from integrations.visma.calls import Call, Deadline
from integrations.visma.pump import Pump, PumpOptions
from integrations.visma.sales_orders import new_order_call, order_number

POLL = 0.02  # seconds


def push(calls: Iterable[Call], in_flight: int) -> dict[object, str]:
    """Send all calls, as many at once as said. Returns key → Visma's number of those taken."""
    pump = Pump(
        PumpOptions(
            ca_file=None, connect_timeout=5, read_timeout=60, total=in_flight,
            per_host=in_flight, plain_http_hosts=frozenset(["127.0.0.1"]),
        )
    )  # fmt: skip
    waiting = iter(calls)
    numbers: dict[object, str] = {}
    try:
        while True:
            while pump.free and (call := next(waiting, None)):
                pump.add(call)
            if not pump.in_flight:
                return numbers
            for answer in pump.poll(POLL):
                number = order_number(answer) if answer.status == 201 and answer.complete else None
                if number is not None:
                    numbers[answer.key] = number[1]
    finally:
        pump.close()


def main(url: str, count: int, in_flight: int) -> None:
    django.setup()
    orders = importlib.import_module("benchmarks.orders")
    deadline = Deadline(math.inf)
    calls = [
        new_order_call(url, orders.token(number % orders.TENANTS), body, reference, deadline)
        for number, (reference, body) in enumerate(orders.bodies(count))
    ]
    say("ready")
    sys.stdin.readline()
    began, spent = time.monotonic(), time.process_time()
    numbers = push(calls, in_flight)
    taken = {"seconds": time.monotonic() - began, "cpu": time.process_time() - spent}
    say(taken | {"numbers": numbers})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
