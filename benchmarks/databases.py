"""More than one database on the private server: some with far more in them than a round needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction

from integrations.deliveries.models import Attempt, Delivery
from integrations.orders.models import SalesOrder

# Copies get ids of their own, so far behind those they are made from.
STRIDE = 1_000_000


@contextmanager
def within(name: str) -> Iterator[None]:
    """Speak to this database until the end of the block, in processes begun meanwhile too.

    It is made as a copy of the present one where it isn't there yet.
    """
    kept, url = str(connection.settings_dict["NAME"]), os.environ["DATABASE_URL"]
    _make(name)
    _turn_to(name, url.replace(f"/{kept}?", f"/{name}?"))
    try:
        yield
    finally:
        _turn_to(kept, url)


def _make(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database(), count(*) FROM pg_database WHERE datname = %s", [name]
        )
        present, there = cursor.fetchone()
        if not there:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{present}"')


def _turn_to(name: str, url: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = url


def multiply(times: int) -> None:
    """Add so many copies of every order, with its delivery and its attempts, as they stand.

    Each copy has a reference and a number of its own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            # No check of foreign keys, row by row: what a copy refers to was copied before it.
            cursor.execute("SET LOCAL session_replication_role = replica")
        _copy(
            SalesOrder,
            times,
            {
                "reference": "t.reference || '-' || n",
                "content": "jsonb_set(t.content, '{reference}', to_jsonb(t.reference || '-' || n))",
            },
        )
        number = "CASE t.visma_number WHEN '' THEN '' ELSE t.visma_number || '-' || n END"
        _copy(Delivery, times, {"order_id": _moved("order_id"), "visma_number": number})
        _copy(Attempt, times, {"delivery_id": _moved("delivery_id"), "visma_number": number})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _moved(column: str) -> str:
    return f"t.{column} + n::bigint * {STRIDE}"


def _copy(model: type[models.Model], times: int, changed: dict[str, str]) -> None:
    changed = {"id": _moved("id"), **changed}
    columns = [str(field.column) for field in model._meta.concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values}"  # noqa: S608 - names of our own models
            f" FROM {table} t, generate_series(1, %s) n",
            [times],
        )
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))",  # noqa: S608 - as above
            [table],
        )
