"""``./run demo``: sets everything up, does the main job once, and stays up to be looked at."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import django
from django.core.management import call_command
from rich.console import Console
from rich.markup import escape

from demo import processes, sandbox, services
from demo.pages import NotThere
from demo.person import Lost
from demo.services import Addresses
from demo.supervisor import ROOT, AlreadyRunning, ServiceEnded, Stopped, Supervisor
from demo.valkey import NoServer

KEEPS = "where it keeps its database and logs; emptied at the start"


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when the orders have arrived")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "demo", help=KEEPS)
    given = parser.parse_args()
    once, folder, console = given.once, given.folder.absolute(), Console()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Supervisor(folder) as supervisor:
            return _run(supervisor, console, once=once)
    except AlreadyRunning as running:
        console.print(f"A demo is running here already: {running}")
    except (ServiceEnded, NoServer, Lost, NotThere, OSError) as ended:
        console.print("[red]The demo stopped.[/red]", escape(str(ended)), highlight=False)
        console.print(f"The logs are in {folder / 'log'}.", markup=False, highlight=False)
    except Stopped:
        return 1 if once else 0
    return 1


def _run(supervisor: Supervisor, console: Console, *, once: bool) -> int:
    with console.status("Starting the services …"):
        at = services.start_outside(supervisor)
        supervisor.says_where(at.portal)
        django.setup()
        call_command("migrate", verbosity=0)
        services.start_portal(supervisor)
        # Models can be imported only now.
        seed = importlib.import_module("demo.seed")
        story = importlib.import_module("demo.story")
        seeded = seed.seed(sandbox.world(at.sandbox))
        services.wait_for_portal(supervisor, at)
    arrived = story.Story(at, supervisor, console).tell(seeded)
    if once:
        return 0 if arrived else 1
    _say_where(console, at, [seeded.staff, seeded.member, seed.PASSWORD])
    console.print(f"  Logs     {supervisor.folder / 'log'}\n\n  Ctrl-C ends it all.", markup=False)
    supervisor.wait(lambda: False, seconds=float("inf"), pause=0.5)
    return 0


def _say_where(console: Console, at: Addresses, log_ins: list[str]) -> None:
    staff, member, password = log_ins
    console.print(
        f"\n  Portal   {at.portal}\n"
        f"           staff {staff}, a customer's owner {member}, password “{password}”\n"
        f"  Sandbox  {at.sandbox}   who can sign in there, and the App Store",
        highlight=False,
    )


if __name__ == "__main__":
    processes.adopt_orphans()
    code = main()
    processes.bury_orphans()
    sys.exit(code)
