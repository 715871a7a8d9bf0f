from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.visma.errors import Malformed
from integrations.visma.sales_orders import ListedOrder, ListedPage, listed, order_read
from tests.visma.made_answers import answer

ROW = {
    "type": "SO",
    "orderId": "000023",
    "status": "Open",
    "date": "2026-11-20T12:00:00Z",
    "customerId": "10001",
    "orderTotal": 1234.5,
    "taxTotal": 246.9,
    "customerOrder": "WEB-1",
    "customerRefNo": "WEB-1",
    "lastModified": "2026-11-20T12:30:01.1234567Z",
    "somethingNew": {"x": 1},
}
ORDER = ListedOrder(
    type="SO",
    order_id="000023",
    customer_id="10001",
    customer_order="WEB-1",
    customer_ref_no="WEB-1",
    order_total=Decimal("1234.5"),
    tax_total=Decimal("246.9"),
    status="Open",
    created=None,
    last_modified=datetime(2026, 11, 20, 12, 30, 1, 123_456, UTC),
)


def page(**members: Any) -> dict[str, Any]:
    return {"value": [ROW], "nextPage": None, "totalCount": 1, **members}


def test_reads_a_page() -> None:
    assert listed(answer(body=page())) == ListedPage((ORDER,), next_page=False, total_count=1)


def test_says_whether_there_is_another_page() -> None:
    more = page(nextPage="https://x/SalesOrders?pageIndex=1", totalCount=None)

    assert listed(answer(body=more)) == ListedPage((ORDER,), next_page=True, total_count=None)


def test_reads_an_empty_page() -> None:
    assert listed(answer(body=page(value=[]))).rows == ()


def test_reads_a_row_without_what_may_be_absent() -> None:
    bare = {"type": "SO", "orderId": "1", "orderTotal": 0, "customerOrder": None}

    (row,) = listed(answer(body=page(value=[bare]))).rows

    assert row == ListedOrder("SO", "1", "", "", "", Decimal(0), Decimal(0), "", None, None)


@pytest.mark.parametrize(
    "text", [b"0.1", b"100000000000000.01", b"1e2", b"-5", b"19.989999999999998"]
)
def test_reads_a_total_as_it_was_written(text: bytes) -> None:
    body = b'{"value":[{"type":"SO","orderId":"1","orderTotal":' + text + b"}]}"

    (row,) = listed(answer(body=body)).rows

    assert row.order_total == Decimal(text.decode())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T12:00:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T12:00:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T13:00:00+01:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T12:00:00.5", datetime(2026, 11, 20, 12, 0, 0, 500_000, UTC)),
    ],
)
def test_reads_all_three_forms_of_a_time(text: str, moment: datetime) -> None:
    (row,) = listed(answer(body=page(value=[{**ROW, "created": text}]))).rows

    assert row.created == moment


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"value":[',
        b"\xff",
        b'{"value":[],"value":[]}',
        b"[" * 100_000,
        {},
        page(value=None),
        page(value={}),
        page(value=["SO"]),
        page(nextPage=1),
        page(value=[{**ROW, "orderId": None}]),
        page(value=[{**ROW, "orderId": 23}]),
        page(value=[{**ROW, "type": ""}]),
        page(value=[{**ROW, "customerOrder": 1}]),
        page(value=[{**ROW, "orderTotal": None}]),
        page(value=[{**ROW, "orderTotal": "1"}]),
        page(value=[{**ROW, "orderTotal": True}]),
        page(value=[{**ROW, "lastModified": "yesterday"}]),
        page(value=[{**ROW, "lastModified": "0001-01-01T00:00:00+14:00"}]),
        b'{"value":[{"type":"SO","orderId":"1","orderTotal":NaN}]}',
        b'{"value":[{"type":"SO","orderId":"1","orderTotal":1e999999}]}',
        b'{"value":[{"type":"SO","orderId":"1","orderTotal":1e999999999999999999999}]}',
    ],
    ids=lambda body: repr(body)[:60],
)
def test_refuses_what_is_no_page_of_orders(body: Any) -> None:
    with pytest.raises(Malformed):
        listed(answer(body=body))


@pytest.mark.parametrize("read", [listed, order_read])
def test_refuses_an_answer_that_is_no_whole_200(read: Any) -> None:
    for other in (
        answer(body=page(), complete=False),
        answer(body=page(), curl_code=18),
        answer(206, body=page()),
        answer(404, body=page()),
    ):
        with pytest.raises(Malformed):
            read(other)


def test_reads_one_order() -> None:
    body = {
        "type": "SO",
        "orderId": "000023",
        "status": {"description": "Open", "hold": False},
        "totals": {"orderTotal": 1234.5, "taxTotal": 246.9},
        "customer": {"id": "10001", "order": "WEB-1", "refNo": "WEB-1"},
        "lastModified": "2026-11-20T12:30:01.1234567",
    }

    assert order_read(answer(body=body)) == ORDER


def test_reads_one_order_whose_customer_was_not_asked_for() -> None:
    body = {"type": "SO", "orderId": "1", "status": {}, "totals": {"orderTotal": 1}}

    order = order_read(answer(body=body))

    assert (order.customer_id, order.customer_order, order.customer_ref_no) == ("", "", "")
