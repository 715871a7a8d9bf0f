"""Emptying the database after a test that committed: only the tables that have rows.

Django truncates every table and makes content types and permissions anew. That takes PostgreSQL
a new file for each table and index, for a handful of rows.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# What `migrate` leaves behind, and no test writes.
KEPT = {"django_content_type", "auth_permission"}


class Command(flush.Command):
    """Takes the place of ``flush`` in tests."""

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor == "postgresql" and not _may_skip_checks(connection):
            super().handle(**options)
            return
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # No triggers, no foreign keys: the order of tables doesn't matter.
                cursor.execute("SET LOCAL session_replication_role = replica")
            for table in _with_rows(connection):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _may_skip_checks(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        return bool(cursor.fetchone() == ("on",))


def _with_rows(connection: BaseDatabaseWrapper) -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in tables
        if table not in KEPT
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [row[0] for row in cursor.fetchall()]
