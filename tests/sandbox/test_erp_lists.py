"""Lists and single reads of the ERP API."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.older_orders import older_order


def numbers(
    api: Api, query: dict[str, str | int] | None = None, path: str = "/v1/salesorder"
) -> list[str]:
    answer = api.call("GET", path, params=query)
    assert answer.status_code == 200, answer.text
    return [row["orderNo"] for row in answer.json()]


@pytest.fixture
def orders(norway: Api) -> Api:
    """Three orders and a quote; the second is on hold and another customer's."""
    for number in (1, 2, 3):
        changes: dict[str, Any] = {"status": "Hold"} if number == 2 else {}
        customer = {"id": "10043" if number == 2 else "10042", "order": f"WEB-{number}"}
        norway.post(order(customer=customer, **changes))
    norway.post(order(type="QT"))
    return norway


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"orderType": "SO"}, ["000001", "000002", "000003"]),
        ({"orderType": "QT"}, ["000001"]),
        ({"status": "Hold"}, ["000002"]),
        ({"orderType": "SO", "greaterThanValue": "000001"}, ["000002", "000003"]),
        ({"orderType": "SO", "customerRefNo": "x"}, ["000001", "000002", "000003"]),
        ({"orderType": "SO", "numberToRead": 1, "skipRecords": 1}, ["000001", "000002", "000003"]),
        ({"OrderType": "SO", "PageSize": 1, "PageNumber": 3}, ["000003"]),
    ],
)
@point("E13.filters")
def test_filters_of_orders(orders: Api, query: dict[str, str | int], found: list[str]) -> None:
    assert numbers(orders, query) == found


def test_orders_of_one_customer(orders: Api) -> None:
    assert numbers(orders, path="/v1/customer/10043/salesorder") == ["000002"]
    assert numbers(orders, path="/v1/customer/10043/salesorderbasic") == ["000002"]


@point("E13.paging")
def test_pages_count_from_one_and_rows_carry_the_total(orders: Api) -> None:
    rows = orders.get("/v1/salesorder", pageNumber=2, pageSize=3).json()

    assert [row["orderType"] for row in rows] == ["QT"]
    assert rows[0]["metadata"] == {"totalCount": 4, "maxPageSize": 1000}


@point("E13.cut")
def test_a_page_above_the_largest_is_cut_and_nobody_says_so(orders: Api) -> None:
    answer = orders.get("/v1/salesorder", pageSize=5000)

    assert answer.status_code == 200
    assert answer.json()[0]["metadata"]["maxPageSize"] == 1000


@pytest.mark.parametrize("query", [{"pageNumber": 0}, {"pageSize": "many"}, {"pageSize": 0}])
def test_a_page_that_is_none_is_refused(orders: Api, query: dict[str, str | int]) -> None:
    assert orders.get("/v1/salesorder", **query).status_code == 400


@point("E13.modified")
def test_the_moment_of_change_is_compared_with_its_condition(orders: Api) -> None:
    later = "2090-01-01 00:00:00"

    def found(condition: str, moment: str = later) -> int:
        query: dict[str, str | int] = {
            "lastModifiedDateTime": moment,
            "lastModifiedDateTimeCondition": condition,
        }
        return len(numbers(orders, query))

    assert [found(condition) for condition in (">", ">=", "<", "<=")] == [0, 0, 4, 4]
    assert [found(">", one) for one in ("2020-01-01", "2020-01-01T00:00:00.000")] == [4, 4]


@point("E13.lone_filter")
def test_without_its_condition_the_moment_is_ignored(orders: Api) -> None:
    assert len(numbers(orders, {"lastModifiedDateTime": "2090-01-01"})) == 4


def test_a_moment_that_is_none_is_refused(orders: Api) -> None:
    query = {"lastModifiedDateTime": "yesterday", "lastModifiedDateTimeCondition": ">"}

    assert orders.get("/v1/salesorder", **query).status_code == 400


@point("E13.dates")
def test_moments_come_in_three_forms(denmark: Api) -> None:
    denmark.call("POST", "/v1/salesorder", json=older_order())

    plain = denmark.get("/v1/customer/10042").json()["lastModifiedDateTime"]
    utc = denmark.get("/v1/inventory/22622").json()["lastModifiedDateTime"]
    offset = denmark.get("/v1/salesorder/000001").json()["lastModifiedDateTime"]

    assert datetime.fromisoformat(plain).tzinfo is None
    assert utc.endswith("Z")
    assert datetime.fromisoformat(offset).utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/v1/customer/10042", "timeStamp"),
        ("/v1/organization/1", "timeStamp"),
        ("/v1/inventory/22622", "timestamp"),
    ],
)
@point("E13.etag")
def test_the_etag_of_a_single_read_is_its_time_stamp(denmark: Api, path: str, member: str) -> None:
    answer = denmark.get(path)

    assert answer.headers["ETag"] == f'"{answer.json()[member]}"'
    assert len(base64.b64decode(answer.json()[member])) == 8


