"""Tracebacks of our code in the programs' logs, a bug's told from those a fault accounts for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

BEGINS = "Traceback (most recent call last):"
# The last line of a traceback: the exception's class, with its module, and what it says.
_ENDS = re.compile(r"^((?:\w+\.)*[A-Za-z_]\w*)(?::|$)")

# A frame of our own; what libraries say among themselves is theirs.
_OURS = re.compile(r'File "[^"]*/(?:integrations|portal)/[^"]*"')

# What a server that is away makes our programs say, by the class of the fault that took it away.
DATABASE = frozenset({
    "OperationalError", "InterfaceError", "AdminShutdown", "CrashShutdown", "CannotConnectNow",
    "IdleInTransactionSessionTimeout", "QueryCanceled", "LockNotAvailable", "ConnectionTimeout",
})  # fmt: skip
BROKER = frozenset({
    "OperationalError", "ConnectionError", "ConnectionRefusedError", "ConnectionResetError",
    "BrokenPipeError", "TimeoutError", "BusyLoadingError", "InconsistencyError", "ResponseError",
})  # fmt: skip
KILLED = frozenset({"WorkerLostError"})
CAUSES = {
    "database": DATABASE,
    "broker": BROKER,
    "kill": KILLED,
}


@dataclass(frozen=True, slots=True)
class Trace:
    """One traceback: in which log, which exception, and its text."""

    log: str
    exception: str
    text: str

    def __str__(self) -> str:
        """Its last frame of ours, and what it ended in."""
        frames = _OURS.findall(self.text)
        return f"{self.log}: {frames[-1]} … {self.text.rpartition(chr(10))[2]}"


def traces(logs: Iterable[Path]) -> Iterator[Trace]:
    for log in logs:
        lines = log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if BEGINS in line:
                trace = _trace(log.name, lines[number:])
                if _OURS.search(trace.text):
                    yield trace


def uncaused(found: Iterable[Trace], classes: Iterable[str]) -> list[Trace]:
    """Those that no fault of the classes thrown accounts for."""
    excused = frozenset().union(*(CAUSES.get(kind, frozenset()) for kind in classes))
    return [trace for trace in found if trace.exception not in excused]


def _trace(log: str, lines: list[str]) -> Trace:
    """From the line that begins it to the first that is not indented, chained ones apart."""
    for number, line in enumerate(lines[1:], 1):
        if line.startswith((" ", "\t", "+", "|")) or not line.strip():
            continue
        if match := _ENDS.match(line):
            name = match[1].rpartition(".")[2]
            return Trace(log, name, "\n".join(lines[: number + 1]))
        break
    return Trace(log, "", "\n".join(lines[:40]))
