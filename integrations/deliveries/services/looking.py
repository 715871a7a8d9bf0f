"""The look: is an order whose answer went missing in Visma.net or not?

Visma honours no idempotency key, so before anything is sent again the company's orders are listed
and searched for our reference. To *find*, a list may be narrowed; only the whole list, begun after
the quarantine and twice, can prove absence. An order with a number of ours is read by that first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services.holding import HeldLane
from integrations.deliveries.services.sought import Sought, sought_of
from integrations.visma.listings import ListedOrder

PAGE_SIZE = 100
MOST_PAGES = 2000
MOST_NARROW = 5  # more uncertain orders than these share one whole list
MOST_AT_ONCE = 500


@dataclass(eq=False, slots=True)
class Search:
    """One list under way, page by page, for one or many uncertain deliveries of a lane."""

    lane: HeldLane
    sought: list[Sought]
    begun_at: datetime
    whole: bool
    # In shadow mode: the payloads of orders that were never sent, by delivery.
    rehearsed: dict[int, str] | None = None
    # Type and number of the one order that is read instead of a list.
    number: tuple[str, str] | None = None
    page: int = 0
    page_size: int = field(default_factory=lambda: PAGE_SIZE)
    rows_read: int = 0
    total: int | None = None
    restarts: int = 0
    begun: bool = False
    not_before: float = 0.0  # boot time
    route: str = ""
    # A list without rows that doesn't tell by itself whose it is: something else is asked, too.
    wants_witness: bool = False
    # What carries our number and is not ours.
    stranger: ListedOrder | None = None
    hits: dict[int, list[ListedOrder]] = field(default_factory=dict)

    def take(self, rows: tuple[ListedOrder, ...]) -> None:
        """Search one page. An order seen again because the list moved counts once."""
        self.rows_read += len(rows)
        by_reference: dict[str, list[int]] = {}
        for wanted in self.sought:
            by_reference.setdefault(wanted.reference, []).append(wanted.delivery_id)
        for row in rows:
            for reference in {row.customer_order, row.customer_ref_no}:
                for delivery_id in by_reference.get(reference, ()):
                    self._note(delivery_id, row)

    def _note(self, delivery_id: int, row: ListedOrder) -> None:
        known = self.hits.setdefault(delivery_id, [])
        if (row.type, row.order_id) not in [(hit.type, hit.order_id) for hit in known]:
            known.append(row)

    def begin_anew(self) -> None:
        """Read the list from its start again; what was found stays found."""
        self.page = self.rows_read = 0
        self.total, self.begun, self.wants_witness = None, False, False


@dataclass(frozen=True, eq=False, slots=True)
class PageAsked:
    """The pump's key for one page of a search."""

    search: Search
    page: int


def lanes_to_look_at(lanes: list[HeldLane], *, now: datetime) -> list[HeldLane]:
    """Those of the lanes that have a look due."""
    if not lanes:
        return []
    due = set(
        Delivery.objects.filter(
            lane__in=[lane.lane_id for lane in lanes],
            state=Delivery.State.UNCERTAIN,
            look_at__lte=now,
        ).values_list("lane_id", flat=True)
    )
    return [lane for lane in lanes if lane.lane_id in due]


def due_searches(lane: HeldLane, *, now: datetime) -> list[Search]:
    """What to look for in a lane now: a few narrowed lists before a quarantine ends, else one."""
    sought = [sought_of(d) for d in _due(lane, now)]
    single = [s for s in sought if _is_read_by_number(lane, s, now)]
    others = [s for s in sought if s not in single]
    early = [s for s in others if now < s.quarantined_until]
    if early and _are_few(lane):
        others = [s for s in others if s not in early]
        single += early
    found = [
        Search(lane, [one], now, whole=False, number=_number(lane, one, now)) for one in single
    ]
    return [*found, Search(lane, others, now, whole=True)] if others else found


def _is_read_by_number(lane: HeldLane, sought: Sought, now: datetime) -> bool:
    """Once after each attempt, and for as long as that alone decides."""
    if sought.own_number is None:
        return False
    decides = lane.connection.repeats_refused_at is not None
    return not sought.read_by_number or decides or now < sought.quarantined_until


def _number(lane: HeldLane, sought: Sought, now: datetime) -> tuple[str, str] | None:
    return sought.own_number if _is_read_by_number(lane, sought, now) else None


def _are_few(lane: HeldLane) -> bool:
    """Whether so few of the lane's orders are uncertain that each may have a list of its own."""
    uncertain = Delivery.objects.filter(lane_id=lane.lane_id, state=Delivery.State.UNCERTAIN)
    return uncertain.order_by()[: MOST_NARROW + 1].count() <= MOST_NARROW


def begin_list(lane_id: int, *, pause: timedelta, now: datetime) -> timedelta:
    """Begin a whole list of a lane's company. Returns how long that has to wait; 0: it may go."""
    rested = Q(listed_at=None) | Q(listed_at__lte=now - pause) | Q(listed_at__gt=now)
    if Lane.objects.filter(rested, pk=lane_id).update(listed_at=now):
        return timedelta(0)
    listed_at = Lane.objects.values_list("listed_at", flat=True).get(pk=lane_id)
    return max(timedelta(seconds=0.1), (listed_at or now) + pause - now)


def _due(lane: HeldLane, now: datetime) -> list[Delivery]:
    return list(
        Delivery.objects.filter(
            lane_id=lane.lane_id, state=Delivery.State.UNCERTAIN, look_at__lte=now
        )
        .select_related("order__connection__integration", "own_number")
        .order_by("look_at")[:MOST_AT_ONCE]
    )
