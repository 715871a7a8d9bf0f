"""The portal's programs as processes that are killed, frozen and replaced, and counted after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.servers import children_of, end, is_alive, send
from demo import processes
from demo.reaper import Reaper

ROOT = Path(__file__).resolve().parent.parent
WORKER = ["celery", "-A", "portal", "worker", "--without-gossip", "--without-mingle"]
SKEWED = ROOT / "chaos" / "skewed"
# Whoever is told to end may end with any code, but not so.
CRASHED = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL)


@dataclass(slots=True)
class Program:
    """One of the portal's programs, and the process it is at the moment.

    ``back_at`` is when it is to be started again after we ended it; None while it should run.
    """

    name: str
    command: Sequence[str | Path]
    process: subprocess.Popen[bytes]
    generation: int = 0
    clock_ahead: int = 0
    back_at: float | None = None


@dataclass(slots=True)
class Crash:
    """A process that ended though nobody here had ended it, or didn't end when told to."""

    name: str
    code: int | None
    at: float


@dataclass(slots=True)
class Leaving:
    """A process that was told to end, and is replaced already or will be."""

    name: str
    process: subprocess.Popen[bytes]
    until: float


@dataclass(slots=True)
class Fleet:
    """Starts programs and looks after them; ``tend`` must be called often.

    ``crashes`` is what ended uncaused. Times are ``time.monotonic``'s.
    """

    environment: Mapping[str, str]
    logs: Path
    reaper: Reaper
    grace: float
    programs: dict[str, Program] = field(default_factory=dict)
    crashes: list[Crash] = field(default_factory=list)
    starts: int = 0
    _leaving: list[Leaving] = field(default_factory=list)

    def add(self, name: str, command: Sequence[str | Path]) -> None:
        self.programs[name] = Program(name, command, self._start(name, command, 0, 0))

    def add_workers(
        self, push: Sequence[str], workers: Sequence[str], beats: Sequence[str]
    ) -> None:
        for name in push:
            self.add(name, [*WORKER, "-Q", "push", "--pool", "threads", "-c", "1"])
        for name in workers:
            self.add(name, [*WORKER, "-Q", "celery", "-c", "2"])
        for name in beats:
            schedule = self.logs / f"{name}.schedule"
            self.add(name, ["celery", "-A", "portal", "beat", "-s", schedule, "--pidfile="])

    def kill(self, name: str, *, back_in: float) -> bool:
        """Ends the whole group by kill -9. False when it was away already."""
        return self._kill(name, back_in, group=True)

    def kill_parent(self, name: str, *, back_in: float) -> bool:
        """Ends the parent alone; its children find themselves without one."""
        return self._kill(name, back_in, group=False)

    def kill_child(self, name: str) -> bool:
        """Ends one child of a worker; its parent makes another."""
        children = sorted(children_of(self.programs[name].process.pid))
        return bool(children) and send(children[-1], signal.SIGKILL)

    def term(self, name: str) -> bool:
        """Asks it to end, and starts the next one once it has."""
        program = self.programs[name]
        if program.back_at is not None or not self._ask_to_end(program):
            return False
        program.back_at = float("inf")
        return True

    def replace(self, name: str, *, clock_ahead: int | None = None) -> bool:
        """Asks it to end and starts the next one beside it, as a release does."""
        program = self.programs[name]
        if program.back_at is not None:
            return False
        self._ask_to_end(program)
        if clock_ahead is not None:
            program.clock_ahead = clock_ahead
        self._begin(program)
        return True

    def freeze(self, name: str) -> subprocess.Popen[bytes] | None:
        """Stops the whole group by SIGSTOP. Returns the process, to be let go on."""
        program = self.programs[name]
        if program.back_at is not None:
            return None
        os.killpg(program.process.pid, signal.SIGSTOP)
        return program.process

    def tend(self) -> None:
        """Starts what is due to be back, and notes what ended by itself."""
        now = time.monotonic()
        for leaving in list(self._leaving):
            self._see_off(leaving, now)
        for program in self.programs.values():
            if program.back_at is None:
                code = program.process.poll()
                if code is not None:
                    self.crashes.append(Crash(program.name, code, now))
                    self._begin(program)
            elif now >= program.back_at:
                self._begin(program)

    def end(self) -> None:
        """Ends everything at once: nothing more is counted, and nothing is kept."""
        for leaving in self._leaving:
            end(leaving.process, grace=0)
        for program in self.programs.values():
            end(program.process, grace=0)

    def _kill(self, name: str, back_in: float, *, group: bool) -> bool:
        program = self.programs[name]
        if program.back_at is not None or program.process.poll() is not None:
            return False
        (os.killpg if group else os.kill)(program.process.pid, signal.SIGKILL)
        program.process.wait()
        program.back_at = time.monotonic() + back_in
        return True

    def _ask_to_end(self, program: Program) -> bool:
        if not send(program.process.pid, signal.SIGTERM):
            return False
        until = time.monotonic() + self.grace
        self._leaving.append(Leaving(program.name, program.process, until))
        return True

    def _see_off(self, leaving: Leaving, now: float) -> None:
        program, code = self.programs[leaving.name], leaving.process.poll()
        if code is None and now < leaving.until:
            return
        if code is None or code in CRASHED:
            self.crashes.append(Crash(f"{leaving.name}, told to end,", code, now))
            end(leaving.process, grace=0)
        self._leaving.remove(leaving)
        if program.process is leaving.process:
            self._begin(program)

    def postpone(self, process: subprocess.Popen[bytes]) -> None:
        """A process that was frozen while it was to end gets its grace anew."""
        for leaving in self._leaving:
            if leaving.process is process:
                leaving.until = time.monotonic() + self.grace

    def _begin(self, program: Program) -> None:
        program.generation += 1
        program.back_at = None
        program.process = self._start(
            program.name, program.command, program.generation, program.clock_ahead
        )

    def _start(
        self, name: str, command: Sequence[str | Path], generation: int, ahead: int
    ) -> subprocess.Popen[bytes]:
        self.starts += 1
        known = [f"-n{name}-{generation}@chaos"] if "worker" in command else []
        environment = dict(self.environment)
        if ahead:
            environment |= {"PYTHONPATH": str(SKEWED), "CHAOS_CLOCK_AHEAD": str(ahead)}
        process = processes.start(
            [sys.executable, "-m", *command, *known],
            environment=environment,
            folder=ROOT,
            log=self.logs / f"{name}.log",
        )
        self.reaper.adds(process.pid)
        return process

    def left_behind(self) -> list[int]:
        """Groups that live on though their leader was killed: orphans that don't end."""
        leaders = {program.process.pid for program in self.programs.values()}
        groups = {os.getpgid(pid) for pid in _ours()}
        return sorted(group for group in groups - leaders if not is_alive(group))


def _ours() -> list[int]:
    """The children of this process, adopted ones too."""
    return [pid for pid in children_of(os.getpid()) if is_alive(pid)]
