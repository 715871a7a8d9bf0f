"""The database's clock: leases, due times and quarantines are told by it, never by a worker's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from integrations.visma.calls import boot_time


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


class DatabaseClock:
    """Reads the database's clock once and adds what has passed since by the boot clock.

    It goes on right through a stop of the process and a change of the wall clock.
    """

    def __init__(self) -> None:
        self._since = boot_time()
        self._read = database_now()

    def now(self) -> datetime:
        return self._read + timedelta(seconds=boot_time() - self._since)
