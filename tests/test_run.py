"""The shell script in front of everything, on a machine made of stubs."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ["sh", "cat", "cksum", "cp", "dirname", "env", "grep", "mkdir", "rm", "touch"]
# Writes down what it was asked; makes a folder of itself for a virtual environment.
PYTHON = """#!/bin/sh
echo "python $*" >>"$MACHINE/calls"
case "$*" in
"-m venv .venv")
    [ -e "$MACHINE/has-venv" ] || { mkdir .venv; exit 1; }
    mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*"uv pip sync"*) [ ! -e "$MACHINE/without-uv" ] ;;
esac
"""
ID = '#!/bin/sh\ncat "$MACHINE/uid"\n'
APT = """#!/bin/sh
echo "apt-get $*" >>"$MACHINE/calls"
case "$*" in *python3-venv) touch "$MACHINE/has-venv" ;; esac
"""


@dataclass
class Machine:
    folder: Path
    project: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.project / "run", *arguments],
            env={"PATH": str(self.folder), "MACHINE": str(self.folder), "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def calls(self) -> list[str]:
        """What was called since it was asked last, without looks at versions."""
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [line for line in lines if " -c " not in line and "--version" not in line]

    def installs(self) -> list[str]:
        """The requirement files that were installed since."""
        return [Path(line.split()[-1]).stem for line in self.calls() if ".txt" in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A user with Python and its venv, who is not root and has no sudo."""
    folder, project = tmp_path / "bin", tmp_path / "a project"
    folder.mkdir()
    (project / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "run", project / "run")
    for name in ("uv", "base", "test"):
        (project / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    for name, text in {"python3": PYTHON, "id": ID, "apt-get": APT}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    (folder / "uid").write_text("1000")
    (folder / "has-venv").touch()
    return Machine(folder, project)


def test_sets_up_and_calls_the_real_command(machine: Machine) -> None:
    assert machine.run("manage", "check", "--deploy").returncode == 0

    calls = machine.calls()
    assert calls[0] == "python -m venv .venv"
    assert [call.split()[-1] for call in calls[1:3]] == [
        "requirements/uv.txt",
        "requirements/base.txt",
    ]
    assert calls[3:] == ["python manage.py check --deploy"]


def test_installs_nothing_a_second_time(machine: Machine) -> None:
    machine.run("demo")
    machine.calls()

    machine.run("demo", "--once")

    assert machine.calls() == ["python -m demo --once"]


def test_installs_again_when_the_lock_changed(machine: Machine) -> None:
    machine.run("demo")
    machine.calls()
    (machine.project / "requirements/base.txt").write_text("base==2\n")

    machine.run("demo")

    assert machine.installs() == ["uv", "base"]


def test_leaves_the_test_tools_in_place(machine: Machine) -> None:
    machine.run("test", "tests/orders")
    assert machine.installs() == ["uv", "test"]

    machine.run("demo")

    assert machine.installs() == []


def test_falls_back_to_pip(machine: Machine) -> None:
    (machine.folder / "without-uv").touch()

    assert machine.run("demo").returncode == 0

    assert machine.installs() == ["uv", "base", "base"]


def test_installs_a_missing_venv_as_root(machine: Machine) -> None:
    (machine.folder / "has-venv").unlink()
    (machine.folder / "uid").write_text("0")

    assert machine.run("demo").returncode == 0

    installed = [call for call in machine.calls() if call.startswith("apt-get")]
    assert installed[0].startswith("apt-get update")
    assert installed[1].endswith("python3-venv")


def test_says_which_line_to_type_for_a_missing_venv(machine: Machine) -> None:
    (machine.folder / "has-venv").unlink()

    ended = machine.run("demo")

    assert ended.returncode == 1
    assert "sudo apt-get install -y python3-venv" in ended.stderr
    assert not (machine.project / ".venv").exists()


def test_never_skips_the_browser(machine: Machine) -> None:
    ended = machine.run("test")

    assert ended.returncode == 1
    assert "sudo apt-get install -y chromium" in ended.stderr
    assert "python -m tests" not in machine.calls()


def test_runs_everything_where_there_is_a_browser(machine: Machine) -> None:
    (machine.folder / "chromium").symlink_to(machine.folder / "python3")

    assert machine.run("test").returncode == 0

    assert machine.calls()[-1] == "python -m tests"


def test_explains_itself(machine: Machine) -> None:
    assert "./run demo [--once]" in machine.run().stdout
    assert machine.run("dance").returncode == 2
