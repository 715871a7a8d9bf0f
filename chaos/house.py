"""The servers and programs of a run, in a folder of their own, and how they are told apart."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos.fleet import ROOT, Fleet
from chaos.servers import Broker, Database
from chaos.stage import Stage
from demo import environment, processes
from demo.reaper import Reaper
from integrations.keyring import ring
from sandbox.control.client import Visma
from tests.services.private import LONGEST_FOLDER

SCHEDULERS = ("beat-1", "beat-2")
VISMA_DELAY = 0.1  # seconds that every call takes, so that a fault finds some under way
UP = 30.0


@dataclass(slots=True)
class House:
    """``portal`` and ``visma`` are on loopback. ``logs`` holds one file for each program."""

    folder: Path
    logs: Path
    reaper: Reaper
    database: Database
    broker: Broker
    visma: Visma
    portal: str
    fleet: Fleet

    def begin_programs(self, stage: Stage) -> None:
        bind = self.portal.removeprefix("http://")
        self.fleet.add(
            "web",
            ["gunicorn", "portal.wsgi", "-b", bind, "-w", "2", "-k", "gthread", "--threads", "4",
             "--graceful-timeout", "10", "--no-control-socket"],
        )  # fmt: skip
        self.fleet.add_workers(stage.push, stage.workers, SCHEDULERS)

    def tend(self) -> None:
        self.fleet.tend()

    def log_files(self) -> list[Path]:
        return sorted(self.logs.glob("*.log"))


@contextmanager
def open_house(stage: Stage, *, keep: Path | None) -> Iterator[House]:
    """Servers and the sandbox, started; the environment of this process leads to them.

    Everything is gone at the end, the folder too, but for the logs that ``keep`` asks for.
    """
    folder = _folder()
    reaper = Reaper()
    reaper.removes(folder)
    logs = keep or folder / "log"
    logs.mkdir(parents=True, exist_ok=True)
    _keep_bytecode()
    (folder / "postgresql").mkdir(mode=0o755)
    with ExitStack() as leaving:
        leaving.callback(shutil.rmtree, folder, ignore_errors=True)
        leaving.callback(reaper.finish)
        database = Database(folder / "postgresql", reaper)
        # Else it would wait for the sessions that are still open.
        leaving.callback(database.kill)
        broker = Broker(folder, reaper)
        visma = _start_sandbox(logs, reaper)
        portal = f"http://127.0.0.1:{environment.free_port()}"
        os.environ.update(settings(stage, database.address, broker.address, visma.url, portal))
        fleet = Fleet(dict(os.environ), logs, reaper, grace=stage.read_timeout + 20)
        leaving.callback(fleet.end)
        yield House(folder, logs, reaper, database, broker, visma, portal, fleet)


def settings(stage: Stage, database: str, broker: str, visma: str, portal: str) -> dict[str, str]:
    """What portal.settings reads in a run. No .env of a developer has a say."""
    return environment.visma(visma) | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DOTENV": os.devnull,
        "ENVIRONMENT": "development",
        "PUBLIC_URL": portal,
        "SECRET_KEY": "for-chaos-only-0123456789abcdefghijklmnopqrstuvwxyz",
        "ENCRYPTION_KEYS": ring.new_key(),
        "EMAIL_URL": "memorymail://",
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        # Celery warns of running as root on every start.
        "PYTHONWARNINGS": "ignore",
        "LOG_LEVEL": "INFO",
        "PUSH_LEASE": f"{stage.lease:g}",
        "PUSH_TURN": "20",
        "PUSH_SLOTS": str(stage.slots),
        "QUARANTINE": f"{stage.quarantine:g}",
        "READ_LAG": f"{stage.read_lag:g}",
        "LIST_PAUSE": f"{stage.read_lag:g}",
        "FIRST_LOOK": "1",
        "VISMA_CONNECT_TIMEOUT": "2",
        "VISMA_READ_TIMEOUT": f"{stage.read_timeout:g}",
        "VISMA_TOKEN_TIMEOUT": "5",
    }


def _keep_bytecode() -> None:
    """Programs are started by the dozen; compiling everything each time would take a core."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        kept = os.fspath(ROOT / "var" / "bytecode")
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = kept
        sys.dont_write_bytecode = False


def _folder() -> Path:
    base = tempfile.gettempdir()
    folder = Path(
        tempfile.mkdtemp(prefix="chaos-", dir=base if len(base) <= LONGEST_FOLDER else "/tmp")  # noqa: S108 - mkdtemp makes it private
    )
    # PostgreSQL's `nobody` walks through it to the data that is its own.
    folder.chmod(0o755)
    return folder


def _start_sandbox(logs: Path, reaper: Reaper) -> Visma:
    port = environment.free_port()
    process = processes.start(
        [sys.executable, "-m", "sandbox", "--port", str(port)],
        folder=ROOT,
        log=logs / "sandbox.log",
    )
    reaper.adds(process.pid)
    visma = Visma(f"http://localhost:{port}")
    until = time.monotonic() + UP
    while True:
        try:
            visma.switch(erp_delay=VISMA_DELAY, rate_limit=1_000_000, order_v1_rate_limit=1_000_000)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return visma
