"""Many rows as a table that a statement joins with.

The statement's text stays the same whatever the number of rows, so that PostgreSQL plans it once:
an array for each column there, one JSON text on SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

Row = Sequence[Any]
# Column → how the database reads it: bigint, boolean, text or timestamptz.
Columns = dict[str, str]


def as_table(name: str, columns: Columns, rows: Iterable[Row]) -> tuple[str, list[str]]:
    """``name(column, …) AS (…)`` for a WITH clause, and its parameters.

    A text the database can't hold (a lone surrogate, NUL) is refused as bad data.
    """
    if connection.vendor == "postgresql":
        kinds = columns.values()
        marks = ", ".join(f"%s::{kind}[]" for kind in kinds)
        turned = list(zip(*rows, strict=True)) or [()] * len(columns)
        return (
            f"{name}({', '.join(columns)}) AS (SELECT * FROM unnest({marks}))",
            [_ARRAYS[kind](values) for kind, values in zip(kinds, turned, strict=True)],
        )
    members = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(columns)))
    text = json.dumps([list(row) for row in rows], default=_written, separators=(",", ":"))
    return f"{name}({', '.join(columns)}) AS (SELECT {members} FROM json_each(%s))", [text]


def _numbers(values: Iterable[int | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _truths(values: Iterable[bool]) -> str:
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"


def _moments(values: Iterable[datetime | None]) -> str:
    return (
        "{" + ",".join(["NULL" if value is None else value.isoformat() for value in values]) + "}"
    )


def _texts(values: Iterable[str | None]) -> str:
    quoted = [
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    ]
    return "{" + ",".join(quoted) + "}"


_ARRAYS: dict[str, Callable[[Iterable[Any]], str]] = {
    "bigint": _numbers,
    "boolean": _truths,
    "timestamptz": _moments,
    "text": _texts,
}


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    raise TypeError(f"{type(value).__name__} has no place in a row")
