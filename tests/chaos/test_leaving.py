"""Ctrl-C in the middle: nothing that was started is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deliveries.workers import until
from tests.sandbox_process import ROOT


def test_leaves_nothing_behind_when_it_is_interrupted() -> None:
    # A unix socket's path must be short, and PostgreSQL's user must reach it.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        chaos = subprocess.Popen(
            [sys.executable, "-m", "chaos", "--orders", "1"],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": folder},
            stdout=subprocess.DEVNULL,
        )
        until(lambda: any(Path(folder).glob("chaos-*/valkey.sock")), seconds=60)
        chaos.send_signal(signal.SIGINT)

        assert chaos.wait(60) == 130
        assert list(Path(folder).iterdir()) == []
        assert not [line for line in command_lines() if folder in line]


def command_lines() -> list[str]:
    """How every process on this machine was started."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_text(errors="replace"))
        except OSError:
            continue
    return lines
