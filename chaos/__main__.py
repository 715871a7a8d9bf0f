"""``./run chaos``: real processes, real faults, and an independent ledger to judge by.

Everything runs on servers of its own on this machine and is gone at the end; see docs/chaos.md.
"""

from __future__ import annotations

import argparse
import importlib
import json
import secrets
import signal
import sys
from pathlib import Path
from types import FrameType

from chaos.stage import Stage
from chaos.timetable import CLASSES, draw
from demo import processes

LEASE, QUARANTINE, READ_LAG, READ_TIMEOUT = 6.0, 10.0, 5.0, 5.0
SLOTS = 16


class Stopped(BaseException):
    """Ctrl-C, TERM or HUP: leave, whatever was being done."""


def main() -> int:
    given = _arguments()
    stage = Stage(
        orders=given.orders,
        seconds=given.seconds or max(90.0, given.orders / 20),
        push=tuple(f"push-{number + 1}" for number in range(given.push)),
        workers=tuple(f"worker-{number + 1}" for number in range(given.workers)),
        lease=LEASE,
        quarantine=QUARANTINE,
        read_lag=READ_LAG,
        read_timeout=READ_TIMEOUT,
        slots=SLOTS,
    )
    if given.timetable:
        print(*draw(given.seed, given.faults, stage), sep="\n")  # noqa: T201 - asked for
        return 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return _run(given, stage)
    except Stopped:
        return 130


def _run(given: argparse.Namespace, stage: Stage) -> int:
    house = importlib.import_module("chaos.house")
    with house.open_house(stage, keep=given.keep) as opened:
        importlib.import_module("django").setup()
        importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
        # Models can be imported only now.
        run = importlib.import_module("chaos.run")
        wish = run.Wish(given.seed, given.faults, stage)
        try:
            shops = run.move_in(opened, stage, given.shops)
            report = run.run(opened, shops, wish, _say if given.verbose else _keep_quiet)
        except run.NotUp as reason:
            _say(str(reason))
            return 1
    for line in report.lines():
        _say(line)
    if given.json:
        _say(json.dumps(report.as_json()))
    _say(report.line())
    return 0 if report.clean else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.add_argument("--orders", type=_positive, default=400)
    parser.add_argument("--seed", type=int, default=None, help="decides on faults and orders")
    parser.add_argument(
        "--faults", type=_classes, default=list(CLASSES), help=f"some of {','.join(CLASSES)}"
    )
    parser.add_argument("--seconds", type=float, help="for how long faults strike")
    parser.add_argument("--shops", type=_positive, default=5, help="tenants with a company each")
    parser.add_argument("--push", type=_positive, default=3, help="push workers")
    parser.add_argument("--workers", type=_positive, default=2, help="workers for all else")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs there")
    parser.add_argument("--timetable", action="store_true", help="print it, and throw nothing")
    parser.add_argument("--verbose", action="store_true", help="print the timetable before the run")
    parser.add_argument("--json", action="store_true", help="one line of JSON before the verdict")
    given = parser.parse_args()
    given.seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    return given


def _classes(text: str) -> list[str]:
    wanted = text.split(",")
    unknown = [one for one in wanted if one not in CLASSES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no fault is called {', '.join(unknown)}")
    return [one for one in CLASSES if one in wanted]


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _keep_quiet(line: str) -> None:
    pass


def _stop(number: int, frame: FrameType | None) -> None:
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    processes.adopt_orphans()
    code = main()
    processes.bury_orphans()
    sys.exit(code)
