"""What needs a person among all tenants, by cause: the same fault in ten tenants is one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from integrations.connections.models import Connection, Incident, Invitation
from integrations.connections.services.findings import explain
from integrations.console.services.connections import Row, rows_of
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services.standing import MOST, NEEDS_PERSON, with_counts

State = Connection.State
SHOWN = 10  # of each cause; the list of connections has the rest


@dataclass(frozen=True, slots=True)
class Cause:
    """``filters`` finds all its connections in the list of connections."""

    code: str
    heading: str
    who: str
    tenants: int
    connections: int
    since: datetime | None
    cases: list[Row]
    state: str
    filters: str

    @property
    def waiting(self) -> int:
        return min(sum(case.waiting for case in self.cases), MOST)

    @property
    def more(self) -> int:
        return self.connections - len(self.cases)


def causes() -> list[Cause]:
    """Broken connections by finding, then companies nobody said yes to. Worst first."""
    broken = Connection.objects.filter(state=State.BROKEN)
    found = [_broken(row) for row in _grouped(broken, "problem")]
    unconfirmed = Connection.objects.filter(state=State.CONNECTED, confirmed_at=None)
    for row in _grouped(unconfirmed, "state"):
        found.append(_unconfirmed(row, unconfirmed))
    return sorted(found, key=lambda cause: -cause.tenants)


def _grouped(rows: QuerySet[Connection], column: str) -> list[dict[str, Any]]:
    return list(
        rows.order_by()
        .values(column)
        .annotate(
            tenants=Count("company__tenant", distinct=True),
            connections=Count("pk"),
            since=Min("problem_since"),
        )
    )


def _broken(row: dict[str, Any]) -> Cause:
    told = explain(row["problem"], tenant=_("the tenant"))
    return Cause(
        code=row["problem"],
        heading=told.heading,
        who=told.who,
        tenants=row["tenants"],
        connections=row["connections"],
        since=row["since"],
        cases=_cases(Connection.objects.filter(problem=row["problem"])),
        state="broken",
        filters=f"problem={row['problem']}",
    )


def _unconfirmed(row: dict[str, Any], rows: QuerySet[Connection]) -> Cause:
    return Cause(
        code="not_confirmed",
        heading="",
        who="",
        tenants=row["tenants"],
        connections=row["connections"],
        since=None,
        cases=_cases(rows),
        state="held",
        filters="state=unconfirmed",
    )


def _cases(rows: QuerySet[Connection]) -> list[Row]:
    shown = rows.select_related("company__tenant", "integration")
    return rows_of(list(shown.order_by("problem_since", "pk")[:SHOWN]))


def lanes_with_orders_to_mend(limit: int = SHOWN) -> list[Lane]:
    """Lanes with orders that need a person, with their counts."""
    stuck = Delivery.objects.filter(lane=OuterRef("pk"), state__in=NEEDS_PERSON)
    lanes = Lane.objects.filter(Exists(stuck)).select_related("connection__company__tenant")
    return list(with_counts(lanes).order_by("pk")[:limit])


def approvals_awaited(limit: int = SHOWN) -> list[Invitation]:
    """Invitations whose pasted tenant id waits for the App Store."""
    waiting = Invitation.objects.filter(
        pasted_tenant_id__isnull=False, connected_at=None, withdrawn_at=None
    )
    return list(waiting.select_related("tenant", "integration").order_by("created_at")[:limit])


def open_incidents(limit: int = SHOWN) -> list[Incident]:
    rows = Incident.objects.filter(cleared_at=None)
    return list(rows.select_related("application", "connection__company__tenant")[:limit])


def working_count() -> int:
    works = Q(state=State.CONNECTED, confirmed_at__isnull=False, paused_at=None)
    return Connection.objects.filter(works).order_by()[:MOST].count()
