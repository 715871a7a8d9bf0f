"""Reads what V3 tells about existing orders: a page of the list, or one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from integrations.visma.bodies import read_object
from integrations.visma.calls import Answer
from integrations.visma.errors import Malformed

BEYOND = 10**18  # no amount is that large, and arithmetic with one that is may fail


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """One order as the ERP has it (SalesOrderListDto). Absent texts are "", absent times None.

    ``customer_order`` and ``customer_ref_no`` are where our reference travels. Whether the total
    holds the tax is not said anywhere, so both are kept.
    """

    type: str
    order_id: str
    customer_id: str
    customer_order: str
    customer_ref_no: str
    order_total: Decimal
    tax_total: Decimal
    status: str
    created: datetime | None
    last_modified: datetime | None


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page. ``next_page`` says whether there is another; ``total_count`` may be unknown."""

    rows: tuple[ListedOrder, ...]
    next_page: bool
    total_count: int | None


def listed(answer: Answer) -> ListedPage:
    """Return a page of ``GET /SalesOrders``. Raises Malformed unless it is a whole 200 of rows."""
    body = _whole(answer)
    rows, count = body.get("value"), body.get("totalCount")
    if not isinstance(rows, list):
        raise Malformed("The list has no rows")
    return ListedPage(
        rows=tuple(_row(row) for row in rows),
        next_page=text_of(body, "nextPage") != "",
        total_count=count if type(count) is int else None,
    )


def order_read(answer: Answer) -> ListedOrder:
    """Return the order of a ``GET /SalesOrders/{type}/{orderId}``. Raises Malformed.

    The single read nests what the list has flat; without ``expand=Customer`` the three customer
    fields are "".
    """
    body = _whole(answer)
    customer, totals, status = (object_of(body, name) for name in ("customer", "totals", "status"))
    return _row(
        {
            **body,
            "customerId": customer.get("id"),
            "customerOrder": customer.get("order"),
            "customerRefNo": customer.get("refNo"),
            "orderTotal": totals.get("orderTotal"),
            "taxTotal": totals.get("taxTotal"),
            "status": status.get("description"),
        }
    )


def _whole(answer: Answer) -> dict[str, Any]:
    if not answer.whole or answer.status != HTTPStatus.OK:
        raise Malformed(f"The read ended with HTTP {answer.status}, libcurl {answer.curl_code}")
    return read_object(answer.body)


def _row(row: object) -> ListedOrder:
    if not isinstance(row, dict):
        raise Malformed("A row of the list is not an object")
    order_type, order_id = text_of(row, "type"), text_of(row, "orderId")
    if not order_type or not order_id:
        raise Malformed("An order has no type or number")
    return ListedOrder(
        type=order_type,
        order_id=order_id,
        customer_id=text_of(row, "customerId"),
        customer_order=text_of(row, "customerOrder"),
        customer_ref_no=text_of(row, "customerRefNo"),
        order_total=number_of(row, "orderTotal"),
        tax_total=number_of(row, "taxTotal", absent=Decimal(0)),
        status=text_of(row, "status"),
        created=_moment(row, "created"),
        last_modified=_moment(row, "lastModified"),
    )


def object_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """A member that is an object; empty where it is something else or absent."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def text_of(row: dict[str, Any], name: str) -> str:
    """A member that is a text, "" where it is absent. Raises Malformed."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is not a text")
    return value


def number_of(row: dict[str, Any], name: str, absent: Decimal | None = None) -> Decimal:
    """A member that is an amount. Raises Malformed."""
    value = row.get(name)
    if value is None and absent is not None:
        return absent
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Malformed(f"{name} is not a number")
    number = Decimal(value)
    if abs(number) >= BEYOND:
        raise Malformed(f"{name} is not an amount")
    return number


def _moment(row: dict[str, Any], name: str) -> datetime | None:
    """Visma reads and writes times without an offset as UTC."""
    text = text_of(row, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed(f"{name} is not a time") from None
