"""Connections as staff see them: what waits, what needs a person, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.connections.models import Connection
from integrations.connections.services import incidents, states
from integrations.connections.services.findings import Explanation, explain
from integrations.connections.services.states import Shown
from integrations.deliveries.models import Lane
from integrations.deliveries.services import pauses
from integrations.deliveries.services.standing import with_counts
from integrations.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Row:
    """A connection with what waits, what needs a person, and what is wrong with it."""

    connection: Connection
    state: Shown
    waiting: int
    oldest_at: datetime | None
    in_shadow: bool
    needs_person: int
    told: Explanation | None

    @property
    def shown(self) -> str:
        return self.state.state

    @property
    def held_since(self) -> datetime | None:
        """Since when the oldest order waits for the connection; None while it works."""
        return None if self.state.state == states.State.CONNECTED else self.oldest_at


def rows_of(connections: list[Connection]) -> list[Row]:
    """Wants ``company__tenant`` and ``integration`` selected. Four queries, however many."""
    held = incidents.held_applications()
    paused = pauses.of_connections(connections)
    counted = with_counts(Lane.objects.filter(connection__in=connections))
    lanes = {lane.connection_id: lane for lane in counted}
    return [
        _row(connection, lanes.get(connection.pk), held, is_paused=connection.pk in paused)
        for connection in connections
    ]


def of_tenant(tenant: Tenant) -> list[Row]:
    connections = Connection.objects.for_tenant(tenant).select_related(
        "company__tenant", "integration"
    )
    return rows_of(list(connections.order_by("company__name", "pk")))


def _row(connection: Connection, lane: Lane | None, held: set[int], *, is_paused: bool) -> Row:
    company = connection.company
    told = None
    if connection.problem:
        told = explain(connection.problem, tenant=company.tenant.name, company=str(company))
    return Row(
        connection,
        states.shown(connection, held_applications=held, paused=is_paused),
        waiting=getattr(lane, "waiting", 0),
        oldest_at=getattr(lane, "oldest_at", None),
        in_shadow=lane is not None and lane.shadow_since is not None,
        needs_person=getattr(lane, "needs_person", 0),
        told=told,
    )
