"""Tenants by name, a page at a time, with how their connections stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services.standing import NEEDS_PERSON
from integrations.tenants.models import Tenant

PAGE = 50


@dataclass(slots=True)
class Row:
    """A tenant with its connections by state, and whether orders of it need a person."""

    tenant: Tenant
    states: Counter[str] = field(default_factory=Counter)
    orders_to_mend: bool = False

    @property
    def works(self) -> int:
        return self.states[Connection.State.CONNECTED]

    @property
    def broken(self) -> int:
        return self.states[Connection.State.BROKEN]

    @property
    def shown(self) -> str:
        if self.broken:
            return "broken"
        return "connected" if self.works else "waits"


@dataclass(frozen=True, slots=True)
class Page:
    """``newer`` and ``older`` are keys (a tenant's id) to go on from: here before and after."""

    rows: list[Row]
    newer: int | None
    older: int | None


def page(search: str, *, before: int | None = None, after: int | None = None) -> Page:
    """Up to ``PAGE`` tenants by name: after one of them, before one, or the first."""
    found = Tenant.objects.all()
    if search:
        found = found.filter(Q(name__icontains=search) | Q(slug__startswith=search.lower()))
    tenants = _forward(found, after) if before is None else _backward(found, before)
    more = len(tenants) > PAGE
    if before is not None and not more:
        return page(search)
    shown = tenants[:PAGE] if before is None else tenants[-PAGE:]
    return Page(
        _rows(shown),
        newer=shown[0].pk if shown and (after is not None or before is not None) else None,
        older=shown[-1].pk if shown and (more or before is not None) else None,
    )


def _forward(found: QuerySet[Tenant], after: int | None) -> list[Tenant]:
    key = Tenant.objects.filter(pk=after).first() if after is not None else None
    if key is not None:
        found = found.filter(Q(name__gt=key.name) | Q(name=key.name, pk__gt=key.pk))
    return list(found.order_by("name", "pk")[: PAGE + 1])


def _backward(found: QuerySet[Tenant], before: int) -> list[Tenant]:
    key = Tenant.objects.filter(pk=before).first()
    if key is not None:
        found = found.filter(Q(name__lt=key.name) | Q(name=key.name, pk__lt=key.pk))
    return list(found.order_by("-name", "-pk")[: PAGE + 1])[::-1]


def _rows(tenants: list[Tenant]) -> list[Row]:
    rows = {tenant.pk: Row(tenant) for tenant in tenants}
    counted = (
        Connection.objects.filter(company__tenant__in=tenants)
        .order_by()
        .values_list("company__tenant", "state")
        .annotate(number=Count("pk"))
    )
    for tenant_id, state, number in counted:
        rows[tenant_id].states[state] += number
    stuck = Delivery.objects.filter(lane=OuterRef("pk"), state__in=NEEDS_PERSON)
    lanes = Lane.objects.filter(Exists(stuck), connection__company__tenant__in=tenants)
    for tenant_id in lanes.values_list("connection__company__tenant", flat=True):
        rows[tenant_id].orders_to_mend = True
    return list(rows.values())
