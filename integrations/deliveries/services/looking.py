"""The look: is an order whose answer went missing in Visma.net or not?

Visma honours no idempotency key, so before anything is sent again the company's orders are listed
and searched for our reference. To *find*, a list may be narrowed; only the whole list, begun after
the quarantine and twice, can prove absence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.holding import HeldLane
from integrations.orders.services import payloads
from integrations.visma.calls import Call
from integrations.visma.sales_orders import ListedOrder, list_call

SKEW = timedelta(minutes=5)
UNKNOWN_OFFSET = timedelta(hours=24)
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
    charged: int

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
    page: int = 0
    rows_read: int = 0
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
    early = [s for s in sought if now < s.quarantined_until]
    if len(sought) <= MOST_NARROW and early:
        sought = [s for s in sought if s not in early]
        narrow = [Search(lane, [one], now, whole=False) for one in early]
    else:
        narrow = []
    return [*narrow, Search(lane, sought, now, whole=True)] if sought else narrow


def _due(lane: HeldLane, now: datetime) -> list[Delivery]:
    return list(
        Delivery.objects.filter(
            lane_id=lane.lane_id, state=Delivery.State.UNCERTAIN, look_at__lte=now
        )
        .select_related("order__connection__integration")
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
        charged=delivery.charged,
    )


def page_call(search: Search) -> Call:
    """The request for the search's next page; its lane has an access."""
    access = search.lane.access
    if access is None:
        raise RuntimeError("A lane without access was asked to look.")
    one = search.sought[0]
    return list_call(
        access.sales_order_url,
        access.token,
        modified_since=_since(search),
        customer_id=None if search.whole else one.buyer,
        filter=None if search.whole else one.reference,
        page_index=search.page,
        page_size=PAGE_SIZE,
        key=PageAsked(search, search.page),
        deadline=search.lane.deadline,
    )


def _since(search: Search) -> datetime:
    """From when on, by Visma's clock: a little before the first send, a day where it is unknown."""
    first = min(one.first_sent_at for one in search.sought)
    offset = search.lane.clock_offset
    return first - UNKNOWN_OFFSET if offset is None else first + offset - SKEW
