"""Lanes as staff see them: how long the queue is, what Visma allows, and why it stands still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.connections.models import Quota
from integrations.connections.services import quotas
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import clearing
from integrations.deliveries.services.standing import (
    MOST,
    NEEDS_PERSON,
    BoundedCount,
    Held,
    Why,
    holds_of,
)

State = Delivery.State
LOW = 0.1  # of an allowance
COUNTED = {
    "pending": [State.PENDING],
    "sending": [State.SENDING],
    "uncertain": [State.UNCERTAIN],
    "needs_person": list(NEEDS_PERSON),
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one policy allows, as last heard. ``waits_until``: nothing is asked before."""

    limit: int
    left: int
    kept: int
    policy: str
    resets_at: datetime | None
    waits_until: datetime | None

    @property
    def tone(self) -> str:
        if self.waits_until is not None or self.left <= 0:
            return "bad"
        return "wait" if self.left < self.limit * LOW else "accent"

    @property
    def retires(self) -> bool:
        """Whether the policy is that of an API which Visma is going to take away."""
        return self.policy in quotas.DEPRECATED

    @property
    def used(self) -> int:
        return self.limit - self.left


@dataclass(frozen=True, slots=True)
class Row:
    """A lane with its counts (up to ``MOST``), what it may ask, and why it is held."""

    lane: Lane
    pending: int
    sending: int
    uncertain: int
    needs_person: int
    held: Held | None
    leased: bool
    # The tightest one first.
    allowances: list[Allowance]
    # About when its queue is empty; None: nothing waits, it is held, or nobody can tell.
    clears_at: datetime | None

    @property
    def queued(self) -> int:
        return self.pending + self.sending + self.uncertain

    @property
    def shown(self) -> str:
        """The name of its state among those that pages know."""
        if self.held is not None:
            return "broken" if self.held.code in (Why.BROKEN, Why.SHUT) else "held"
        if self.leased:
            return "sending"
        return "waits" if self.queued else "works"


def found(state: str, search: str, *, now: datetime) -> QuerySet[Lane]:
    """Lanes by a filter's name and by words of company, tenant or integration."""
    rows = Lane.objects.filter(_condition(state, now))
    if search:
        company, integration = "connection__company", "connection__integration"
        rows = rows.filter(
            Q(**{f"{company}__name__icontains": search})
            | Q(**{f"{company}__number": search})
            | Q(**{f"{company}__tenant__name__icontains": search})
            | Q(**{f"{company}__tenant__slug": search.lower()})
            | Q(**{f"{integration}__name__icontains": search})
        )
    return rows.select_related(
        "connection__company__tenant", "connection__integration__application", "connection__grant"
    )


def _condition(state: str, now: datetime) -> Q:
    match state:
        case "served":
            return Q(leased_until__gt=now)
        case "shut":
            return Q(shut_at__isnull=False)
        case "resting":
            return Q(rests_until__gt=now)
        case "waiting" | "uncertain" | "needs_person":
            states = COUNTED["pending" if state == "waiting" else state]
            return Q(Exists(Delivery.objects.filter(lane=OuterRef("pk"), state__in=states)))
    return Q()


def rows_of(lanes: list[Lane], *, now: datetime) -> list[Row]:
    """As found, in the same order. What clears when costs each lane that goes a few statements."""
    counts = {
        pk: dict(zip(COUNTED, numbers, strict=True))
        for pk, *numbers in Lane.objects.filter(pk__in=[lane.pk for lane in lanes])
        .annotate(**{f"{name}_orders": _count(states) for name, states in COUNTED.items()})
        .values_list("pk", *(f"{name}_orders" for name in COUNTED))
    }
    held, allowed = holds_of(lanes, now=now), _allowances(lanes, now)
    going = [lane for lane in lanes if _goes(held.get(lane.pk)) and counts[lane.pk]["pending"]]
    clears = clearing.all_clear_at(going, now=now)
    return [
        Row(
            lane=lane,
            held=held.get(lane.pk),
            leased=lane.leased_until > now,
            allowances=allowed[lane.pk],
            clears_at=clears[lane.pk].at if lane.pk in clears else None,
            **counts[lane.pk],
        )
        for lane in lanes
    ]


def _goes(held: Held | None) -> bool:
    """Whether it sends, or will by itself when its allowance opens."""
    return held is None or held.code is Why.QUOTA


def _count(states: Iterable[str]) -> BoundedCount:
    rows = Delivery.objects.filter(lane=OuterRef("pk"), state__in=list(states))
    return BoundedCount(rows.order_by().values("pk")[:MOST])


def _allowances(lanes: list[Lane], now: datetime) -> dict[int, list[Allowance]]:
    keys = {
        lane.pk: (lane.connection.integration.application_id, lane.company_key) for lane in lanes
    }
    known: dict[tuple[int, str], list[Allowance]] = defaultdict(list)
    for row in quotas.of_companies(set(keys.values())):
        if row.limit:
            known[row.application_id, row.company_key].append(_allowance(row, now))
    return {
        pk: sorted(
            [*known[application, company], *known[application, ""]],
            key=lambda one: one.left / one.limit,
        )
        for pk, (application, company) in keys.items()
    }


def _allowance(row: Quota, now: datetime) -> Allowance:
    limit = row.limit or 0
    is_over = row.resets_at is not None and row.resets_at <= now
    left = limit if row.remaining is None or is_over else min(row.remaining, limit)
    ends = [end for end in (row.closed_until, row.spent_until) if end is not None and end > now]
    return Allowance(
        limit=limit,
        left=left,
        kept=min(left, int(limit * quotas.reserve())),
        policy=row.policy,
        resets_at=None if is_over else row.resets_at,
        waits_until=max(ends, default=None),
    )
