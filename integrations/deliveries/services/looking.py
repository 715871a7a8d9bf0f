"""The look: is an order whose answer went missing in Visma.net or not?

Visma honours no idempotency key, so before anything is sent again the company's orders are listed
and searched for our reference. To *find*, a list may be narrowed; only the whole list, begun after
the quarantine and twice, can prove absence. An order with a number of ours is read by that first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services.holding import HeldLane
from integrations.orders.services import building, payloads
from integrations.visma.answers import Read, classify_read
from integrations.visma.calls import Answer, Call
from integrations.visma.errors import Malformed
from integrations.visma.listings import ListedOrder
from integrations.visma.routes import ROUTES, Reading, Wanted

PAGE_SIZE = 100
MOST_PAGES = 2000
MOST_NARROW = 5  # more uncertain orders than these share one whole list
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sought:
    """An uncertain delivery, and how its order would look in Visma."""

    delivery_id: int
    attempt: int
    reference: str
    buyer: str
    total: Decimal | None
    first_sent_at: datetime
    quarantined_until: datetime
    uncertain_at: datetime
    misses: int
    missed_at: datetime | None
    late_number: str
    kept_refusal: bool
    # Type and number of ours, and whether that was read since the last attempt.
    own_number: tuple[str, str] | None = None
    read_by_number: bool = False

    def is_that(self, row: ListedOrder) -> bool:
        """Whether the listed order carries our reference."""
        return self.reference in (row.customer_order, row.customer_ref_no)

    def agrees(self, row: ListedOrder) -> bool:
        """Whether buyer and, where all prices are ours, the total are the same."""
        if row.customer_id != self.buyer:
            return False
        return self.total is None or self.total in (
            row.order_total,
            row.order_total - row.tax_total,
        )


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
        for row in rows:
            for wanted in self.sought:
                known = self.hits.setdefault(wanted.delivery_id, [])
                if wanted.is_that(row) and (row.type, row.order_id) not in [
                    (hit.type, hit.order_id) for hit in known
                ]:
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


def sought_of(delivery: Delivery) -> Sought:
    """How an uncertain delivery's order would look in Visma; wants its order's integration."""
    order = delivery.order
    if (
        delivery.first_sent_at is None
        or delivery.quarantined_until is None
        or delivery.uncertain_at is None
    ):
        raise RuntimeError(f"Delivery {delivery.pk} is uncertain and was never sent.")
    return Sought(
        delivery_id=delivery.pk,
        attempt=delivery.attempt,
        reference=payloads.wire_reference(
            order.connection.integration.reference_prefix, order.reference
        ),
        buyer=order.buyer,
        total=payloads.expected_total(order.content),
        first_sent_at=delivery.first_sent_at,
        quarantined_until=delivery.quarantined_until,
        uncertain_at=delivery.uncertain_at,
        misses=delivery.misses,
        missed_at=delivery.missed_at,
        late_number=delivery.late_number,
        kept_refusal=delivery.kept_refusal,
        own_number=_own_number(delivery),
        read_by_number=_was_read(delivery),
    )


def _own_number(delivery: Delivery) -> tuple[str, str] | None:
    own = getattr(delivery, "own_number", None)
    return (building.type_in(delivery.route, delivery.payload), own.number) if own else None


def _was_read(delivery: Delivery) -> bool:
    own = getattr(delivery, "own_number", None)
    return own is not None and own.read_after >= delivery.attempt


class NoAccess(Exception):
    """The lane lost its token while it was looked for something."""


def page_call(search: Search) -> Call:
    """The request for what the search has to read next. Raises NoAccess, or ValueError."""
    access = search.lane.access
    if access is None:
        raise NoAccess
    search.route = access.route
    route, one = ROUTES[access.route], search.sought[0]
    key, deadline = PageAsked(search, search.page), search.lane.deadline
    if search.wants_witness and (call := route.witness(access.door, key, deadline)):
        return call
    if search.number is not None:
        return route.one(access.door, *search.number, key, deadline)
    first_sent = min(one.first_sent_at for one in search.sought)
    wanted = Wanted(
        since=route.since(first_sent, search.lane.clock_offset),
        buyer="" if search.whole else one.buyer,
        reference="" if search.whole else one.reference,
    )
    return route.page(access.door, wanted, _reading(search), key, deadline)


def take_answer(search: Search, answer: Answer) -> bool:
    """Search what was read. Returns whether there is more to read.

    Raises Malformed where it can't be read, and ListMoved where the list has to be read anew.
    """
    route = ROUTES[search.route]
    if search.number is not None:
        _take_one(search, answer)
        return False
    if search.wants_witness:
        if not route.has_witness(answer):
            raise Malformed("Nothing tells that the list is the company's")
        return False
    page = route.read_page(answer, _reading(search))
    search.take(page.rows)
    search.page, search.total = search.page + 1, page.total_count
    if page.next_page:
        return True
    search.wants_witness = search.whole and not search.rows_read and _is_disputable(search)
    return search.wants_witness


def _take_one(search: Search, answer: Answer) -> None:
    """A number that is not there is a miss; one that somebody else's order carries, no hit."""
    search.rows_read = 0
    if classify_read(answer) is Read.MISSING:
        return
    row = ROUTES[search.route].read_one(answer)
    search.take((row,))
    if not search.hits[search.sought[0].delivery_id]:
        search.stranger = row


def _is_disputable(search: Search) -> bool:
    access = search.lane.access
    return access is not None and access.door.names_company


def _reading(search: Search) -> Reading:
    return Reading(search.page, search.page_size, search.rows_read, search.total)
