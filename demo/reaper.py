"""Cleans up after a supervisor, however it ended.

It runs as a process of its own and reads lines from standard input: ``add PGID``, ``del PGID`` and
``tmp FOLDER``. The end of the input means the supervisor is gone: what it started gets TERM, four
seconds, then KILL, and its temporary folders are removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

GRACE = 4.0


class Reaper:
    """The supervisor's end of it. Lives as long as this process, and cleans up after it."""

    def __init__(self, *, keeps_open: tuple[int, ...] = ()) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this file
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=keeps_open,
            cwd="/",
        )

    def adds(self, group: int) -> None:
        """Takes a process group on: the id of a process that leads its own session."""
        self._says(f"add {group}")

    def drops(self, group: int) -> None:
        self._says(f"del {group}")

    def removes(self, folder: Path) -> None:
        """Deletes the folder once everything has ended."""
        self._says(f"tmp {folder}")

    def finish(self) -> None:
        """Cleans up now and waits for it."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def _says(self, line: str) -> None:
        if self._process.stdin:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()


def clean_up(groups: set[int], folders: list[str], grace: float = GRACE) -> None:
    """Ends the groups, politely first, then deletes the folders."""
    living = {group for group in groups if _send(group, signal.SIGTERM)}
    deadline = time.monotonic() + grace
    while living and time.monotonic() < deadline:
        time.sleep(0.05)
        living = {group for group in living if _send(group, 0)}
    for group in living:
        _send(group, signal.SIGKILL)
    for folder in folders:
        _remove(folder, deadline=time.monotonic() + grace)


def _remove(folder: str, *, deadline: float) -> None:
    """A server's own children may still write into it for a moment."""
    shutil.rmtree(folder, ignore_errors=True)
    while Path(folder).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)


def _send(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _listen() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "add":
            groups.add(int(rest))
        elif word == "del":
            groups.discard(int(rest))
        elif word == "tmp":
            folders.append(rest)
    clean_up(groups, folders)


if __name__ == "__main__":
    _listen()
