"""Pages of uploads and refusals, by key and never by number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

from integrations.intake.models import Refusal, Upload
from integrations.tenants.models import Tenant

PAGE = 100
UPLOADS_A_PAGE = 25
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows, and the keys to go on from at either end; empty where there is no more."""

    rows: list[M]
    before: str = ""
    after: str = ""
    order: str = ""


def refusals_page(upload: Upload, *, order: str, after: str, before: str) -> Page[Refusal]:
    """The faults of a file in the order of its rows; those of orders that begin with ``order``."""
    refusals = Refusal.objects.filter(upload=upload)
    if order:
        refusals = refusals.filter(reference__startswith=order.replace("\0", ""))
    if before.isdecimal():
        rows = list(refusals.filter(pk__lt=int(before[:18])).order_by("-pk")[: PAGE + 1])[::-1]
        more_before, more_after = len(rows) > PAGE, True
        rows = rows[-PAGE:]
    else:
        since = int(after[:18]) if after.isdecimal() else 0
        rows = list(refusals.filter(pk__gt=since).order_by("pk")[: PAGE + 1])
        more_before, more_after = since > 0, len(rows) > PAGE
        rows = rows[:PAGE]
    return Page(
        rows,
        before=str(rows[0].pk) if rows and more_before else "",
        after=str(rows[-1].pk) if rows and more_after else "",
        order=order,
    )


def uploads_page(tenant: Tenant, *, before: str) -> Page[Upload]:
    """The tenant's uploads, newest first."""
    uploads = Upload.objects.for_tenant(tenant).select_related(
        "connection__company", "connection__integration"
    )
    if last := _upload(tenant, before):
        same_time = models.Q(uploaded_at=last.uploaded_at, pk__lt=last.pk)
        uploads = uploads.filter(models.Q(uploaded_at__lt=last.uploaded_at) | same_time)
    rows = list(uploads.order_by("-uploaded_at", "-pk")[: UPLOADS_A_PAGE + 1])
    more = len(rows) > UPLOADS_A_PAGE
    rows = rows[:UPLOADS_A_PAGE]
    return Page(rows, after=str(rows[-1].pk) if more else "")


def _upload(tenant: Tenant, key: str) -> Upload | None:
    try:
        pk = uuid.UUID(key)
    except ValueError:
        return None
    return Upload.objects.for_tenant(tenant).filter(pk=pk).first()
