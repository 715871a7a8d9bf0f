"""``./run bench``: the push engine against the bare loop and against a task per order.

Everything runs on loopback, on servers of its own; see docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib
import sys

import django
from django.core.management import call_command

from benchmarks import servers
from integrations.visma.pump import MOST_SLOTS

ROUNDS, ORDERS = 5, 10_000
QUICK_ROUNDS, QUICK_SHARE = 2, 5


def main() -> int:
    given = _arguments()
    if len(given.latency_ms) != len(given.in_flight):
        sys.exit("--latency-ms and --in-flight need as many numbers as each other.")
    share = QUICK_SHARE if given.quick else 1
    with servers.private() as target:
        django.setup()
        call_command("migrate", verbosity=0)
        # Models can be imported only now.
        push = importlib.import_module("benchmarks.push")
        plan = push.Plan(
            rounds=given.rounds or (QUICK_ROUNDS if given.quick else ROUNDS),
            orders=given.orders or ORDERS // share,
            naive_share=share,
            settings=list(zip(given.latency_ms, given.in_flight, strict=True)),
        )
        return int(push.run(plan, target, json_line=given.json))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["push"], default="push")
    parser.add_argument("--quick", action="store_true", help="two rounds of a fifth")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--orders", type=_positive, help=f"orders in a round ({ORDERS:,})")
    parser.add_argument("--rounds", type=_positive, help=f"how often ({ROUNDS})")
    parser.add_argument(
        "--latency-ms", type=_numbers, default=[20, 389], help="how long the target takes to answer"
    )
    parser.add_argument(
        "--in-flight", type=_slots, default=[64, 400], help="requests at once, one per latency"
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


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
