"""Which pauses stand, and over what. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.connections.models import Connection
from integrations.deliveries.models import Lane, Pause
from integrations.tenants.models import Tenant

Scope = Pause.Scope
_WIDTHS = [Scope.EVERYTHING, Scope.APPLICATION, Scope.INTEGRATION, Scope.TENANT, Scope.CONNECTION]


def _widest_first(rows: Iterable[Pause]) -> list[Pause]:
    """Lifting a narrower one alone would change nothing. Staff's before a tenant's own."""
    return sorted(rows, key=_width)


def _width(row: Pause) -> tuple[float, bool]:
    # An integration of one tenant lies within that tenant.
    part = 0.5 if row.scope == Scope.INTEGRATION and row.tenant_id is not None else 0
    scope = Scope.TENANT if part else Scope(row.scope)
    return _WIDTHS.index(scope) + part, not row.by_staff


def standing() -> list[Pause]:
    """All that stands above single connections, the widest first."""
    rows = Pause.objects.standing().exclude(scope=Scope.CONNECTION)
    rows = rows.select_related("application", "integration", "tenant", "by")
    return _widest_first(rows)


def standing_count() -> int:
    """How many of them the staff set, up to a hundred."""
    rows = Pause.objects.standing().filter(by_staff=True)
    return rows.order_by()[:100].count()


def lifted(limit: int) -> list[Pause]:
    """The newest of those that stand no more."""
    rows = Pause.objects.exclude(lifted_at=None).exclude(scope=Scope.CONNECTION)
    rows = rows.select_related("application", "integration", "tenant", "by", "lifted_by")
    return list(rows.order_by("-lifted_at")[:limit])


def over_tenant(tenant: Tenant) -> list[Pause]:
    """What stands over a tenant as a whole or over one of its integrations, the widest first."""
    applications = Q(application__integrations__connections__company__tenant=tenant)
    integrations = Q(integration__connections__company__tenant=tenant, tenant=None)
    of_all = Q(scope=Scope.EVERYTHING) | Q(scope=Scope.APPLICATION) & applications
    rows = Pause.objects.standing().filter(
        of_all | Q(scope=Scope.INTEGRATION) & integrations | Q(tenant=tenant)
    )
    rows = rows.select_related("application", "integration", "tenant", "by").distinct()
    return _widest_first(rows)


def of_companies(tenant: Tenant) -> list[Pause]:
    """Those of a tenant's single connections, the newest first."""
    rows = Pause.objects.standing().filter(connection__company__tenant=tenant)
    return list(rows.select_related("connection__integration", "by"))


def of_connections(connections: Iterable[Connection]) -> dict[int, Pause]:
    """Connection id → the widest pause over it. Wants ``company`` and ``integration`` selected."""
    known = list(connections)
    tenants = {one.company.tenant_id for one in known}
    rows = Pause.objects.standing().filter(
        ~Q(scope=Scope.CONNECTION) & (Q(tenant=None) | Q(tenant__in=tenants))
        | Q(connection__in=[one.pk for one in known])
    )
    widest = _widest_first(rows.select_related("by"))
    found: dict[int, Pause] = {}
    for connection in known if widest else []:
        for row in widest:
            if _reaches(row, connection):
                found.setdefault(connection.pk, row)
    return found


def marked(lanes: QuerySet[Lane]) -> QuerySet[Lane]:
    """Lanes with ``is_paused``: whether a pause from above stands over them."""
    integration = OuterRef("connection__integration")
    tenant = OuterRef("connection__company__tenant")
    over = Pause.objects.standing().filter(
        Q(scope=Scope.EVERYTHING)
        | Q(scope=Scope.APPLICATION, application=OuterRef("connection__integration__application"))
        | Q(scope=Scope.INTEGRATION, integration=integration, tenant=None)
        | Q(scope=Scope.INTEGRATION, integration=integration, tenant=tenant)
        | Q(scope=Scope.TENANT, tenant=tenant)
    )
    return lanes.annotate(paused_above=Exists(over))


def _reaches(row: Pause, connection: Connection) -> bool:
    integration, company = connection.integration, connection.company
    match row.scope:
        case Scope.EVERYTHING:
            return True
        case Scope.APPLICATION:
            return row.application_id == integration.application_id
        case Scope.INTEGRATION:
            ours = row.tenant_id in (None, company.tenant_id)
            return ours and row.integration_id == integration.pk
        case Scope.TENANT:
            return row.tenant_id == company.tenant_id
    return row.connection_id == connection.pk
