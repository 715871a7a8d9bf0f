"""What the hot statements share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from django.db import DataError, connection

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
    """Run a hot statement that answers rows. Raises Django's exceptions of the database."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())
    with _prepared(sql, parameters) as rows:
        return rows.fetchall()


def execute(sql: str, parameters: Sequence[Any]) -> None:
    """Run a hot statement that answers nothing."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
        return
    with _prepared(sql, parameters):
        return


@contextmanager
def _prepared(sql: str, parameters: Sequence[Any]) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """Values go to the server apart from the text, which it plans once per session.

    Django's own cursor writes values into the text, to be parsed and planned each time.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        try:
            cursor.execute(sql, parameters, prepare=True)
        except UnicodeEncodeError as error:
            raise DataError("a text the database can't hold") from error
        yield cursor
