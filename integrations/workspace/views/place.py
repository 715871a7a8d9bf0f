"""Whose page it is, and what every page of a tenant shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from integrations.deliveries.services.standing import MOST
from integrations.tenants.access import SignedInRequest
from integrations.tenants.models import Tenant
from integrations.tenants.services import may_act


def page(
    request: SignedInRequest,
    tenant: Tenant,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the tenant."""
    return render(
        request,
        template,
        {
            "tenant": tenant,
            "may_act": may_act(request.user, tenant),
            "several_tenants": request.user.memberships.count() > 1,
            "most": MOST,
            "now": timezone.now(),
            **context,
        },
        status=status,
    )
