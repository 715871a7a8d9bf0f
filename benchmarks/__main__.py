"""``./run bench push``: the push engine against the bare loop and against a task per order.

``./run bench sandbox``: what the stand-in for Visma can take. ``./run bench metrics``: how long
/metrics takes beside a million orders. Everything runs on loopback, on servers of its own; see
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from integrations.visma.pump import MOST_SLOTS

ROUNDS, PART_ROUNDS, ORDERS = 5, 3, 10_000
QUICK_ROUNDS, QUICK_SHARE = 2, 5
SANDBOX_ROUNDS, SANDBOX_ORDERS, SANDBOX_POSTS = 3, 200_000, 20_000
METRICS_ORDERS = 1_000_000


def main() -> int:
    given = _arguments()
    return {"sandbox": _sandbox, "metrics": _metrics, "push": _push}[given.what](given)


def _push(given: argparse.Namespace) -> int:
    if len(given.latency_ms) != len(given.in_flight):
        sys.exit("--latency-ms and --in-flight need as many numbers as each other.")
    share = QUICK_SHARE if given.quick else 1
    servers = importlib.import_module("benchmarks.servers")
    with servers.private(profiled=given.profile) as target:
        importlib.import_module("django").setup()
        importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
        # Models can be imported only now.
        if given.profile:
            profile = importlib.import_module("benchmarks.profile")
            settings = list(zip(given.latency_ms, given.in_flight, strict=True))
            return int(profile.run(target, settings, given.orders or ORDERS // share))
        push = importlib.import_module("benchmarks.push")
        rounds = given.rounds or (QUICK_ROUNDS if given.quick else ROUNDS)
        plan = push.Plan(
            rounds=rounds,
            orders=given.orders or ORDERS // share,
            share=share,
            settings=list(zip(given.latency_ms, given.in_flight, strict=True)),
            parts=frozenset(push.PARTS if given.parts is None else given.parts),
            part_rounds=min(rounds, PART_ROUNDS),
        )
        return int(push.run(plan, target, json_line=given.json))


def _metrics(given: argparse.Namespace) -> int:
    share = QUICK_SHARE if given.quick else 1
    servers = importlib.import_module("benchmarks.servers")
    with servers.private():
        importlib.import_module("django").setup()
        importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
        metrics = importlib.import_module("benchmarks.metrics")
        delivered = given.orders or METRICS_ORDERS // share
        return int(metrics.run(delivered, json_line=given.json))


def _sandbox(given: argparse.Namespace) -> int:
    share = QUICK_SHARE if given.quick else 1
    sandbox = importlib.import_module("benchmarks.sandbox")
    plan = sandbox.Plan(
        rounds=given.rounds or (QUICK_ROUNDS if given.quick else SANDBOX_ROUNDS),
        orders=given.orders or SANDBOX_ORDERS // share,
        posts=SANDBOX_POSTS // share,
    )
    return int(sandbox.run(plan, json_line=given.json))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["push", "sandbox", "metrics"], default="push")
    parser.add_argument("--quick", action="store_true", help="two rounds of a fifth")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--profile", action="store_true", help="where the CPU goes, in one run")
    parser.add_argument("--orders", type=_positive, help="orders in a round, or in memory")
    parser.add_argument("--rounds", type=_positive, help="how often")
    parser.add_argument(
        "--latency-ms",
        type=_numbers,
        default=[20, 389, 20],
        help="how long the target takes to answer",
    )
    parser.add_argument(
        "--in-flight", type=_slots, default=[64, 400, 512], help="requests at once, one per latency"
    )
    parser.add_argument(
        "--parts",
        type=_words,
        help="which of flat, quota, isolation, drops, idle to take beside the designs; all",
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _numbers(text: str) -> list[int]:
    return [_positive(part) for part in text.split(",")]


def _slots(text: str) -> list[int]:
    if any(number > MOST_SLOTS for number in _numbers(text)):
        raise argparse.ArgumentTypeError(f"the push has at most {MOST_SLOTS} requests in flight")
    return _numbers(text)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
