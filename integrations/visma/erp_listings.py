"""Reads what the ERP API tells about existing orders: a page of the list, or one order."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from integrations.visma.bodies import read_json
from integrations.visma.calls import Answer
from integrations.visma.doors import Reading
from integrations.visma.errors import ListMoved, Malformed
from integrations.visma.listings import ListedOrder, ListedPage, number_of, object_of, text_of


def orders_page(answer: Answer, reading: Reading) -> ListedPage:
    """Return a page of ``GET /v1/salesorder``. How many there are in all is told in each row.

    Raises Malformed unless it is a whole 200 of rows, and ListMoved when the rows in all are
    others than before, or end too early.
    """
    rows = _whole(answer)
    if not isinstance(rows, list):
        raise Malformed("The list has no rows")
    total = _total(rows[0]) if rows else 0
    if any(_total(row) != total for row in rows):
        raise Malformed("The rows don't agree on how many there are")
    if reading.total is not None and total != reading.total:
        raise ListMoved("The list changed while it was read")
    listed = tuple(_row(row) for row in rows)
    return ListedPage(listed, next_page=reading.rows + len(rows) < total, total_count=total)


def order_read(answer: Answer) -> ListedOrder:
    """Return the order of ``GET /v1/salesorder/{type}/{number}``. Raises Malformed."""
    return _row(_whole(answer))


def _whole(answer: Answer) -> Any:
    if not answer.whole or answer.status != HTTPStatus.OK:
        raise Malformed(f"The read ended with HTTP {answer.status}, libcurl {answer.curl_code}")
    return read_json(answer.body)


def _total(row: object) -> int:
    metadata = row.get("metadata") if isinstance(row, dict) else None
    total = metadata.get("totalCount") if isinstance(metadata, dict) else None
    if type(total) is not int or total < 1:
        raise Malformed("A row doesn't say how many there are")
    return total


def _row(row: object) -> ListedOrder:
    if not isinstance(row, dict):
        raise Malformed("An order is not an object")
    order_type, number = text_of(row, "orderType"), text_of(row, "orderNo")
    if not order_type or not number:
        raise Malformed("An order has no type or number")
    return ListedOrder(
        type=order_type,
        order_id=number,
        customer_id=text_of(object_of(row, "customer"), "number"),
        customer_order=text_of(row, "customerOrder"),
        customer_ref_no=text_of(row, "customerRefNo"),
        order_total=number_of(row, "orderTotal"),
        tax_total=number_of(row, "taxTotal", absent=Decimal(0)),
        status=text_of(row, "status"),
        created=None,
        last_modified=None,
    )
