"""Connections as staff see them: what waits, what needs a person, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.connections.models import Connection
from integrations.connections.services.findings import Explanation, explain
from integrations.deliveries.models import Lane
from integrations.deliveries.services.standing import with_counts
from integrations.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Row:
    """A connection with what waits, what needs a person, and what is wrong with it."""

    connection: Connection
    waiting: int
    needs_person: int
    told: Explanation | None

    @property
    def shown(self) -> str:
        if self.connection.state == Connection.State.CONNECTED:
            if self.connection.confirmed_at is None:
                return "waits"
            if self.connection.paused_at is not None:
                return "paused"
        return self.connection.state


def rows_of(connections: list[Connection]) -> list[Row]:
    """Wants ``company__tenant`` selected. Two queries, however many there are."""
    counted = with_counts(Lane.objects.filter(connection__in=connections))
    lanes = {lane.connection_id: lane for lane in counted}
    return [_row(connection, lanes.get(connection.pk)) for connection in connections]


def of_tenant(tenant: Tenant) -> list[Row]:
    connections = Connection.objects.for_tenant(tenant).select_related(
        "company__tenant", "integration"
    )
    return rows_of(list(connections.order_by("company__name", "pk")))


def _row(connection: Connection, lane: Lane | None) -> Row:
    company = connection.company
    told = None
    if connection.problem:
        told = explain(connection.problem, tenant=company.tenant.name, company=str(company))
    return Row(
        connection,
        waiting=getattr(lane, "waiting", 0),
        needs_person=getattr(lane, "needs_person", 0),
        told=told,
    )
