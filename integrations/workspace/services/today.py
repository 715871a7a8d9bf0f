"""Orders accepted today, by hour and by what became of them; bounded, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import ExtractHour
from django.utils import timezone

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.standing import NEEDS_PERSON, ON_THE_WAY
from integrations.orders.models import SalesOrder

# Of each connection only so many of the newest orders are looked at.
NEWEST = 2000


@dataclass(slots=True)
class Day:
    """Orders of one local day. ``partly``: there may be more than were looked at."""

    accepted: int = 0
    delivered: int = 0
    waiting: int = 0
    needs_person: int = 0
    partly: bool = False
    hours: Counter[int] = field(default_factory=Counter)
    arrived: Counter[int] = field(default_factory=Counter)
    late: Counter[int] = field(default_factory=Counter)

    def add(self, hour: int, state: str, number: int) -> None:
        self.accepted += number
        self.hours[hour] += number
        if state == Delivery.State.DELIVERED:
            self.delivered += number
            self.arrived[hour] += number
        elif state in ON_THE_WAY:
            self.waiting += number
            self.late[hour] += number
        elif state in NEEDS_PERSON:
            self.needs_person += number


def day_of(connection_id: int, *, now: datetime) -> Day:
    """What came in for a connection since midnight, by the portal's clock."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    orders = SalesOrder.objects.filter(connection=connection_id)
    newest = orders.order_by("-pk").values("pk")[:NEWEST]
    found = (
        SalesOrder.objects.filter(pk__in=newest, submitted_at__gte=midnight)
        .annotate(hour=ExtractHour("submitted_at"))
        .values_list("hour", "delivery__state")
        .annotate(number=Count("pk"))
    )
    day = Day()
    for hour, state, number in found:
        day.add(hour, state or "", number)
    day.partly = day.accepted >= NEWEST
    return day


def together(days: Iterable[Day]) -> Day:
    """The days of several connections as one."""
    whole = Day()
    for day in days:
        whole.accepted += day.accepted
        whole.delivered += day.delivered
        whole.waiting += day.waiting
        whole.needs_person += day.needs_person
        whole.partly |= day.partly
        whole.hours += day.hours
        whole.arrived += day.arrived
        whole.late += day.late
    return whole
