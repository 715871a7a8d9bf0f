"""What time alone brings: asked every few seconds, answered with what to ring for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery, Lane, Look
from integrations.deliveries.services import breakers, lanes, ordering, outbox, shadow, tallies
from integrations.deliveries.services.findings import LONGEST_DOUBT
from integrations.deliveries.services.holding import TOKEN_RESERVE

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to ring: a drain, the refresh of these grants, the doctor for these connections."""

    drain: bool
    grants: list[UUID]
    connections: list[int]


def sweep(*, now: datetime) -> Wanted:
    """Open lanes proven well, hand doubts that can't be solved to a person, see what is due."""
    lanes.open_proven()
    park_unaskable(now=now)
    ordering.let_go_left_over()
    shadow.finish()
    tallies.keep(now=now)
    return Wanted(
        drain=_drain_is_wanted(now),
        grants=_grants_without_token(now),
        connections=_shut_connections(),
    )


def _drain_is_wanted(now: datetime) -> bool:
    shut = breakers.shut_routes()
    due = outbox.lanes_due(now=now, token_until=now + TOKEN_RESERVE, limit=1, shut=shut)
    return bool(due) or (bool(shut) and breakers.probe_is_due(now=now))


def park_unaskable(*, now: datetime) -> int:
    """Give uncertain orders to a person: their connection ended, or a day passed without a look."""
    answered = Look.objects.filter(
        delivery=OuterRef("pk"), begun_at__gte=now - LONGEST_DOUBT
    ).exclude(finding=Look.Finding.FAILED)
    unaskable = Q(lane__connection__state=Connection.State.DISCONNECTED) | (
        Q(uncertain_at__lt=now - LONGEST_DOUBT) & ~Exists(answered)
    )
    stuck = Delivery.objects.filter(unaskable, state=State.UNCERTAIN).values_list("pk", flat=True)
    return Delivery.objects.filter(pk__in=list(stuck[:500]), state=State.UNCERTAIN).update(
        state=State.PARKED,
        reason=Delivery.Reason.CANT_BE_ASKED,
        settled_at=now,
        quarantined_until=None,
        look_at=None,
    )


def _waiting() -> QuerySet[Lane]:
    """Lanes with something to send or to look up, whose connection isn't at an end."""
    open_states = [State.PENDING, State.UNCERTAIN]
    waiting = Delivery.objects.filter(lane=OuterRef("pk"), state__in=open_states)
    return Lane.objects.filter(Exists(waiting)).exclude(
        connection__state=Connection.State.DISCONNECTED
    )


def _grants_without_token(now: datetime) -> list[UUID]:
    lapsed = Q(connection__grant__token_number__lte=F("connection__grant__stale_number")) | Q(
        connection__grant__access_expires_at__lte=now + TOKEN_RESERVE
    )
    backing_off = Q(connection__grant__refresh_due_at__gt=now) | Q(
        connection__grant__refresh_lease_until__gt=now
    )
    return list(
        _waiting()
        .filter(lapsed, connection__grant__ended_at=None, connection__grant__isnull=False)
        .exclude(backing_off)
        .values_list("connection__grant_id", flat=True)
        .distinct()[:100]
    )


def _shut_connections() -> list[int]:
    """Connections to examine: their lane was shut and nothing has been proven since."""
    return list(
        Lane.objects.filter(shut_at__isnull=False, connection__state=Connection.State.CONNECTED)
        .values_list("connection_id", flat=True)
        .order_by("shut_at")[:100]
    )
