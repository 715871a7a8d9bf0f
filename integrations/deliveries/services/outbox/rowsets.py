"""Many rows as one parameter: a JSON array that the database reads as a table.

One parameter instead of one per value: the statement's text stays the same whatever the number of
rows, and neither driver nor server counts placeholders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

Row = Sequence[Any]
# Column → how the database reads it: bigint, boolean, text or timestamptz.
Columns = dict[str, str]


def as_table(name: str, columns: Columns, rows: Iterable[Row]) -> tuple[str, str]:
    """``name(column, …) AS (…)`` for a WITH clause, and its one parameter.

    A text the database can't hold (a lone surrogate, NUL) is refused by it as bad data.
    """
    names = list(columns)
    text = json.dumps(
        [dict(zip(names, row, strict=True)) for row in rows],
        default=_written,
        separators=(",", ":"),
    )
    return f"{name}({', '.join(names)}) AS ({_read(columns)})", text


def _read(columns: Columns) -> str:
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"SELECT * FROM json_to_recordset(%s) AS given({typed})"
    members = ", ".join(f"json_extract(value, '$.{name}')" for name in columns)
    return f"SELECT {members} FROM json_each(%s)"


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    raise TypeError(f"{type(value).__name__} has no place in a row")
