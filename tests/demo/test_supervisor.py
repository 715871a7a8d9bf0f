"""Nothing the supervisor started outlives it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.reaper import Reaper
from demo.supervisor import ROOT, AlreadyRunning, ServiceEnded, Supervisor

# Ignores TERM, and has a child of its own.
STUBBORN = (
    "import os, signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "open(sys.argv[1], 'w').write(f'{os.getpid()} {child.pid}')\n"
    "time.sleep(600)\n"
)
PROGRAM = (
    "import sys, time; from pathlib import Path; from demo.supervisor import Supervisor\n"
    "folder = Path(sys.argv[1])\n"
    "with Supervisor(folder, grace=1) as services:\n"
    "    services.removes(folder / 'temporary')\n"
    "    services.start('stubborn', ['stubborn', str(folder / 'pids')],\n"
    "        {'PYTHONPATH': str(folder)})\n"
    "    services.says_where('http://127.0.0.1:8000')\n"
    "    time.sleep(600)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a demo"
    (folder / "log").mkdir(parents=True)
    (folder / "temporary").mkdir()
    (folder / "stubborn.py").write_text(STUBBORN)
    return folder


@pytest.fixture
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in a process of its own, with one stubborn service and its child."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], cwd=ROOT)
    wait_for(lambda: len(pids(folder)) == 2)
    yield process
    process.kill()
    process.wait()


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        assert time.monotonic() < deadline, "It did not come true in time."
        pause.wait(0.05)


def pids(folder: Path) -> list[int]:
    file = folder / "pids"
    return [int(word) for word in file.read_text().split()] if file.exists() else []


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_leaves_nothing_behind(
    running: subprocess.Popen[bytes], folder: Path, number: signal.Signals
) -> None:
    running.send_signal(number)
    running.wait(30)

    wait_for(lambda: all(map(is_gone, pids(folder))))
    wait_for(lambda: not (folder / "temporary").exists())


def test_says_where_the_first_one_is(running: subprocess.Popen[bytes], folder: Path) -> None:
    wait_for(lambda: (folder / "lock").read_text() != "")

    with pytest.raises(AlreadyRunning, match=r"http://127\.0\.0\.1:8000"):
        Supervisor(folder, patience=0.2).__enter__()


def test_notices_a_service_that_ends_by_itself(folder: Path) -> None:
    (folder / "short.py").write_text("raise SystemExit('no such port')")
    before = [signal.getsignal(number) for number in (1, 2, 15)]

    with (  # noqa: PT012 - leaving the context is part of it
        pytest.raises(ServiceEnded, match="no such port"),
        Supervisor(folder) as services,
    ):
        services.start("short", ["short"], {"PYTHONPATH": str(folder)})
        services.wait(lambda: False, seconds=20)

    for number, action in zip((1, 2, 15), before, strict=True):
        signal.signal(number, action)


def test_the_reaper_ends_what_ignores_it(folder: Path) -> None:
    reaper = Reaper()
    process = subprocess.Popen(
        [sys.executable, folder / "stubborn.py", folder / "pids"], start_new_session=True
    )
    wait_for(lambda: len(pids(folder)) == 2)
    reaper.adds(process.pid)

    reaper.finish()

    assert process.wait(5) == -signal.SIGKILL
    assert all(map(is_gone, pids(folder)))
    assert os.getpgid(0) != process.pid
