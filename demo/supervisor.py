"""Runs the demo's services, and sees that none of them outlives it."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType

from demo import processes
from demo.reaper import Reaper

ROOT = Path(__file__).resolve().parent.parent


class AlreadyRunning(Exception):
    """Another demo holds the folder; the text is the address it wrote down, if any."""


class ServiceEnded(Exception):
    """A service ended by itself; the text says which, and the end of its log."""


class Stopped(BaseException):
    """Ctrl-C, TERM or HUP: leave, whatever was being done."""


class Supervisor:
    """A context: on leaving it, services stop in the opposite order of their start.

    ``grace`` is what each gets to end by itself, ``patience`` what a running one gets to be gone.
    """

    def __init__(self, folder: Path, *, grace: float = 10, patience: float = 5) -> None:
        self.folder = folder
        self._grace = grace
        self._patience = patience
        self._services: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Supervisor:
        self._lock = (self.folder / "lock").open("a+")
        self._wait_for_lock()
        # It holds the lock too, until all is gone.
        self._reaper = Reaper(keeps_open=(self._lock.fileno(),))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in self._services.values():
            self._reaper.adds(process.pid)
        for name in reversed(self._services):
            processes.end(self._services[name], grace=self._grace)
        self._lock.truncate(0)
        self._reaper.finish()
        self._lock.close()

    def says_where(self, address: str) -> None:
        """Leaves the address for whoever starts a second one here."""
        self._lock.truncate(0)
        self._lock.write(address)
        self._lock.flush()

    def removes(self, folder: Path) -> None:
        """Deletes the folder when everything has ended."""
        self._reaper.removes(folder)

    def start(
        self, name: str, command: Sequence[str | Path], environment: Mapping[str, str]
    ) -> None:
        """Starts ``python -m …`` under a name, in the project's folder."""
        process = processes.start(
            [sys.executable, "-m", *command],
            environment=environment,
            folder=ROOT,
            log=self.log(name),
        )
        self.keep(name, process)

    def keep(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Takes on a process that was started in its own session."""
        self._reaper.adds(process.pid)
        self._services[name] = process

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def check(self) -> None:
        """Raises ServiceEnded when one is gone."""
        for name, process in self._services.items():
            if (code := process.poll()) is not None:
                last = self.log(name).read_text(errors="replace").strip().splitlines()[-12:]
                raise ServiceEnded(f"{name} ended with {code}.\n" + "\n".join(last))

    def wait(self, until: Callable[[], bool], *, seconds: float, pause: float = 0.1) -> bool:
        """Whether it came true in time, with every service still up."""
        deadline = time.monotonic() + seconds
        while not until():
            self.check()
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)
        return True

    def _wait_for_lock(self) -> None:
        """A demo that was just killed is still being cleaned up after."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    self._lock.seek(0)
                    address = self._lock.read()
                    self._lock.close()
                    raise AlreadyRunning(address or "it is still starting") from None
                time.sleep(0.1)
            else:
                return


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
