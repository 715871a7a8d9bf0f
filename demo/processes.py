"""Processes that end when the one that started them does, and what they leave behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True)


def ends_with_parent(farewell: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: asks Linux to send the signal when the thread that forks ends."""
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, farewell)
            if os.getppid() != parent:
                os._exit(1)

    return ask


def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    log: Path | None = None,
    farewell: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    group: str | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own, without input, its output added to ``log``.

    Its process id names its process group too. On Linux it gets ``farewell`` when the calling
    thread ends, kill -9 included; elsewhere only a ``reaper.Reaper`` sees to that.
    """
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(  # noqa: S603 - the callers name programs of their own
            [os.fspath(part) for part in command],
            env=None if environment is None else dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_parent(farewell),
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    finally:
        if output:
            output.close()


def end(process: subprocess.Popen[bytes], *, grace: float, sign: int = signal.SIGTERM) -> int:
    """Stops a started program and what is left of its group; gives its exit code."""
    if process.poll() is None:
        process.send_signal(sign)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent ends (Linux).

    Without it they would be left to the machine's first process, which may never look at them.
    """
    if sys.platform == "linux":
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def bury_orphans(*, grace: float = 2) -> None:
    """Waits for every child there still is, adopted ones too, and kills those that stay.

    Only for the very end: a ``Popen`` that was not waited for loses its exit code here.
    """
    deadline = time.monotonic() + grace
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            if time.monotonic() > deadline:
                _kill_children()
            time.sleep(0.02)


def _kill_children() -> None:
    me = os.getpid()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name in brackets: state, then the parent's id.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == me:
                os.kill(int(stat.parent.name), signal.SIGKILL)
