"""What PostgreSQL spent on which statement and in which of its processes.

The statements are pg_stat_statements' own account, in elapsed time; CPU comes from /proc.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from benchmarks import processor_time

EXTENSION = "pg_stat_statements"
SETTINGS = ["-c", f"shared_preload_libraries={EXTENSION}", "-c", f"{EXTENSION}.track_planning=on"]
_BEGINNING = re.compile(r"\b(UPDATE (?!SKIP|OF )|INSERT INTO|DELETE FROM).*", re.IGNORECASE)
_CHARACTERS = 52


@dataclass(frozen=True, slots=True)
class Spent:
    """One statement: how often, elapsed milliseconds, rows, 8-kB blocks touched, WAL in bytes."""

    text: str
    calls: int
    milliseconds: float
    planning: float
    rows: int
    blocks: int
    dirtied: int
    wal: int


def binaries() -> Path | None:
    """Programs of a PostgreSQL that has the extension; the wheel's has not."""
    for place in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (place.parent / "lib" / f"{EXTENSION}.so").is_file():
            return place
    return None


def reset() -> bool:
    """Begin to count. False where this server can't."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('shared_preload_libraries')")
        if EXTENSION not in cursor.fetchone()[0]:
            return False
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
        cursor.execute(f"SELECT {EXTENSION}_reset()")
        return True


def spent(most: int) -> list[Spent]:
    """The dearest statements since ``reset``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query, calls, total_exec_time, total_plan_time, rows,"
            " shared_blks_hit + shared_blks_read, shared_blks_dirtied, wal_bytes::bigint"
            " FROM pg_stat_statements ORDER BY total_exec_time + total_plan_time DESC LIMIT %s",
            [most],
        )
        return [Spent(label(text), *figures) for text, *figures in cursor.fetchall()]


def label(text: str) -> str:
    """What tells a statement from others in one line: from its verb on, behind any WITH."""
    line = " ".join(text.split())
    found = _BEGINNING.search(line)
    return (found.group() if found else line)[:_CHARACTERS]


def cpu_by_process() -> dict[str, float]:
    """CPU seconds of PostgreSQL's processes by what they are."""
    spent_by: defaultdict[str, float] = defaultdict(float)
    for pid, seconds in processor_time.of_each_database_process().items():
        try:
            title = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
        except OSError:
            continue
        kind = title.removeprefix("postgres: ") if title.startswith("postgres: ") else "postmaster"
        # A backend's title goes on with user and database, and ends with what it does.
        spent_by["backends" if " " in kind and "portal" in kind else kind] += seconds
    return dict(spent_by)
