"""Sales Order API V3: builds the calls and reads the answers. Sends nothing itself.

A base URL is the service's address without a path, for instance https://salesorder.visma.net.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlencode, urlsplit

from integrations.visma.calls import Answer, Call, Deadline
from integrations.visma.errors import Malformed
from integrations.visma.headers import RateLimit, answered_at, rate_limit, retry_after
from integrations.visma.listings import ListedOrder, ListedPage, listed, order_read
from integrations.visma.problems import Detail, Problem, problem

__all__ = [
    "Detail",
    "ListedOrder",
    "ListedPage",
    "Malformed",
    "Problem",
    "RateLimit",
    "answered_at",
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
_TYPE = re.compile(r"[A-Za-z0-9]{1,4}")
_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,13}[A-Za-z0-9])?")  # orderId: at most 15


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
    locations = answer.headers.get("location", [])
    if len(locations) != 1 or not locations[0].isascii():
        return None
    try:
        address = urlsplit(locations[0])
    except ValueError:
        return None
    *_, orders, order_type, number = ["", "", "", *address.path.split("/")]
    order_type, number = unquote(order_type), unquote(number)
    well_formed = (
        not (address.query or address.fragment)
        and orders.lower() == "salesorders"
        and _TYPE.fullmatch(order_type)
        and _NUMBER.fullmatch(number)
    )
    return (order_type, number) if well_formed else None


def bearer(token: str) -> tuple[str, ...]:
    """Return the header lines of an authorized request. Raises ValueError for an odd token."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("The access token holds characters a header can't carry.")
    return (f"Authorization: Bearer {token}", "Accept: application/json")


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
