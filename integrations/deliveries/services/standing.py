"""How deliveries and lanes stand: why something is held, and how much waits. Reads only.

*Held* is derived and never stored, so that a mended connection needs no mass update.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from integrations.connections.models import Connection
from integrations.connections.services import incidents, quotas
from integrations.connections.services.access import lack_of
from integrations.deliveries.models import Delivery, Lane, Pause
from integrations.deliveries.services import breakers, pauses

State = Delivery.State
ON_THE_WAY = (State.PENDING, State.SENDING, State.UNCERTAIN)
NEEDS_PERSON = (State.REJECTED, State.PARKED)
# Counts stop here: a page says "1,000 or more" and no table is ever counted.
MOST = 1000


class Why(StrEnum):
    """Why a pending delivery does not go out."""

    ORDER_PAUSED = "order_paused"
    BEHIND = "behind"
    SHADOW = "shadow"
    DISCONNECTED = "disconnected"
    CHECKING = "checking"
    BROKEN = "broken"
    NOT_CONFIRMED = "not_confirmed"
    PAUSED = "paused"
    INTEGRATION_PAUSED = "integration_paused"
    TENANT_PAUSED = "tenant_paused"
    STAFF_PAUSED = "staff_paused"
    APPLICATION = "application"
    SHUT = "shut"
    HOST = "host"
    QUOTA = "quota"
    RESTS = "rests"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Held:
    """``until`` is when it ends by itself; None when nobody knows or somebody has to act."""

    code: Why
    until: datetime | None = None
    # Who paused it, since when and why, where that is what holds it.
    pause: Pause | None = None


class BoundedCount(Subquery):
    """The number of rows of a sliced, correlated queryset: counts no further than its slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def why_held(delivery: Delivery, *, now: datetime) -> Held | None:
    """Why this delivery does not go out; None when it does, or has nothing more to wait for.

    Wants ``lane__connection__grant``, ``__company`` and ``__integration`` selected.
    """
    if delivery.state != State.PENDING:
        return None
    return held_in(delivery, holds_of([delivery.lane], now=now).get(delivery.lane_id))


def held_in(delivery: Delivery, lane_hold: Held | None) -> Held | None:
    """The same where its lane's hold is known already."""
    if delivery.state != State.PENDING:
        return None
    if delivery.paused_at is not None:
        return Held(Why.ORDER_PAUSED)
    return lane_hold or (Held(Why.BEHIND) if delivery.behind else None)


def hold_of(connection: Connection, *, now: datetime) -> Held | None:
    """Why nothing of a connection goes out; None when it does, or never had an order."""
    lanes = Lane.objects.filter(connection=connection)
    loaded = lanes.select_related(
        "connection__grant", "connection__company", "connection__integration"
    ).first()
    return holds_of([loaded], now=now).get(loaded.pk) if loaded else None


def holds_of(lanes: Iterable[Lane], *, now: datetime) -> dict[int, Held]:
    """Lane id → why nothing of it goes out, for those that are held. Four queries for all."""
    known = list(lanes)
    closed = quotas.standing_in_the_way(now=now)
    suspended = incidents.held_applications()
    paused = pauses.of_connections(lane.connection for lane in known)
    down = {breaker.origin for breaker in breakers.open_breakers()}
    held = {}
    for lane in known:
        grant = lane.connection.grant
        until = _closed(closed, grant.application_id, lane.company_key) if grant else None
        if grant and grant.application_id in suspended:
            held[lane.pk] = Held(Why.APPLICATION)
            continue
        is_down = bool(down) and breakers.origin_of_lane(lane) in down
        why = _why_lane_held(lane, paused.get(lane.connection_id), until, now)
        if is_down and (why is None or why.code is Why.RESTS):
            why = Held(Why.HOST)
        if why is not None:
            held[lane.pk] = why
    return held


def _closed(
    closed: dict[tuple[int, str], datetime], application: int, company_key: str
) -> datetime | None:
    """Until when the quota of the company, or that of all companies, is used up."""
    ends = [closed[key] for key in {(application, company_key), (application, "")} & closed.keys()]
    return max(ends, default=None)


def _why_lane_held(
    lane: Lane, pause: Pause | None, closed_until: datetime | None, now: datetime
) -> Held | None:
    connection = lane.connection
    return (
        _why_not_connected(connection)
        or _why_not_allowed(connection, pause)
        or (Held(Why.SHADOW) if lane.shadow_since else None)
        or _why_resting(lane, closed_until, now)
        or _why_without_token(connection, now)
    )


def _why_not_connected(connection: Connection) -> Held | None:
    match connection.state:
        case Connection.State.DISCONNECTED:
            return Held(Why.DISCONNECTED)
        case Connection.State.BROKEN:
            return Held(Why.BROKEN)
        case Connection.State.CHECKING:
            return Held(Why.CHECKING)
    return None


def _why_not_allowed(connection: Connection, pause: Pause | None) -> Held | None:
    if connection.confirmed_at is None:
        return Held(Why.NOT_CONFIRMED)
    if pause is not None and pause.scope != Pause.Scope.CONNECTION:
        return Held(_paused_by(pause), pause=pause)
    if connection.paused_at is not None:
        return Held(Why.PAUSED, pause=pause)
    return None


def _paused_by(pause: Pause) -> Why:
    if pause.by_staff:
        return Why.STAFF_PAUSED
    return Why.TENANT_PAUSED if pause.integration_id is None else Why.INTEGRATION_PAUSED


def _why_resting(lane: Lane, closed_until: datetime | None, now: datetime) -> Held | None:
    if lane.shut_at is not None:
        return Held(Why.SHUT)
    if closed_until is not None and closed_until > now:
        return Held(Why.QUOTA, closed_until)
    if lane.rests_until is not None and lane.rests_until > now:
        # After setbacks, or since its allowance was spent.
        return Held(Why.RESTS if lane.setbacks else Why.QUOTA, lane.rests_until)
    return None


def _why_without_token(connection: Connection, now: datetime) -> Held | None:
    if connection.grant is None or lack_of(connection.grant, now):
        return Held(Why.ACCESS)
    return None


def with_counts(lanes: QuerySet[Lane]) -> QuerySet[Lane]:
    """Add ``waiting`` (on the way) and ``needs_person`` to each lane, counted up to ``MOST``.

    ``oldest_at`` is when the oldest of those that wait was submitted; None: none waits.
    """
    pending = Delivery.objects.filter(lane=OuterRef("pk"), state=State.PENDING).order_by("pk")
    return lanes.annotate(
        waiting=_count(ON_THE_WAY),
        needs_person=_count(NEEDS_PERSON),
        oldest_at=Subquery(pending.values("order__submitted_at")[:1]),
    )


def _count(states: Iterable[str]) -> BoundedCount:
    rows = Delivery.objects.filter(lane=OuterRef("pk"), state__in=list(states))
    return BoundedCount(rows.order_by().values("pk")[:MOST])
