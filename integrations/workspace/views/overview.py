"""The overview: does it work, what waits, what needs you."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.connections.models import Integration
from integrations.deliveries.services import pauses
from integrations.deliveries.services.standing import MOST
from integrations.tenants.access import SignedInRequest, tenant_seen_by
from integrations.workspace.services import charts, headings, overview, pause_words, today
from integrations.workspace.views.place import page


@require_safe
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    now = timezone.now()
    rows = overview.rows_of(tenant, now=now, with_day=True)
    if not rows:
        offered = Integration.objects.exists()
        return page(request, tenant, "workspace/first.html", {"offered": offered})
    day = today.together(row.day for row in rows)
    urgent = [row for row in rows if row.step in headings.NEEDS_STEP]
    hours = range(timezone.localtime(now).hour + 1)
    return page(
        request,
        tenant,
        "workspace/overview.html",
        {
            "standing": [pause_words.seen(row) for row in pauses.over_tenant(tenant)],
            "rows": [(row, charts.spark([row.day.hours[h] for h in hours])) for row in rows],
            "tell_apart": overview.share_a_company(rows),
            "heading": headings.of_overview(rows),
            "day": day,
            "waiting": min(sum(row.waiting for row in rows), MOST),
            "chart": charts.by_hour(day) if day.accepted else None,
            "worst": urgent[0] if urgent else None,
            "others": len(urgent) - 1,
        },
    )
