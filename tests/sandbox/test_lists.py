"""Lists of orders: what they find, in what order, page by page."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point


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


@point("E9.row")
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
@point("E9.parameters")
def test_lists(orders: Api, query: dict[str, str | int], numbers: list[int]) -> None:
    assert [int(row["orderId"]) for row in orders.listed(**query)["value"]] == numbers


@point("E9.page_size")
def test_a_page_has_a_hundred_rows_and_pages_count_from_zero(norway: Api) -> None:
    for _ in range(101):
        norway.post({"type": "SO", "customer": {"id": "10042"}})

    pages = [norway.listed(), norway.listed(pageIndex=1), norway.listed(pageIndex=2)]

    assert [len(page["value"]) for page in pages] == [100, 1, 0]
    assert [page["nextPage"] is None for page in pages] == [False, True, True]


def test_lists_one_type(orders: Api) -> None:
    orders.post(order(type="QT"))

    rows = orders.get("/api/v3/SalesOrders/qt").json()["value"]

    assert [row["type"] for row in rows] == ["QT"]


@point("E9.next_page", "E9.total_count")
def test_the_next_page_is_an_address(orders: Api) -> None:
    first = orders.listed(pageSize=3, orderBy="created desc")
    assert first["nextPage"].startswith(f"{orders.sandbox.url}/api/v3/SalesOrders?")
    path = first["nextPage"].removeprefix(orders.sandbox.url)

    last = orders.call("GET", path).json()

    assert first["totalCount"] == last["totalCount"] == 5
    assert [row["orderId"] for row in last["value"]] == ["000002", "000001"]
    assert last["nextPage"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"pageSize": 0},
        {"pageSize": ""},
        {"pageSize": "1.5"},
        {"pageIndex": "-2147483648"},
        {"orderBy": "created desc asc"},
        {"modifiedSince": "20240501"},
        {"pageSize": "many"},
        {"pageIndex": -1},
        {"orderBy": "number"},
        {"orderBy": "created sideways"},
        {"modifiedSince": "yesterday"},
        {"expand": "Everything"},
    ],
)
@point("E9.refusals")
def test_refuses_a_parameter_out_of_range(orders: Api, query: dict[str, str | int]) -> None:
    answer = orders.get("/api/v3/SalesOrders", **query)

    assert answer.status_code == 400
    assert answer.json()["status"] == 400
    assert "details" not in answer.json()


def test_another_company_sees_nothing(orders: Api, denmark: Api) -> None:
    assert denmark.listed() == {"value": [], "nextPage": None, "totalCount": 0}


@point("E9.deleted")
def test_a_deleted_order_is_gone(orders: Api) -> None:
    path = "/api/v3/SalesOrders/SO/000003"
    etag = orders.get(path).headers["ETag"]

    assert orders.call("DELETE", path, headers={"If-Match": etag}).status_code == 202

    assert orders.get(path).status_code == 404
    assert [row["orderId"] for row in orders.listed()["value"]] == [
        "000001",
        "000002",
        "000004",
        "000005",
    ]
