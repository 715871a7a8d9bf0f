"""The menu of a tenant's pages, whichever app the page is of."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from integrations.deliveries.services.shadow import in_shadow
from integrations.tenants.models import Tenant
from integrations.workspace.services.overview import broken_count, needs_you_count

register = template.Library()

NAMED = 5  # companies in one notice


@register.inclusion_tag("parts/shadow_notice.html", takes_context=True)
def shadow_notice(context: Context) -> dict[str, Any]:
    """The companies of the tenant to which nothing is sent, for every page to say so."""
    tenant = context.get("tenant")
    # The company's own page tells more.
    if not isinstance(tenant, Tenant) or context.get("shadow"):
        return {}
    shadowed = in_shadow(tenant)
    return {"tenant": tenant, "shadowed": shadowed[:NAMED], "more": len(shadowed) > NAMED}


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
