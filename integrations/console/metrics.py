"""Metrics for Prometheus. Staff may look, and a monitor that knows the token; nobody else."""

from __future__ import annotations

from http import HTTPStatus
from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations.console.services.exposition import CONTENT_TYPE, written
from integrations.console.services.measures import measures
from integrations.deliveries.services.clock import database_now


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics as text. Without METRICS_TOKEN there is nothing here for a stranger."""
    if not _knows_the_token(request) and not request.user.is_staff:
        if not settings.METRICS_TOKEN:
            raise Http404
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(written(measures(now=database_now())), content_type=CONTENT_TYPE)


def _knows_the_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.METRICS_TOKEN
    return (
        bool(known)
        and scheme.lower() == "bearer"
        and compare_digest(token.strip().encode(), known.encode())
    )
