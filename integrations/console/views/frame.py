"""What every page of the console shows around its content."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.deliveries.services import pauses
from integrations.deliveries.services.standing import MOST
from integrations.tenants.access import SignedInRequest


def page(
    request: SignedInRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    broken = Connection.objects.filter(state=Connection.State.BROKEN).order_by()[:MOST].count()
    frame = {
        "needs_attention": broken,
        "pauses_standing": pauses.standing_count(),
        "most": MOST,
        "now": timezone.now(),
    }
    return render(request, template, {**frame, **context}, status=status)


def query(**members: Any) -> str:
    """An address of the same list with other filters or another key."""
    return "?" + urlencode({name: value for name, value in members.items() if value})
