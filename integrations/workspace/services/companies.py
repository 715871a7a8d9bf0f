"""What a tenant does to a connection besides connecting it: pausing, and what orders get."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Connection
from integrations.deliveries.services import pausing, reaches
from integrations.tenants.models import User

DEFAULTS = ("order_type", "branch", "tax_category", "first_status")


def pause(connection: Connection, *, by: User, now: datetime) -> None:
    """Send nothing more to the company."""
    pausing.pause(reaches.of_connection(connection), by=by, now=now)


def resume(connection: Connection, *, by: User, now: datetime) -> bool:
    """Let orders go out again; False when it was not paused."""
    return pausing.resume(reaches.of_connection(connection), by=by, now=now)


@transaction.atomic
def set_defaults(
    connection: Connection, values: dict[str, Any], *, by: User, now: datetime
) -> None:
    """Store what an order gets when it doesn't say. Orders built before keep what they have."""
    kept = {name: values[name] for name in DEFAULTS}
    Connection.objects.filter(pk=connection.pk).update(**kept)
    _record(connection, "connection.defaults_set", by, now, **kept)


def _record(connection: Connection, verb: str, by: User, now: datetime, **facts: Any) -> None:
    record(
        connection.company.tenant,
        verb,
        facts={"connection": connection.pk, "by": by.pk, **facts},
        now=now,
    )
