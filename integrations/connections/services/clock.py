"""The database's clock, by which leases and due times are told."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """The time by the database. On SQLite that is this machine's."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp()"
            if postgres
            else "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"
        )
        (value,) = cursor.fetchone()
    return value if postgres else datetime.fromisoformat(value).replace(tzinfo=UTC)
