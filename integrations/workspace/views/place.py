"""Whose page it is, and what every page of a tenant shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.standing import MOST, NEEDS_PERSON
from integrations.tenants.access import SignedInRequest
from integrations.tenants.models import Tenant
from integrations.tenants.services import may_act
from integrations.workspace.services.overview import broken_count


def page(
    request: SignedInRequest,
    tenant: Tenant,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the tenant with its menu."""
    if "needs_you" not in context:
        context["needs_you"] = needs_you_count(tenant)
    return render(
        request,
        template,
        {
            "tenant": tenant,
            "may_act": may_act(request.user, tenant),
            "several_tenants": request.user.memberships.count() > 1,
            "broken": broken_count(tenant),
            "most": MOST,
            "now": timezone.now(),
            **context,
        },
        status=status,
    )


def needs_you_count(tenant: Tenant) -> int:
    """How many orders of the tenant need a person, up to ``MOST``."""
    lanes = Delivery.objects.for_tenant(tenant).filter(state__in=NEEDS_PERSON)
    return lanes.order_by()[:MOST].count()
