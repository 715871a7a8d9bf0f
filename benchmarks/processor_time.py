"""Seconds of CPU, as Linux counts them in /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    seconds: float


def of_tree(pid: int) -> float:
    """User and system time of a process and its descendants, those that ended among them."""
    processes = _all()
    return sum(processes[one].seconds for one in _tree(pid, processes) if one in processes)


def tree_of(pid: int) -> set[int]:
    """A process and its descendants."""
    return _tree(pid, _all())


def _tree(pid: int, processes: dict[int, _Process]) -> set[int]:
    tree, found = {pid}, {pid}
    while found:
        found = {child for child, one in processes.items() if one.parent in found} - tree
        tree |= found
    return tree


def of_database() -> float:
    """The same of the PostgreSQL server behind Django's connection, which runs on this machine."""
    return of_tree(_postmaster())


def of_each_database_process() -> dict[int, float]:
    """The same of each of its processes, by process id."""
    postmaster = _postmaster()
    return {
        pid: one.seconds
        for pid, one in _all().items()
        if pid == postmaster or one.parent == postmaster
    }


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return _all()[backend].parent


def _all() -> dict[int, _Process]:
    processes = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # After the name in brackets. From the 14th of all: user, system, and both of the
            # children that were waited for (proc(5)).
            fields = stat.read_text().rpartition(")")[2].split()
            ticks = sum(int(field) for field in fields[11:15])
            processes[int(stat.parent.name)] = _Process(int(fields[1]), ticks / TICKS)
    return processes
