"""What is asked of the outbox every few seconds by a monitor: each question bounded by an index."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, FloatField, Min, Q
from django.db.models.functions import Cast

from integrations.connections.models import Quota
from integrations.deliveries.models import Breaker, Delivery, Lane
from integrations.deliveries.services.outbox.statements import select

State = Delivery.State

# The head of each lane's queue in each priority, from one to the next along the index, however
# many wait behind it.
_OLDEST_HEAD = """
    WITH RECURSIVE heads AS (
      (SELECT lane_id, priority, due_at FROM deliveries_delivery
       WHERE state = 'pending' AND paused_at IS NULL AND NOT behind
       ORDER BY lane_id, priority, due_at LIMIT 1)
      UNION ALL
      SELECT further.* FROM heads, LATERAL (
        SELECT lane_id, priority, due_at FROM deliveries_delivery
        WHERE state = 'pending' AND paused_at IS NULL AND NOT behind
        AND (lane_id, priority) > (heads.lane_id, heads.priority)
        ORDER BY lane_id, priority, due_at LIMIT 1) further
    ) SELECT min(due_at) FROM heads"""


def oldest_due_at() -> datetime | None:
    """Since when the order is due that waits longest to be sent; None when none waits."""
    if connection.vendor == "postgresql":
        found: datetime | None = select(_OLDEST_HEAD, [])[0][0]
        return found
    waiting = Delivery.objects.filter(state=State.PENDING, paused_at=None, behind=False)
    oldest: datetime | None = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


_OLDEST_OF = """
    SELECT min(head.due_at) FROM unnest(%s::bigint[]) lane, generate_series(0, 2) rank, LATERAL (
      SELECT due_at FROM deliveries_delivery
      WHERE lane_id = lane AND priority = rank
      AND state = 'pending' AND paused_at IS NULL AND NOT behind
      ORDER BY due_at LIMIT 1) head"""


def oldest_due_of(lane_ids: list[int]) -> datetime | None:
    """The same among these lanes."""
    if connection.vendor == "postgresql":
        found: datetime | None = select(_OLDEST_OF, [lane_ids])[0][0]
        return found
    waiting = Delivery.objects.filter(lane__in=lane_ids, state=State.PENDING, paused_at=None)
    oldest: datetime | None = waiting.filter(behind=False).aggregate(oldest=Min("due_at"))["oldest"]
    return oldest


def in_flight(*, now: datetime) -> int:
    """Orders that a living push worker has claimed and not settled."""
    return Delivery.objects.filter(state=State.SENDING, lane__leased_until__gt=now).count()


def lanes_by_standing(*, now: datetime) -> dict[str, Any]:
    """How many lanes are held by a push worker, shut, resting, or only rehearse."""
    return Lane.objects.aggregate(
        leased=Count("pk", filter=Q(leased_until__gt=now)),
        shut=Count("pk", filter=Q(shut_at__isnull=False)),
        resting=Count("pk", filter=Q(rests_until__gt=now)),
        shadow=Count("pk", filter=Q(shadow_since__isnull=False)),
    )


def open_breakers() -> dict[str, datetime]:
    """The hosts whose breaker is open, and since when."""
    return dict(Breaker.objects.filter(closed_at=None).values_list("origin", "opened_at"))


class Left(NamedTuple):
    """An allowance of an application, in a company or on a host, under one policy."""

    application: str
    company: str
    host: str
    policy: str
    limit: int
    remaining: int
    resets_at: datetime | None


def quotas_nearest_their_end(most: int) -> list[Left]:
    """The allowances with the smallest share left, so many at most."""
    share = Cast("remaining", FloatField()) / F("limit")
    told = Quota.objects.filter(limit__gt=0, remaining__isnull=False).order_by(share, "pk")
    columns = ("application__slug", "company_key", "host", "policy", "limit", "remaining")
    return [Left(*row) for row in told.values_list(*columns, "resets_at")[:most]]