@point("E13.order_time_stamp")
def test_an_order_has_its_etag_in_the_header_alone(denmark: Api) -> None:
    denmark.post(order())

    answer = denmark.get("/v1/salesorder/000001")

    assert answer.headers["ETag"]
    assert "timeStamp" not in answer.json()


@point("E13.nulls")
def test_members_without_a_value_are_left_out(denmark: Api) -> None:
    denmark.post(order())

    shown = denmark.get("/v1/salesorder/000001").json()

    assert None not in shown.values()
    assert "cashAccount" not in shown


@point("E13.request_id")
def test_answers_carry_the_id_of_the_request(denmark: Api) -> None:
    ids = [denmark.get("/v1/branch").headers["Ipp-Request-Id"] for _ in range(2)]

    assert len(set(ids)) == 2


@point("E13.b64")
def test_an_id_may_come_encoded(denmark: Api) -> None:
    body = {"tenant_id": denmark.tenant_id, "customers": {"A/B ø": "Odd"}}
    denmark.sandbox.control("POST", "companies", body)
    encoded = base64.urlsafe_b64encode("A/B ø".encode()).rstrip(b"=").decode()

    assert denmark.get(f"/v1/customer/b64({encoded})").json()["number"] == "A/B ø"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "Inactive"}, ["10099"]),
        ({"greaterThanValue": "10044"}, ["10099", "10098"]),
        ({"pageSize": 1, "pageNumber": 2}, ["10043"]),
        ({"vatRegistrationId": "NONE"}, []),
        ({"lastModifiedDateTime": "2024-01-01", "lastModifiedDateTimeCondition": "<"}, []),
        ({"createdDateTime": "2090-01-01"}, ["10042", "10043", "10044", "10099", "10098"]),
    ],
)
@point("E13.customers")
def test_filters_of_customers(denmark: Api, query: dict[str, str | int], found: list[str]) -> None:
    assert [row["number"] for row in denmark.get("/v1/customer", **query).json()] == found


@point("E13.name_filter")
def test_the_name_filter_finds_within_names(denmark: Api) -> None:
    [row] = denmark.get("/v1/customer", name="interi").json()

    assert (row["number"], row["name"]) == ("10042", "Havgløtt Interiør")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"inventoryNumber": "22622"}, ["22622"]),
        ({"description": "heart"}, ["85123A"]),
        ({"status": "Inactive", "inventoryNumber": "22622"}, []),
    ],
)
@point("E13.inventory")
def test_filters_of_items(denmark: Api, query: dict[str, str | int], found: list[str]) -> None:
    assert [row["inventoryNumber"] for row in denmark.get("/v1/inventory", **query).json()] == found


@point("E13.records")
def test_the_other_records_can_be_read(denmark: Api) -> None:
    customer = denmark.get("/v1/customer/10042").json()
    internal = customer["internalId"]

    assert denmark.get(f"/v1/customer/internal/{internal}").json()["number"] == "10042"
    assert denmark.get("/v1/branch").json()[0]["number"] == "1"
    assert denmark.get("/v1/branch/1").json()["name"] == "Fjordlys Danmark ApS"
    assert denmark.get(f"/v1/location/{internal}").json()[0]["locationId"] == "MAIN"
    assert denmark.get(f"/v1/location/{internal}/MAIN").json()["baccount"]["number"] == "10042"
    assert denmark.get("/v1/salesordertype/SO").json()["behavior"] == "SalesOrder"
    types = [row["orderType"] for row in denmark.get("/v1/salesordertype").json()]
    assert types[:2] == ["SO", "QT"]


@pytest.mark.parametrize(
    "path",
    ["customer/9", "inventory/9", "branch/9", "organization/9", "salesordertype/ZZ", "nowhere"],
)
def test_what_is_not_there_is_404_with_a_message(denmark: Api, path: str) -> None:
    answer = denmark.get(f"/v1/{path}")

    assert (answer.status_code, list(answer.json())) == (404, ["message"])
