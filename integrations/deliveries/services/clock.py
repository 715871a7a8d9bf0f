"""The database's clock: leases, due times and quarantines are told by it, never by a worker's."""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.connections.services.clock import database_now
from integrations.visma.calls import boot_time

__all__ = ["DatabaseClock", "database_now"]


class DatabaseClock:
    """Reads the database's clock once and adds what has passed since by the boot clock.

    It goes on right through a stop of the process and a change of the wall clock.
    """

    def __init__(self) -> None:
        self._since = boot_time()
        self._read = database_now()

    def now(self) -> datetime:
        return self._read + timedelta(seconds=boot_time() - self._since)
