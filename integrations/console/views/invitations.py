"""Links of all tenants: where each person is, and who came back with an Error-ID."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.connections.services import invitation_list
from integrations.console.views.frame import page
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    found = invitation_list.page(
        request.GET.dict(), rows=invitation_list.shown(), now=timezone.now()
    )
    return page(request, "console/invitations.html", {"page": found})
