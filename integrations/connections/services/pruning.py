"""What is done with goes after a while: sign-ins, invitations, mails, outages. In batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from integrations.connections.models import Invitation, Mail, Outage, PendingConsent
from integrations.connections.services import refreshing
from integrations.connections.services.findings import Finding

BATCH = 500
MOST_BATCHES = 40


def prune(*, now: datetime) -> int:
    """Delete what ended before the retention began; how many rows."""
    before = now - settings.CONNECTING_RETENTION
    return sum(
        _in_batches(rows, first)
        for rows, first in (
            (PendingConsent.objects.filter(expires_at__lt=before), _end_unused_grants(now)),
            (_ended_invitations(before), None),
            (Mail.objects.filter(Q(sent_at__lt=before) | Q(given_up_at__lt=before)), None),
            (Outage.objects.filter(closed_at__lt=before), None),
        )
    )


def _ended_invitations(before: datetime) -> QuerySet[Invitation]:
    """Those that ended, one way or another, and whose row of a list is done with them."""
    return Invitation.objects.filter(
        Q(connected_at__lt=before) | Q(withdrawn_at__lt=before) | Q(expires_at__lt=before),
        ~Q(connected_at__gte=before),
        ~Q(withdrawn_at__gte=before),
    ).filter(Q(listed_company=None) | Q(listed_company__connection__isnull=False))


def _end_unused_grants(now: datetime) -> Callable[[list[PendingConsent]], None]:
    """A grant whose company was never chosen leads nowhere."""

    def end(consents: list[PendingConsent]) -> None:
        for consent in consents:
            if consent.outcome == PendingConsent.Outcome.CHOOSING and consent.grant is not None:
                refreshing.end(consent.grant, Finding.TOO_LATE, now=now)

    return end


def _in_batches(rows: QuerySet[Any], first: Callable[[list[Any]], None] | None) -> int:
    deleted = 0
    for _number in range(MOST_BATCHES):
        batch: list[Model] = list(rows.order_by("pk")[:BATCH])
        if first is not None:
            first(batch)
        ended = rows.model._default_manager.filter(pk__in=[row.pk for row in batch])
        deleted += ended.delete()[1].get(rows.model._meta.label, 0)
        if len(batch) < BATCH:
            break
    return deleted
