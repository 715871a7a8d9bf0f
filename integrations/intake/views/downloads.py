"""Files to take away: the template, and what was refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from integrations.intake.models import Upload
from integrations.intake.services import csv_files
from integrations.intake.views.entrance import SignedIn, tenant_of

CSV = "text/csv; charset=utf-8"


@require_safe
def download_template(request: SignedIn, tenant: str) -> HttpResponseBase:
    tenant_of(request, tenant)
    return _download(csv_files.template(), "orders.csv")


@require_safe
def download_refusals(request: SignedIn, tenant: str, upload: uuid.UUID) -> HttpResponseBase:
    uploads = Upload.objects.for_tenant(tenant_of(request, tenant))
    return _download(csv_files.refusals(get_object_or_404(uploads, pk=upload)), "refused.csv")


def _download(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=CSV, headers=headers)
