"""Which orders a list shows, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.guard import Call
from sandbox.salesorders.shapes import read_moment
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox

ORDERINGS: dict[str, Callable[[Order], Any]] = {
    "created": lambda order: order.created_at,
    "lastmodified": lambda order: order.modified_at,
    "orderid": lambda order: order.order_id,
}


class BadListing(Exception):
    """A parameter has a value that V3 refuses."""


def matching_orders(sandbox: Sandbox, call: Call, query: dict[str, str]) -> list[Order]:
    """Unknown parameters are ignored, as V3 does. Raises BadListing."""
    given = {name.lower(): value for name, value in query.items() if value}
    order_type = call.request.parameters.get("type")
    tests = [
        *_exact_tests(given, order_type),
        *_time_tests(sandbox, given),
        *_text_tests(sandbox, given),
    ]
    orders = sandbox.orders.of(call.company.tenant_id).orders.values()
    found = [order for order in orders if all(test(order) for test in tests)]
    return _sorted(found, given.get("orderby", ""))


Test = Callable[[Order], bool]


def _exact_tests(given: dict[str, str], order_type: str | None) -> list[Test]:
    tests: list[Test] = []
    if order_type is not None:
        tests.append(lambda order: order.type.lower() == order_type.lower())
    if customer_id := given.get("customerid"):
        tests.append(lambda order: order.customer_id == customer_id)
    if status := given.get("status"):
        tests.append(lambda order: order.status.lower() == status.lower())
    return tests


def _time_tests(sandbox: Sandbox, given: dict[str, str]) -> list[Test]:
    tests: list[Test] = []
    if "modifiedsince" in given:
        # A plus sign that was not escaped arrives as a blank.
        since = read_moment(given["modifiedsince"]) or read_moment(
            given["modifiedsince"].replace(" ", "+")
        )
        if since is None:
            raise BadListing("modifiedSince is not a date and time.")
        tests.append(lambda order: order.modified_at >= since)
    if sandbox.switches.list_lag:
        visible = sandbox.clock.now() - timedelta(seconds=sandbox.switches.list_lag)
        tests.append(lambda order: order.created_at <= visible)
    return tests


def _text_tests(sandbox: Sandbox, given: dict[str, str]) -> list[Test]:
    wanted = given.get("filter", "").lower()
    if not wanted:
        return []
    only_id = sandbox.switches.filter_fields == "order_id"
    prefix = sandbox.switches.filter_match == "prefix"

    def matches(order: Order) -> bool:
        texts = [order.order_id]
        if not only_id:
            texts += [order.customer_order or "", order.customer_name]
        return any(
            text.lower().startswith(wanted) if prefix else wanted in text.lower() for text in texts
        )

    return [matches]


def _sorted(orders: list[Order], order_by: str) -> list[Order]:
    if not order_by.strip():
        return orders
    name, _, direction = order_by.strip().lower().partition(" ")
    direction = direction.strip() or "asc"
    if name not in ORDERINGS or direction not in {"asc", "desc"}:
        raise BadListing("orderBy must be created, lastModified or orderId, then asc or desc.")
    if direction == "desc":
        # Turned round first, so that orders of one moment come newest first too.
        orders.reverse()
    return sorted(orders, key=ORDERINGS[name], reverse=direction == "desc")
