"""Reading one order and what belongs to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.shapes_v3 import SECTIONS

ORDER = "/api/v3/SalesOrders/SO/000001"


def read(api: Api, **query: str) -> Any:
    answer = api.get(ORDER, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def placed(denmark: Api) -> Api:
    answer = denmark.post(order("WEB-1"))
    assert answer.status_code == 201, answer.text
    return denmark


@point("E9.hidden_customer")
def test_the_customer_is_hidden_until_asked_for(placed: Api) -> None:
    assert "customer" not in read(placed)

    customer = read(placed, expand="Customer")["customer"]
    assert (customer["id"], customer["order"], customer["refNo"]) == ("10042", "WEB-1", "WEB-1")


@point("E9.status_object")
def test_status_is_an_object_here_and_a_text_in_the_list(denmark: Api) -> None:
    denmark.post(order(status="Hold"))

    assert read(denmark)["status"] == {"description": "Hold", "cancelled": False, "hold": True}
    assert denmark.listed()["value"][0]["status"] == "Hold"


@pytest.mark.parametrize(
    "expand", ["billing,SHIPPING", " Billing , shipping ", "none,billing,shipping"]
)
def test_expand_is_a_list_in_any_letter_case(placed: Api, expand: str) -> None:
    found = read(placed, expand=expand)

    assert found.keys() - read(placed).keys() == {"billing", "shipping"}


def test_expand_may_come_several_times(placed: Api) -> None:
    answer = placed.call("GET", f"{ORDER}?expand=Billing&Expand=Shipping")

    assert answer.json().keys() - read(placed).keys() == {"billing", "shipping"}


@pytest.mark.parametrize("expand", ["Everything", "Billing,Everything", "1"])
@point("E9.unknown_expand")
def test_an_unknown_section_is_refused(placed: Api, expand: str) -> None:
    assert placed.get(ORDER, expand=expand).status_code == 400


@point("E9.lines_expansion")
def test_lines_come_when_named_and_not_with_all(placed: Api) -> None:
    lines = read(placed, expand="Lines")["orderLines"]

    assert [line["lineId"] for line in lines] == [1, 2]
    members = {name for section in SECTIONS.values() for name in section}
    assert read(placed, expand="All").keys() - read(placed).keys() == members


@point("E9.empty_objects")
def test_what_is_not_set_is_an_object_of_nulls(placed: Api) -> None:
    found = read(placed, expand="Shipping")

    assert found["project"] == {"id": None, "description": None, "internalId": 0}
    assert found["shipping"]["zone"] == {"id": None, "description": None}


def test_what_is_not_set_may_be_left_out(placed: Api) -> None:
    placed.sandbox.switch(empty_objects="left_out")
    found = read(placed, expand="Shipping")

    assert "project" not in found
    assert "zone" not in found["shipping"]


@point("E9.created_by")
def test_an_order_of_an_application_has_no_creator(placed: Api) -> None:
    assert read(placed)["createdBy"] is None


def test_the_version_is_the_etag(placed: Api) -> None:
    answer = placed.get(ORDER)

    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'


def test_sent_addresses_override_and_others_are_the_customers(denmark: Api) -> None:
    sent = {"line1": "Storgata 1", "countryId": "NO"}
    denmark.post(order(shipping={"address": sent}))

    found = read(denmark, expand="Billing,Shipping")

    assert found["shipping"]["address"]["overridesDefault"] is True
    assert found["shipping"]["address"]["line1"] == "Storgata 1"
    assert found["shipping"]["address"]["city"] is None
    assert found["billing"]["address"]["overridesDefault"] is False
    assert found["billing"]["address"]["line1"] == "Havnegata 1"


def test_totals_add_up(denmark: Api) -> None:
    line = {"inventoryId": "22622", "quantity": 2, "unitPrice": 100, "hasManualPrice": True}
    denmark.post(order(orderLines=[line, {**line, "taxCategoryId": "0"}]))

    totals = read(denmark)["totals"]

    assert (totals["taxableTotal"], totals["taxExemptTotal"]) == (200, 200)
    assert totals["taxTotal"] == 50
    assert totals["orderTotal"] == denmark.listed()["value"][0]["orderTotal"]
    [tax] = denmark.get(f"{ORDER}/tax").json()
    assert (tax["taxRate"], tax["taxableAmount"], tax["taxAmount"]) == (25, 200, 50)


def test_dates_come_back_in_utc(denmark: Api) -> None:
    denmark.post(order(requestOn="2024-05-02T00:00:00+02:00", cancelBy="2024-06-01T00:00:00"))

    found = read(denmark)

    assert found["requestOn"] == "2024-05-01T22:00:00.000000Z"
    assert found["cancelBy"] == "2024-06-01T00:00:00.000000Z"


@pytest.mark.parametrize("line_id", ["9", "0", "-1", "one"])
def test_a_line_that_is_not_there_is_404(placed: Api, line_id: str) -> None:
    assert placed.get(f"{ORDER}/lines/{line_id}").status_code == 404


def test_lines_come_in_pages(placed: Api) -> None:
    first = placed.get(f"{ORDER}/lines", pageSize=1).json()
    second = placed.call("GET", first["nextPage"].removeprefix(placed.sandbox.url)).json()

    assert [line["lineId"] for line in first["value"] + second["value"]] == [1, 2]
    assert (second["nextPage"], second["totalCount"]) == (None, 2)


@point("E9.read_lag")
def test_one_order_can_be_read_at_once(placed: Api) -> None:
    assert placed.get(ORDER).status_code == 200


def test_a_lagging_read_shows_a_new_order_late(placed: Api) -> None:
    placed.sandbox.switch(read_lag=60)
    assert placed.get(ORDER).status_code == 404
    assert placed.get(f"{ORDER}/lines").status_code == 404

    placed.sandbox.control("POST", "clock", {"advance": 61})
    assert placed.get(ORDER).status_code == 200


@point("E3.case")
def test_letter_case_of_a_path_does_not_matter(placed: Api) -> None:
    assert placed.get("/API/v3/salesorders/so/000001").status_code == 200
    assert placed.get("/api/V3/salesOrders").status_code == 200


@point("E3.method")
def test_a_method_that_is_not_offered_is_405(placed: Api) -> None:
    answer = placed.call("PUT", f"{ORDER}/tax")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert placed.call("PUT", "/api/v3/SalesOrders").headers["Allow"] == "GET, POST"


def test_head_answers_as_get_without_a_body(placed: Api) -> None:
    answer = placed.call("HEAD", ORDER)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == placed.get(ORDER).headers["ETag"]


def test_another_company_does_not_see_the_order(placed: Api, norway: Api) -> None:
    assert norway.get(ORDER).status_code == 404
