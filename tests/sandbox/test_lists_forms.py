"""Lists where it is not known how Visma has them: each switch as it is and turned."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point


@pytest.fixture
def orders(norway: Api) -> Api:
    """WEB-1 and WEB-2, of one customer."""
    for number in (1, 2):
        customer = {"id": "10042", "order": f"WEB-{number}", "refNo": f"REF-{number}"}
        norway.post(order(customer=customer))
    return norway


def found(api: Api, **query: str | int) -> list[str]:
    return [row["customerOrder"] for row in api.listed(**query)["value"]]


@point("E9.filter_fields")
def test_the_filter_looks_into_three_fields(orders: Api) -> None:
    assert found(orders, filter="WEB-2") == ["WEB-2"]
    assert found(orders, filter="10042") == ["WEB-1", "WEB-2"]
    assert found(orders, filter="000002") == ["WEB-2"]


def test_the_older_filter_knows_only_order_ids(orders: Api) -> None:
    orders.sandbox.switch(filter_fields="order_id")

    assert found(orders, filter="WEB-2") == []
    assert found(orders, filter="000002") == ["WEB-2"]


@point("E9.filter_match")
def test_the_filter_matches_anywhere(orders: Api) -> None:
    assert found(orders, filter="EB-2") == ["WEB-2"]


def test_the_filter_may_match_beginnings_only(orders: Api) -> None:
    orders.sandbox.switch(filter_match="prefix")

    assert found(orders, filter="EB-2") == []
    assert found(orders, filter="WEB-2") == ["WEB-2"]


@point("E9.filter_case")
def test_the_filter_does_not_look_at_letter_case(orders: Api) -> None:
    assert found(orders, filter="web-2") == ["WEB-2"]


@point("E9.modified_since")
def test_modified_since_takes_that_very_moment(orders: Api) -> None:
    moment = orders.listed()["value"][1]["lastModified"]

    assert found(orders, modifiedSince=moment) == ["WEB-2"]


@point("E9.modified_since_utc")
def test_modified_since_is_utc_without_an_offset(orders: Api) -> None:
    moment = orders.listed()["value"][1]["lastModified"].removesuffix("Z")

    assert found(orders, modifiedSince=moment) == ["WEB-2"]
    assert found(orders, modifiedSince=f"{moment}+14:00") == ["WEB-1", "WEB-2"]
    assert found(orders, modifiedSince=f"{moment}-12:00") == []


@point("E9.max_page_size")
def test_more_than_a_thousand_rows_are_refused(orders: Api) -> None:
    assert orders.get("/api/v3/SalesOrders", pageSize=1000).status_code == 200
    assert orders.get("/api/v3/SalesOrders", pageSize=1001).status_code == 400


@point("E9.expanded_page")
def test_an_expanded_page_is_cut_to_a_hundred_rows(norway: Api) -> None:
    for _ in range(101):
        norway.post({"type": "SO", "customer": {"id": "10042"}})

    assert len(norway.listed(pageSize=200)["value"]) == 101
    expanded = norway.listed(pageSize=200, expand="Customer")
    assert len(expanded["value"]) == 100
    assert expanded["nextPage"] is not None


def test_too_large_an_expanded_page_may_be_refused(orders: Api) -> None:
    orders.sandbox.switch(expanded_page="refused")

    assert orders.get("/api/v3/SalesOrders", pageSize=101, expand="Note").status_code == 400
    assert orders.get("/api/v3/SalesOrders", pageSize=100, expand="Note").status_code == 200


@point("E9.list_expand")
def test_an_expanded_row_carries_sections_of_the_order(orders: Api) -> None:
    row = orders.listed(expand="Customer,Lines", pageSize=1)["value"][0]

    assert row["customer"]["refNo"] == "REF-1"
    assert [line["lineId"] for line in row["orderLines"]] == [1, 2]
    assert (row["status"], row["statusDetails"]["description"]) == ("Open", "Open")


@point("E9.list_lag")
def test_a_new_order_is_listed_at_once(orders: Api) -> None:
    assert found(orders) == ["WEB-1", "WEB-2"]


def test_a_lagging_list_shows_new_orders_late(orders: Api) -> None:
    orders.sandbox.switch(list_lag=60)
    assert found(orders) == []
    assert orders.get("/api/v3/SalesOrders/SO/000001").status_code == 200

    orders.sandbox.control("POST", "clock", {"advance": 61})
    assert found(orders) == ["WEB-1", "WEB-2"]


@point("E9.links")
def test_a_row_links_to_its_order(orders: Api) -> None:
    [link] = orders.listed(pageSize=1)["value"][0]["_links"]["self"].values()

    assert orders.call("GET", link.removeprefix(orders.sandbox.url)).json()["orderId"] == "000001"
