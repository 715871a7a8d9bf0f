"""Incidents: what staff must know about, open ones first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from integrations.connections.models import Incident
from integrations.connections.services import incidents
from integrations.connections.services.incident_words import incident_words
from integrations.console.forms import ListForm
from integrations.console.services.keys import newest_first
from integrations.console.views.frame import page, query
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    wanted = ListForm(request.GET).wanted()
    show = wanted["show"] or ""
    rows = Incident.objects.filter(cleared_at__isnull=not show)
    rows = rows.select_related("application", "connection__company__tenant")
    found = newest_first(rows, before=wanted["before"], after=wanted["after"])
    return page(
        request,
        "console/incidents.html",
        {
            "rows": [(row, incident_words(row.kind)) for row in found.rows],
            "show": show,
            "newer_url": query(show=show, after=found.newer) if found.newer else "",
            "older_url": query(show=show, before=found.older) if found.older else "",
        },
    )


@require_POST
@staff_only
def clear(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody mended it. It opens anew if it shows again."""
    incident = get_object_or_404(Incident, pk=pk)
    incidents.clear(incident.kind, subject=incident.subject, now=timezone.now())
    messages.success(request, _("Cleared. It opens anew if it shows again."))
    return redirect("console:incidents")
