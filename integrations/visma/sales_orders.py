"""Sales Order API V3: builds the calls and reads the answers. Sends nothing itself.

A base URL is the service's address without a path, for instance https://salesorder.visma.net.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlencode, urlsplit

from integrations.visma.calls import Answer, Call, Deadline
from integrations.visma.doors import SENDS_JSON, Door, Reading, Wanted
from integrations.visma.errors import Malformed
from integrations.visma.headers import RateLimit, answered_at, rate_limit, retry_after
from integrations.visma.listings import ListedOrder, ListedPage, listed, order_read
from integrations.visma.locations import is_number, is_type, only_location
from integrations.visma.problems import Detail, Problem, problem
from integrations.visma.tokens import bearer

__all__ = [
    "SALESORDER_V3",
    "Detail",
    "ListedOrder",
    "ListedPage",
    "Malformed",
    "Problem",
    "RateLimit",
    "answered_at",
    "bearer",
    "list_call",
    "listed",
    "new_order_call",
    "order_number",
    "order_read",
    "problem",
    "rate_limit",
    "read_call",
    "retry_after",
]

ORDERS = "/api/v3/SalesOrders"
SKEW = timedelta(minutes=5)
UNKNOWN_OFFSET = timedelta(hours=24)


class SalesOrderV3:
    """Route ``salesorder-v3``."""

    def door(
        self, base_url: str, token: str, more: tuple[str, ...] = (), timeout: float = 0.0
    ) -> Door:
        reading = (*bearer(token), *more)
        return Door(
            base_url=base_url,
            orders_url=_address(base_url),
            token=token,
            reading=reading,
            writing=(*reading, SENDS_JSON),
            timeout=timeout,
        )

    def create(self, door: Door, body: bytes, key: object, deadline: Deadline) -> Call:
        return Call(key, "POST", door.orders_url, door.writing, body, deadline, door.timeout)

    def page(
        self, door: Door, wanted: Wanted, reading: Reading, key: object, deadline: Deadline
    ) -> Call:
        return list_call(
            door.base_url,
            door.token,
            modified_since=wanted.since,
            customer_id=wanted.buyer,
            filter=wanted.reference,
            page_index=reading.page,
            page_size=reading.page_size,
            key=key,
            deadline=deadline,
        )

    def one(
        self, door: Door, order_type: str, number: str, key: object, deadline: Deadline
    ) -> Call:
        return read_call(door.base_url, door.token, order_type, number, key=key, deadline=deadline)

    def witness(self, door: Door, key: object, deadline: Deadline) -> Call | None:
        """The company is the token's: a list without rows is that company's."""
        return None

    def since(self, first_sent: datetime, offset: timedelta | None) -> datetime:
        return first_sent - UNKNOWN_OFFSET if offset is None else first_sent + offset - SKEW

    def created(self, answer: Answer, sent: bytes) -> tuple[str, str] | None:
        return order_number(answer)

    def refuses_order(self, said: Problem, answer: Answer) -> bool:
        return bool(said.details)

    def read_page(self, answer: Answer, reading: Reading) -> ListedPage:
        return listed(answer)

    def read_one(self, answer: Answer) -> ListedOrder:
        return order_read(answer)

    def has_witness(self, answer: Answer) -> bool:
        return True


def new_order_call(
    base_url: str, token: str, payload_bytes: bytes, key: object, deadline: Deadline
) -> Call:
    """Create a sales order: POST of NewSalesOrderCommand, as UTF-8 JSON made by the caller."""
    headers = (*bearer(token), "Content-Type: application/json")
    return Call(key, "POST", _address(base_url), headers, payload_bytes, deadline)


def list_call(
    base_url: str,
    token: str,
    *,
    modified_since: datetime | None,
    customer_id: str | None = None,
    filter: str | None = None,  # noqa: A002 - the API's own word
    page_index: int = 0,
    page_size: int = 100,
    order_by: str = "created desc",
    key: object,
    deadline: Deadline,
) -> Call:
    """List the company's orders, ``page_index`` from 0. ``modified_since`` must be aware.

    ``filter`` is free text over order number, customer's order number and customer name: good for
    finding, never proof of absence.
    """
    query: dict[str, str | int | None] = {
        "customerId": customer_id,
        "modifiedSince": _utc(modified_since) if modified_since else None,
        "filter": filter,
        "orderBy": order_by,
        "pageIndex": page_index,
        "pageSize": page_size,
    }
    return Call(key, "GET", _address(base_url, query=query), bearer(token), None, deadline)


def read_call(
    base_url: str,
    token: str,
    type: str,  # noqa: A002 - the API's own word
    order_id: str,
    expand: str = "Customer",
    *,
    key: object,
    deadline: Deadline,
) -> Call:
    """Read one order. Only with Customer expanded does it tell buyer and references."""
    url = _address(base_url, type, order_id, query={"expand": expand or None})
    return Call(key, "GET", url, bearer(token), None, deadline)


def order_number(answer: Answer) -> tuple[str, str] | None:
    """Return type and number from the Location of a 201, None if it is absent, doubled or odd.

    The host is ignored: Visma answers with more than one.
    """
    location = only_location(answer)
    if not location:
        return None
    address = urlsplit(location)
    *_, orders, order_type, number = ["", "", "", *address.path.split("/")]
    order_type, number = unquote(order_type), unquote(number)
    well_formed = (
        not (address.query or address.fragment)
        and orders.lower() == "salesorders"
        and is_type(order_type)
        and is_number(number)
    )
    return (order_type, number) if well_formed else None


def _address(
    base_url: str, *segments: str, query: Mapping[str, str | int | None] | None = None
) -> str:
    path = "/".join([ORDERS, *(quote(segment, safe="") for segment in segments)])
    asked = {name: value for name, value in (query or {}).items() if value not in (None, "")}
    text = f"?{urlencode(asked, quote_via=quote)}" if asked else ""
    return f"{base_url.rstrip('/')}{path}{text}"


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("modified_since needs a time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SALESORDER_V3 = SalesOrderV3()
