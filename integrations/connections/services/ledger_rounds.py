"""What is done for the consent ledger every night: compare, verify, forget."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from integrations.audit.services import forgetting, verification
from integrations.connections.models import Connection, Invitation, PendingConsent
from integrations.connections.services import incidents, ledger
from integrations.tenants.models import Tenant

ALTERED = "audit_altered"


def keep(tenant: Tenant, *, now: datetime) -> None:
    """Compare what is granted with the tenant's ledger, then walk its chain."""
    compare_all(tenant, now=now)
    broken_at = verification.walk(tenant, now=now)
    if broken_at is None:
        incidents.clear(ALTERED, subject=tenant.slug, now=now)
    else:
        incidents.open_incident(ALTERED, subject=tenant.slug, detail=f"event {broken_at}")


def compare_all(tenant: Tenant, *, now: datetime) -> None:
    """Write down what drifted; the doctor goes where scopes are gone."""
    connections = Connection.objects.for_tenant(tenant).select_related(
        "company__tenant", "integration__application", "grant"
    )
    for connection in connections.exclude(state=Connection.State.DISCONNECTED):
        with transaction.atomic():
            if ledger.compare(connection, now=now):
                Connection.objects.filter(pk=connection.pk).update(look_again_at=now)


def forget_addresses(*, now: datetime) -> None:
    """Where a person was is forgotten after a while, in the chain and beside it."""
    before = now - settings.CONSENT_ADDRESS_LIFE
    forgetting.forget_field("address", before=before)
    PendingConsent.objects.filter(created_at__lt=before, asked_from__isnull=False).update(
        asked_from=None
    )
    Invitation.objects.filter(created_at__lt=before, pasted_from__isnull=False).update(
        pasted_from=None
    )
