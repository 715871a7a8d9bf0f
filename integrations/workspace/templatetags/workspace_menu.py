"""The menu of a tenant's pages, whichever app the page is of."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from integrations.tenants.models import Tenant
from integrations.workspace.services.overview import broken_count, needs_you_count

register = template.Library()


@register.inclusion_tag("parts/workspace_nav.html", takes_context=True)
def workspace_menu(context: Context) -> dict[str, Any]:
    """The pages, with how much needs somebody on each. Two bounded counts."""
    tenant = context.get("tenant")
    if not isinstance(tenant, Tenant):
        return {}
    return {
        "tenant": tenant,
        "request": context.get("request"),
        "needs_you": needs_you_count(tenant),
        "broken": broken_count(tenant),
    }
