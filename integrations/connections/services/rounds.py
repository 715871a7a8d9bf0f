"""What is to be looked at again, by itself, every minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services.refresh_terms import keep_alive_at
from integrations.connections.services.refreshing import BEFORE_LAPSE
from integrations.connections.services.standing import APPROVAL_WAIT

BATCH = 200
PROVE_EVERY = timedelta(minutes=15)
# What doesn't work and may mend itself all the same: an approval given late, a role.
LOOK_AT_BROKEN_EVERY = timedelta(days=1)
# A grant that was used since then is not idle.
IDLE = timedelta(hours=6)


def connections_due(now: datetime) -> list[int]:
    """Those to look at again, those whose proof is getting old, and once a day the broken ones."""
    rests = Q(look_again_at=None)
    old = Q(state=Connection.State.CONNECTED, proven_at__lte=now - PROVE_EVERY)
    broken = Q(state=Connection.State.BROKEN, grant__isnull=False, grant__ended_at=None) & (
        Q(looked_at=None) | Q(looked_at__lte=now - LOOK_AT_BROKEN_EVERY)
    )
    due = Connection.objects.filter(
        Q(look_again_at__lte=now) | (rests & old) | (rests & broken)
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


def grants_idle(now: datetime) -> list[str]:
    """Grants whose refresh token is to be used, since it lapses when it isn't.

    Those of connections that work are refreshed long before; this is for what rests: broken ones,
    and the other way in that a switch keeps.
    """
    resting = Grant.objects.filter(
        Q(refreshed_at__lte=now - IDLE) | Q(refreshed_at=None, created_at__lte=now - IDLE),
        Q(access_expires_at__lte=now) | Q(access_expires_at=None),
        Q(connections__isnull=False) | Q(standing_by__isnull=False),
        ended_at=None,
        sealed_refresh_token__isnull=False,
    )
    due = []
    for grant in resting.select_related("application").distinct().iterator(chunk_size=BATCH):
        at = keep_alive_at(grant)
        if at is not None and at <= now:
            due.append(str(grant.pk))
    return due
