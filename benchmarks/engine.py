"""The engine as shipped: one drain in a process of its own, over whatever is in the outbox.

``python -m benchmarks.engine`` says when it is ready, drains from the first line it reads until
the second, and writes the CPU that took; with ``--traced`` also where it went.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time

import django

from benchmarks.children import say
from benchmarks.tracing import Tracer


def main() -> None:
    django.setup()
    drain = importlib.import_module("integrations.deliveries.services.drain").drain
    holding = importlib.import_module("integrations.deliveries.services.holding")
    options, stop = holding.options_from_settings(), threading.Event()
    say("ready")
    sys.stdin.readline()
    threading.Thread(target=_stop_at_next_line, args=[stop], daemon=True).start()
    tracer = Tracer() if "--traced" in sys.argv else None
    if tracer:
        tracer.start()
    spent = time.process_time()
    drain(options, stop)
    spent = time.process_time() - spent
    say({"cpu": spent, "traced": tracer.stop() if tracer else None})


def _stop_at_next_line(stop: threading.Event) -> None:
    sys.stdin.readline()
    stop.set()


if __name__ == "__main__":
    main()
