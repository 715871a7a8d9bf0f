"""``python -m sandbox``: listen, say where, end on SIGTERM or Ctrl-C with 0."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace

from sandbox.beginning.complaints import BadSettings
from sandbox.beginning.example import example_settings
from sandbox.beginning.start import keep_snapshots, start_anew
from sandbox.connection import Connection
from sandbox.dispatch import Dispatcher
from sandbox.gate import Gate
from sandbox.routes import Router
from sandbox.settings import Settings, read_arguments
from sandbox.state import Sandbox

BACKLOG = 2048
PARENT_SECONDS = 0.5


async def serve(settings: Settings, router: Router | None = None) -> None:
    """Serve until told to stop. Prints one line when it listens.

    Raises OSError when it cannot listen, BadSettings when it is not to begin so.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no signal handlers in its loop.
            loop.add_signal_handler(number, stop.set)

    numbers = iter(range(1, sys.maxsize))
    dispatcher: Dispatcher

    def accept() -> Connection:
        return Connection(dispatcher, next(numbers), gate.connections)

    gate = Gate(accept, settings.host, BACKLOG)
    await gate.bind(settings.port)
    public_url = settings.public_url or f"http://localhost:{gate.port}"
    sandbox = Sandbox(replace(settings, port=gate.port, public_url=public_url))
    sandbox.shut_for = gate.close_for
    keep_snapshots(sandbox)
    start_anew(sandbox)
    dispatcher = Dispatcher(sandbox, router or Router())
    _collect_seldom()
    await gate.open()
    print(f"sandbox listening on http://{settings.host}:{gate.port}", flush=True)  # noqa: T201
    watch = loop.create_task(_watch_parent(stop)) if settings.ends_with_parent else None
    await stop.wait()
    if watch is not None:
        watch.cancel()
    gate.close()
    for connection in list(gate.connections):
        connection.transport.close()


def _collect_seldom() -> None:
    """Orders are kept anyway; to go through them all again and again costs a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _watch_parent(stop: asyncio.Event) -> None:
    """A parent that was killed says nothing; its child gets another one."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_SECONDS)
    stop.set()


def main() -> None:
    if "--print-settings" in sys.argv[1:]:
        print(example_settings(), end="")  # noqa: T201
        return
    try:
        settings = read_arguments()
        asyncio.run(serve(settings))
    except BadSettings as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except OSError as error:
        sys.exit(f"The sandbox cannot listen on {settings.host}:{settings.port}: {error.strerror}.")


if __name__ == "__main__":
    main()
