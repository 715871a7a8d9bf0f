"""The sandbox as it is measured: on one core, with two more questions about itself.

``python -m benchmarks.served [empty]`` serves as ``python -m sandbox`` does. With ``empty`` the
POST of an order is reduced to an empty 201, all around it stays. ``GET /_control/size`` tells
the memory of the process and what the orders themselves take of it.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import sandbox.routes
from sandbox.__main__ import serve
from sandbox.control.answers import controlled
from sandbox.http import Request, Response
from sandbox.routes import Router
from sandbox.settings import Settings
from sandbox.state import Route, Sandbox

SAMPLE = 1000
ALIGNED = 16


def show_size(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Bytes of the process, its CPU seconds, and the bytes of the orders, from a sample.

    An order's bytes are those of every object that can be reached from it and not from the
    company or from another order of the sample, each rounded up to what is allotted for it.
    """
    orders = [order for _, book in sandbox.orders for order in book.orders.values()]
    chosen = random.Random(1).sample(orders, min(SAMPLE, len(orders)))  # noqa: S311 - a sample
    shared = {id(one) for one in _reachable(list(sandbox.world.companies.values()), set())}
    sizes = [_aligned(one) for one in _reachable(chosen, shared)]
    books = sum(sys.getsizeof(book.orders) + _keys(book.orders) for _, book in sandbox.orders)
    per_order = (sum(sizes) - _aligned(chosen)) / len(chosen) if chosen else 0.0
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rss": _resident(),
        "cpu": usage.ru_utime + usage.ru_stime,
        "orders": len(orders),
        "order_bytes": per_order * len(orders) + books,
    }


def _reachable(one: Any, seen: set[int]) -> Iterator[Any]:
    """Every object within, once; classes, functions and what Python keeps anyway left out."""
    if id(one) in seen or one is None or isinstance(one, bool | type):
        return
    if isinstance(one, str | int) and _is_pythons(one):
        return
    seen.add(id(one))
    yield one
    if isinstance(one, dict):
        inner = [*one.keys(), *one.values()]
    elif isinstance(one, list | tuple | set | frozenset):
        inner = list(one)
    elif is_dataclass(one):
        inner = [getattr(one, member.name) for member in fields(one)]
    else:
        inner = []
    for each in inner:
        yield from _reachable(each, seen)


def _is_pythons(one: str | int) -> bool:
    """Small numbers and single characters are there once for all."""
    return len(one) < 2 if isinstance(one, str) else -6 < one < 257


def _keys(orders: dict[Any, Any]) -> int:
    return sum(_aligned(key) for key in orders)


def _aligned(one: Any) -> int:
    return -(-sys.getsizeof(one) // ALIGNED) * ALIGNED


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _routes(*, empty: bool) -> list[Route]:
    def answer_empty(sandbox: Sandbox, request: Request) -> Response:
        return Response(201)

    return [
        Route(one.kind, one.method, one.pattern, answer_empty)
        if empty and one.kind == "salesorders.post"
        else one
        for one in sandbox.routes.ROUTES
    ] + [Route("control.size", "GET", "/_control/size", controlled(show_size))]


def main() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sandbox.routes.ROUTES[:] = _routes(empty="empty" in sys.argv[1:])
    asyncio.run(serve(Settings(port=0, ends_with_parent=True), Router()))


if __name__ == "__main__":
    main()
