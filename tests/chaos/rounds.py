"""A few short runs in one house, of which ``test_faults`` reads the reports.

A process of its own: the runs need servers that may be killed, and Django on their database.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from dataclasses import replace

from chaos.house import open_house
from chaos.stage import Stage
from chaos.visma_faults import VISMA
from demo import processes

SEED = 5
SHOPS = 12
# Lanes for three of four push workers at once: a drain leases as many as it has slots.
STAGE = Stage(
    orders=60,
    seconds=6,
    push=("push-1", "push-2", "push-3", "push-4"),
    workers=("worker-1",),
    lease=3,
    quarantine=4,
    read_lag=2,
    read_timeout=2,
    slots=4,
)
# By the name that their orders bear: for how long, and which classes at once.
ROUNDS: dict[str, tuple[float, list[str]]] = {
    "CALM": (2, []),
    "VISMA": (6, list(VISMA)),
    "OURS": (12, ["kill", "term", "freeze", "twice", "clock", "rolling"]),
    "SERVERS": (10, ["broker", "database"]),
}


def main() -> None:
    began = time.monotonic()
    with open_house(STAGE, keep=None) as house:
        importlib.import_module("django").setup()
        importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
        run = importlib.import_module("chaos.run")
        shops = run.move_in(house, STAGE, SHOPS)
        sys.stderr.write(f"up {time.monotonic() - began:.1f} s\n")
        for name, (seconds, classes) in ROUNDS.items():
            wish = run.Wish(SEED, classes, replace(STAGE, seconds=seconds), name, linger=8)
            report = run.run(house, shops, wish, lambda line: None)
            sys.stdout.write(f"{json.dumps({'round': name} | report.as_json())}\n")
            sys.stdout.flush()
            sys.stderr.write(f"{name} {time.monotonic() - began:.1f} s\n")


if __name__ == "__main__":
    processes.adopt_orphans()
    main()
    processes.bury_orphans()
