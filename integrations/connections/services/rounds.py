"""What is to be looked at again, by itself, every minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services.standing import APPROVAL_WAIT

BATCH = 200
PROVE_EVERY = timedelta(minutes=15)
# Beyond access.MARGIN, so that a lane never has to wait for its token.
BEFORE_LAPSE = timedelta(minutes=6)


def connections_due(now: datetime) -> list[int]:
    """Those to look at again, and those whose proof is getting old."""
    due = Connection.objects.filter(
        Q(look_again_at__lte=now)
        | Q(state=Connection.State.CONNECTED, proven_at__lte=now - PROVE_EVERY)
    ).exclude(state=Connection.State.DISCONNECTED)
    return list(due.order_by("look_again_at", "pk").values_list("pk", flat=True)[:BATCH])


def switches_due(now: datetime) -> list[int]:
    """Connections whose sign-in waits to be replaced by an approval."""
    due = Connection.objects.filter(
        standby__kind=Kind.SERVICE,
        standby__token_number=0,
        standby__ended_at=None,
        standby__created_at__gt=now - APPROVAL_WAIT,
    ).exclude(state=Connection.State.DISCONNECTED)
    return list(due.order_by("pk").values_list("pk", flat=True)[:BATCH])


def approvals_due(now: datetime) -> list[UUID]:
    """Invitations whose pasted tenant id waits for the App Store."""
    due = Invitation.objects.filter(
        look_again_at__lte=now, connected_at=None, withdrawn_at=None, expires_at__gt=now
    )
    return list(due.order_by("look_again_at").values_list("pk", flat=True)[:BATCH])


def grants_due(now: datetime) -> list[str]:
    """Grants under living connections whose access token is stale or about to lapse."""
    due = (
        Grant.objects.filter(
            Q(access_expires_at__lte=now + BEFORE_LAPSE) | Q(stale_number=F("token_number")),
            Q(refresh_due_at=None) | Q(refresh_due_at__lte=now),
            Q(refresh_lease_until=None) | Q(refresh_lease_until__lte=now),
            ended_at=None,
            connections__state=Connection.State.CONNECTED,
        )
        .order_by("access_expires_at")
        .distinct()
    )
    return [str(pk) for pk in due.values_list("pk", flat=True)[:BATCH]]
