"""Nothing stays behind: neither what runs, nor what ended and nobody looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Starts a child that starts another, lets the first go, and says what is left of the second.
LEAVING = """
import subprocess, sys
from pathlib import Path
from demo import processes
processes.adopt_orphans()
inner = "import time; time.sleep({seconds})"
outer = (
    "import subprocess as s, sys;"
    f"print(s.Popen([sys.executable, '-c', {{inner!r}}], stdout=s.DEVNULL, stderr=s.DEVNULL).pid)"
)
left = int(subprocess.run([sys.executable, "-c", outer], capture_output=True, check=True).stdout)
processes.bury_orphans(grace=0.3)
print(Path(f"/proc/{{left}}").exists())
"""


def test_buries_what_ended() -> None:
    assert left_behind(seconds=0) == "False"


def test_kills_what_stays() -> None:
    assert left_behind(seconds=600) == "False"


def left_behind(*, seconds: int) -> str:
    program = LEAVING.format(seconds=seconds)
    command = [sys.executable, "-c", program]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    return ended.stdout.strip()
