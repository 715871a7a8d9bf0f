"""The whole demo, as a person starts it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.supervisor import ROOT
from tests.demo.test_supervisor import is_gone, wait_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A path with a blank and a letter beyond ASCII, as home folders have."""
    return tmp_path / "Åse Demo"


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "demo", "--folder", str(folder), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def started_by(folder: Path) -> set[int]:
    """Every process whose environment or arguments name the folder."""
    name = str(folder).encode()
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if name in said:
            found.add(int(process.name))
    return found


@pytest.mark.timeout(240)
def test_delivers_every_good_order_once_and_leaves_nothing(folder: Path) -> None:
    demo = start(folder, "--once")

    said, _ = demo.communicate(timeout=200)

    assert demo.returncode == 0, said
    assert re.search(r"Fjordlys AS\s+150\s+150\s+10", said)
    assert re.search(r"Fjordlys Sverige AB\s+150\s+150\s+10", said)
    assert re.search(r"\b536\d{3} → SO 000001\b", said)
    wait_for(lambda: not started_by(folder))


@pytest.mark.timeout(240)
def test_stays_up_with_addresses_until_ctrl_c(folder: Path) -> None:
    demo = start(folder)
    assert demo.stdout
    said = ""
    while "Ctrl-C ends it all." not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    running = started_by(folder)

    demo.send_signal(signal.SIGINT)

    assert demo.wait(60) == 0
    assert "password “nordhandel demo”" in said
    assert len(running) > 6
    wait_for(lambda: all(map(is_gone, running)))
    demo.stdout.close()
