"""What the hot statements share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from integrations.deliveries.models import Attempt, Delivery


def moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def skip_locked(table: str = "") -> str:
    if not connection.features.has_select_for_update_skip_locked:
        return ""
    return f" FOR UPDATE OF {table} SKIP LOCKED" if table else " FOR UPDATE SKIP LOCKED"


def column_type(model: type[Delivery | Attempt], column: str) -> str:
    """The column's type for CAST, the only spelling that is right on both databases."""
    return str(model._meta.get_field(column).cast_db_type(connection))  # type: ignore[union-attr]  # ours are columns


def select(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
