"""Is the sandbox fast enough not to be what is measured? ``./run bench sandbox`` tells."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from benchmarks.children import child
from sandbox.control.client import STARTED, Visma

CLIENT_ID, COMPANY = "isv_nordhandel_service", "Fjordlys Danmark ApS"
LATENCY, IN_FLIGHT = 0.389, 400
CONNECTIONS, PIPELINED = 8, 16
MEGABYTE = 1024 * 1024
NO_LIMIT = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """``orders`` are for the memory, ``posts`` for each round of the others."""

    rounds: int
    orders: int
    posts: int


def run(plan: Plan, *, json_line: bool) -> int:
    """Measure and tell. Returns the exit code: 1 when an order wasn't taken."""
    _say(
        f"{plan.rounds} rounds of {plan.posts:,} orders of two lines, then {plan.orders:,};"
        f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.\n"
        "The server has one core. On a machine that does other work too, look at the CPU."
    )
    full = [_posts(plan.posts) for _ in range(plan.rounds)]
    empty = [_posts(plan.posts, "empty") for _ in range(plan.rounds)]
    stretch = [_stretch(plan.posts) for _ in range(plan.rounds)]
    growth = _growth(plan.orders)
    members = {
        "posts_per_s": round(median(one["rate"] for one in full)),
        "empty_per_s": round(median(one["rate"] for one in empty)),
        "latency_stretch": round(median(stretch), 4),
        "rss_growth_mb": round(growth["beyond"], 1),
        "posts_per_cpu_s": round(median(one["cpu_rate"] for one in full)),
        "orders_mb": round(growth["orders"], 1),
        "lost": sum(one["lost"] for one in (*full, *empty, growth)),
    }
    _tell(members, growth, plan)
    if json_line:
        _say(json.dumps(members))
    return 1 if members["lost"] else 0


def _tell(members: dict[str, Any], growth: dict[str, float], plan: Plan) -> None:
    _say(
        f"\norders/s                    {members['posts_per_s']:,}"
        f" ({members['posts_per_cpu_s']:,} per second of CPU)\n"
        f"the same, an empty 201      {members['empty_per_s']:,}\n"
        f"{IN_FLIGHT} in flight at {LATENCY * 1000:.0f} ms    {members['latency_stretch']}"
        " of the latency set\n"
        f"growth over {plan.orders:,} orders {growth['all']:,.0f} MB, of which the orders"
        f" themselves {growth['orders']:,.0f} MB; beyond them {growth['beyond']:,.1f} MB"
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def _served(*arguments: str) -> Iterator[Visma]:
    with child("benchmarks.served", *arguments) as process:
        line = process.hears()
        visma = Visma(f"http://localhost:{urlsplit(line.removeprefix(STARTED)).port}")
        visma.switch(rate_limit=NO_LIMIT)
        yield visma


def _volley(visma: Visma, count: int, connections: int, pipelined: int) -> Any:
    tenant_id = visma.company(COMPANY)["tenant_id"]
    port, token = urlsplit(visma.url).port, visma.token(CLIENT_ID, tenant_id)
    numbers = (port, token, count, connections, pipelined)
    with child("benchmarks.volley", *map(str, numbers)) as process:
        return process.says()


def _posts(count: int, *arguments: str) -> dict[str, float]:
    """Orders a second, by the clock and by the server's CPU, after a round to warm up."""
    with _served(*arguments) as visma:
        _volley(visma, count // 10, CONNECTIONS, PIPELINED)
        before = visma.control("GET", "size")["cpu"]
        done = _volley(visma, count, CONNECTIONS, PIPELINED)
        spent = visma.control("GET", "size")["cpu"] - before
    rate, cpu_rate = count / done["seconds"], count / spent
    return {"rate": rate, "cpu_rate": cpu_rate, "lost": count - done["created"]}


def _stretch(count: int) -> float:
    """The mean latency by the one set, each connection with one request in flight."""
    with _served() as visma:
        visma.switch(erp_delay=LATENCY)
        done = _volley(visma, max(count // 5, 4 * IN_FLIGHT), IN_FLIGHT, 1)
    return float(done["mean"] / LATENCY)


def _growth(count: int) -> dict[str, float]:
    """Megabytes by which the process grows, in all and beyond the orders themselves."""
    with _served() as visma:
        _volley(visma, 2 * CONNECTIONS * PIPELINED, CONNECTIONS, PIPELINED)
        before = visma.control("GET", "size")
        done = _volley(visma, count, CONNECTIONS, PIPELINED)
        after = visma.control("GET", "size")
    grown = (after["rss"] - before["rss"]) / MEGABYTE
    orders = (after["order_bytes"] - before["order_bytes"]) / MEGABYTE
    return {
        "all": grown,
        "orders": orders,
        "beyond": grown - orders,
        "lost": count - done["created"],
    }
