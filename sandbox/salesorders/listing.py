"""Which orders a list shows, and in what order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sandbox.guard import Call
from sandbox.query import Query
from sandbox.salesorders.finding import known_type
from sandbox.salesorders.search import Finder, searched_text
from sandbox.salesorders.shapes import read_moment
from sandbox.salesorders.states import EVERY_STATUS
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.switches import Switches
from sandbox.world.companies import Company

ORDERINGS: dict[str, Callable[[Order], Any]] = {
    "created": attrgetter("created_at"),
    "lastmodified": attrgetter("modified_at"),
    "orderid": attrgetter("order_id"),
}
LOOKS_LIKE_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)


class BadListing(Exception):
    """A parameter has a value that V3 refuses."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is asked for; empty members ask for nothing. ``order`` is a name and whether
    the newest comes first."""

    order_type: str
    customer_id: str
    status: str
    since: datetime | None
    text: str
    order: tuple[str, bool] | None


def read_wish(call: Call, query: Query, switches: Switches) -> Wish:
    """Parameters that are not known are ignored, as V3 does. Raises BadListing."""
    asked_type = call.request.parameters.get("type")
    order_type = "" if asked_type is None else known_type(call.company, asked_type)
    status = query.text("status") or ""
    if switches.unknown_list_values == "refused":
        _check_known(order_type, status, call.company)
    return Wish(
        order_type=order_type,
        customer_id=query.text("customerId") or "",
        status=status,
        since=read_since(query.text("modifiedSince")),
        text=query.text("filter") or "",
        order=_read_order(query.text("orderBy") or ""),
    )


def _check_known(order_type: str, status: str, company: Company) -> None:
    if order_type and order_type not in company.order_types:
        raise BadListing("The type is none of the company's.")
    if status and status.lower() not in {one.lower() for one in EVERY_STATUS}:
        raise BadListing("The status is none that an order can have.")


def matching_orders(sandbox: Sandbox, call: Call, wish: Wish) -> list[Order]:
    """One pass per condition, the cheapest first: 200,000 orders take about 10 milliseconds."""
    switches = sandbox.switches
    found = _candidates(sandbox, call.company.tenant_id, wish.text)
    if wish.customer_id:
        found = [order for order in found if order.customer_id == wish.customer_id]
    if wish.order_type:
        found = [order for order in found if order.type == wish.order_type]
    if wish.since:
        found = _changed_since(found, wish.since, switches)
    if switches.list_lag:
        visible = sandbox.clock.now() - timedelta(seconds=switches.list_lag)
        found = [order for order in found if order.created_at <= visible]
    if hidden := sandbox.faults.hidden(call.company.tenant_id, sandbox.clock.seconds()):
        found = [order for order in found if order.name not in hidden]
    if wish.status:
        status = wish.status.lower()
        found = [order for order in found if order.status.lower() == status]
    if wish.text:
        found = _with_text(found, wish.text, switches)
    return _sorted(list(found), wish.order)


def _candidates(sandbox: Sandbox, tenant_id: str, text: str) -> Iterable[Order]:
    book = sandbox.orders.of(tenant_id)
    if not text:
        return book.orders.values()
    finder = sandbox.finders.get(tenant_id)
    if finder is None or not finder.is_of(book):
        finder = sandbox.finders[tenant_id] = Finder(book)
    return finder.candidates(text)


def read_since(value: str | None) -> datetime | None:
    """A moment; without an offset it is UTC. None when none was given. Raises BadListing."""
    if not value:
        return None
    # A plus sign that was not escaped arrives as a blank.
    candidates = (value, re.sub(r" (?=\d{2}:?\d{2}$)", "+", value))
    for candidate in candidates:
        moment = read_moment(candidate) if LOOKS_LIKE_A_DATE.fullmatch(candidate) else None
        if moment is not None:
            return moment
    raise BadListing("modifiedSince is not a date and time.")


def _changed_since(found: Iterable[Order], since: datetime, switches: Switches) -> list[Order]:
    if switches.modified_since == "after":
        return [order for order in found if order.modified_at > since]
    return [order for order in found if order.modified_at >= since]


def _with_text(found: Iterable[Order], wanted: str, switches: Switches) -> list[Order]:
    folded = switches.filter_case == "ignored"
    only_id = switches.filter_fields == "order_id"
    prefix = switches.filter_match == "prefix"
    needle = "\n" + wanted if prefix else wanted
    if folded:
        needle = needle.lower()

    def text(order: Order) -> str:
        if only_id:
            return "\n" + order.order_id
        return searched_text(order)

    if folded:
        return [order for order in found if needle in text(order).lower()]
    return [order for order in found if needle in text(order)]


def _read_order(order_by: str) -> tuple[str, bool] | None:
    if not order_by:
        return None
    name, *rest = order_by.lower().split()
    if name not in ORDERINGS or rest not in ([], ["asc"], ["desc"]):
        raise BadListing("orderBy must be created, lastModified or orderId, then asc or desc.")
    return name, rest == ["desc"]


def _sorted(orders: list[Order], order: tuple[str, bool] | None) -> list[Order]:
    if order is None:
        return orders
    name, descending = order
    if descending:
        # Turned round first, so that orders of one moment come newest first too.
        orders.reverse()
    orders.sort(key=ORDERINGS[name], reverse=descending)
    return orders
