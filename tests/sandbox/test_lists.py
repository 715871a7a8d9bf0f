"""Lists of orders: what they find, in what order, page by page."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Api, order


@pytest.fixture
def orders(norway: Api) -> Api:
    """Five orders: 10042 has WEB-1 and WEB-3, 10043 the others."""
    for number in range(1, 6):
        customer = {
            "id": "10042" if number in {1, 3} else "10043",
            "order": f"WEB-{number}",
            "refNo": f"REF-{number}",
        }
        norway.post(order(customer=customer))
    return norway


def test_a_row_carries_both_references_and_a_plain_status(orders: Api) -> None:
    row = orders.listed()["value"][0]

    assert (row["customerOrder"], row["customerRefNo"]) == ("WEB-1", "REF-1")
    assert row["status"] == "Open"
    assert "version" not in row


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"customerId": "10042"}, [1, 3]),
        ({"filter": "web-4"}, [4]),
        ({"filter": "000002"}, [2]),
        ({"filter": "10042"}, [1, 3]),
        ({"filter": "REF-4"}, []),
        ({"customerRefNo": "REF-4"}, [1, 2, 3, 4, 5]),
        ({"status": "hold"}, []),
        ({"orderBy": "created desc"}, [5, 4, 3, 2, 1]),
        ({"orderBy": "orderId"}, [1, 2, 3, 4, 5]),
        ({"orderBy": "lastModified desc"}, [5, 4, 3, 2, 1]),
        ({"modifiedSince": "2020-01-01T00:00:00"}, [1, 2, 3, 4, 5]),
        ({"modifiedSince": "2090-01-01T00:00:00+01:00"}, []),
        ({"pageSize": 2}, [1, 2]),
        ({"pageSize": 2, "pageIndex": 2}, [5]),
        ({"pagesize": 2, "pageIndex": 3}, []),
    ],
)
def test_lists(orders: Api, query: dict[str, str | int], numbers: list[int]) -> None:
    assert [int(row["orderId"]) for row in orders.listed(**query)["value"]] == numbers


def test_lists_one_type(orders: Api) -> None:
    orders.post(order(type="QT"))

    rows = orders.get("/api/v3/SalesOrders/qt").json()["value"]

    assert [row["type"] for row in rows] == ["QT"]


def test_the_next_page_is_an_address(orders: Api) -> None:
    first = orders.listed(pageSize=3, orderBy="created desc")
    path = first["nextPage"].removeprefix(orders.sandbox.url)

    last = orders.call("GET", path).json()

    assert first["totalCount"] == last["totalCount"] == 5
    assert [row["orderId"] for row in last["value"]] == ["000002", "000001"]
    assert last["nextPage"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": 0},
        {"pageSize": 1001},
        {"pageSize": "many"},
        {"pageIndex": -1},
        {"orderBy": "number"},
        {"orderBy": "created sideways"},
        {"modifiedSince": "yesterday"},
        {"expand": "Everything"},
    ],
)
def test_refuses_a_parameter_out_of_range(orders: Api, query: dict[str, str | int]) -> None:
    answer = orders.get("/api/v3/SalesOrders", **query)

    assert answer.status_code == 400
    assert answer.json()["status"] == 400
    assert "details" not in answer.json()


def test_the_older_filter_knows_only_order_ids(orders: Api) -> None:
    orders.sandbox.switch(filter_fields="order_id")

    assert orders.listed(filter="WEB-4")["value"] == []
    assert len(orders.listed(filter="000004")["value"]) == 1


def test_the_filter_may_match_beginnings_only(orders: Api) -> None:
    orders.sandbox.switch(filter_match="prefix")

    assert orders.listed(filter="EB-4")["value"] == []
    assert len(orders.listed(filter="WEB-4")["value"]) == 1


def test_a_lagging_list_shows_new_orders_late(orders: Api) -> None:
    orders.sandbox.switch(list_lag=60)
    assert orders.listed()["value"] == []

    orders.sandbox.control("POST", "clock", {"advance": 61})
    assert len(orders.listed()["value"]) == 5


def test_another_company_sees_nothing(orders: Api, denmark: Api) -> None:
    assert denmark.listed() == {"value": [], "nextPage": None, "totalCount": 0}
