"""Starts what the environment doesn't name, in one temporary folder, for this process's life."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from pathlib import Path

from demo import processes, valkey
from demo.reaper import Reaper
from tests.services import postgresql

# A unix socket's path has about 100 characters; PostgreSQL adds its own name to it.
LONGEST_FOLDER = 60


class PrivateServers:
    """PostgreSQL and a Redis-protocol server. Nothing of them outlives this process."""

    def __init__(self) -> None:
        base = tempfile.gettempdir()
        self.folder = Path(
            tempfile.mkdtemp(prefix="portal-", dir=base if len(base) <= LONGEST_FOLDER else "/tmp")  # noqa: S108 - mkdtemp makes it private
        )
        # `nobody` walks through it to the data that is its own.
        self.folder.chmod(0o755)
        self.reaper = Reaper()
        self.reaper.removes(self.folder)
        self._started: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def database_url(self) -> str:
        """DATABASE_URL where it is set, else that of a server started now."""
        if "DATABASE_URL" in os.environ:
            return os.environ["DATABASE_URL"]
        self._keep(postgresql.start(self.folder), signal.SIGINT)
        return postgresql.address(self.folder)

    def redis_url(self) -> str:
        """REDIS_URL where it is set, else that of a server started now."""
        if "REDIS_URL" in os.environ:
            return os.environ["REDIS_URL"]
        self._keep(valkey.start(self.folder), signal.SIGTERM)
        return valkey.address(self.folder)

    def stop(self) -> None:
        for process, farewell in reversed(self._started):
            processes.end(process, grace=10, sign=farewell)
            self.reaper.drops(process.pid)
        self.reaper.finish()

    def _keep(self, process: subprocess.Popen[bytes], farewell: signal.Signals) -> None:
        self.reaper.adds(process.pid)
        self._started.append((process, farewell))
