"""The first page after signing in: it leads on to where the person belongs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from integrations.tenants.access import SignedInRequest

MOST_CHOICES = 100


@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """Staff to the console, members to their workspace; several are offered, none is explained."""
    if request.user.is_staff:
        return redirect("console:overview")
    memberships = request.user.memberships.select_related("tenant").order_by("tenant__name")
    tenants = [membership.tenant for membership in memberships[:MOST_CHOICES]]
    if len(tenants) == 1:
        return redirect("workspace:overview", tenants[0].slug)
    template = "workspace/choose.html" if tenants else "workspace/nobody.html"
    return render(request, template, {"tenants": tenants})
