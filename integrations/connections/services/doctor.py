"""The ordered checks after a connection is made or breaks.

Each names what is wrong and who must act. Only a read that succeeded over the connection's own
route makes it connected; an outage or a throttle changes nothing but when to look again.
"""

from __future__ import annotations

from datetime import datetime

from integrations.connections.models import Connection
from integrations.connections.services import quotas, standing
from integrations.connections.services.examination import (
    NO_LICENCE_OR_ROLE,
    Found,
    Later,
    Visit,
    loaded,
)
from integrations.connections.services.reports import (
    Check,
    Report,
    all_well,
    not_looked,
    report_of,
    stopped_at,
    throttled,
)

__all__ = ["NO_LICENCE_OR_ROLE", "Check", "Report", "examine", "report_of"]


def examine(connection: Connection, *, in_background: bool = False, now: datetime) -> Report:
    """Look at a connection in whatever state, write what was found, and report.

    ``in_background``: nobody waits for it, so it leaves the rest of the allowance alone.
    """
    connection = loaded(connection.pk)
    if connection.state == Connection.State.DISCONNECTED:
        return not_looked()
    opens_at = quotas.opens_at(
        connection.integration.application_id,
        connection.company.visma_key,
        in_background=in_background,
        now=now,
    )
    if opens_at is not None:
        standing.wait(connection, until=opens_at)
        return throttled(connection, opens_at)
    visit = Visit(connection, in_background=in_background, now=now)
    report = _settle(connection, visit, now=now)
    standing.note_visit(connection, offset=visit.offset, now=now)
    return report


def _settle(connection: Connection, visit: Visit, *, now: datetime) -> Report:
    try:
        visit.go()
    except Found as found:
        standing.find_broken(connection, found.finding, now=now)
        # Where the cause shows by what was there before, it has another name by now.
        finding, until = connection.problem or found.finding, connection.look_again_at
        return stopped_at(connection, visit.at, finding, until=until)
    except Later as later:
        standing.wait(connection, until=later.until)
        return stopped_at(connection, visit.at, later.finding, until=later.until)
    standing.prove(connection, now=now)
    return all_well(connection, offset=visit.offset, seconds=visit.read_seconds)
