"""Creating orders: the answer, the numbers, and that nothing is recognised as a repetition."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.placing import GUIDE_ORDER, place, refusals
from tests.sandbox.visitor import SERVICE, WEB


@point("E6.created")
def test_answers_201_without_a_body(norway: Api) -> None:
    answer = norway.post(order())

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Location"].endswith("/api/v3/SalesOrders/SO/000001")
    assert answer.headers["apigw-requestid"]


@point("E6.location_base")
def test_location_names_the_host_that_was_called(norway: Api) -> None:
    location = norway.post(order()).headers["Location"]

    assert location == f"{norway.sandbox.url}/api/v3/SalesOrders/SO/000001"


@point("E6.etag")
def test_the_answer_has_the_etag_of_the_new_order(norway: Api) -> None:
    created = norway.post(order())

    read = norway.get("/api/v3/SalesOrders/SO/000001")
    assert created.headers.get("ETag") == read.headers["ETag"]


def test_location_may_name_the_load_balancer(norway: Api) -> None:
    norway.sandbox.switch(location_base="https://alb.salesorder.visma.net")

    location = norway.post(order()).headers["Location"]

    assert location == "https://alb.salesorder.visma.net/api/v3/SalesOrders/SO/000001"


def test_location_escapes_a_number_of_the_clients_own(norway: Api) -> None:
    answer = norway.post(order(orderId="A/B ø", overrideNumberSeries=True))

    assert answer.headers["Location"].endswith("/SO/A%2FB%20%C3%B8")
    path = "/" + answer.headers["Location"].split("/", 3)[3]
    assert norway.get(path).json()["orderId"] == "A/B ø"


@point("E7.repeated")
def test_the_same_order_twice_is_two_orders(norway: Api) -> None:
    for _ in range(2):
        norway.post(order("WEB-1"), headers={"Idempotency-Key": "1", "X-Request-ID": "1"})

    found = norway.sandbox.control("GET", f"references?tenant_id={norway.tenant_id}")

    assert found["duplicates"] == {"WEB-1": ["000001", "000002"]}


@point("E5.series")
def test_each_type_counts_by_itself(norway: Api) -> None:
    norway.post(order("WEB-1"))

    answer = norway.post(order("WEB-2", type="QT"))

    assert answer.headers["Location"].endswith("/QT/000001")


def test_companies_count_by_themselves(norway: Api, denmark: Api) -> None:
    norway.post(order())

    assert denmark.post(order()).headers["Location"].endswith("/SO/000001")


@point("E5.override")
def test_takes_a_number_of_the_clients_own(norway: Api) -> None:
    own = order(orderId="WEB-1", overrideNumberSeries=True)

    assert norway.post(own).headers["Location"].endswith("/SO/WEB-1")


@point("E5.manual")
def test_a_manually_numbered_type_needs_a_number(norway: Api) -> None:
    assert refusals(norway.post(order(type="MA"))) == [("0001-NullNotAllowed", "orderId")]

    answer = norway.post(order(type="MA", orderId="M-1"))
    assert answer.headers["Location"].endswith("/MA/M-1")


@point("E5.length")
def test_a_number_has_at_most_15_characters(norway: Api) -> None:
    own: dict[str, Any] = {"overrideNumberSeries": True}

    assert norway.post(order(orderId="x" * 15, **own)).status_code == 201
    longer = norway.post(order(orderId="x" * 16, **own))
    assert refusals(longer) == [("0002-InvalidLength", "orderId")]


@point("E5.without_override")
def test_a_number_without_the_override_is_ignored(norway: Api) -> None:
    answer = norway.post(order(orderId="WEB-1"))

    assert (answer.status_code, norway.numbers) == (201, ["000001"])


@point("E5.duplicate")
def test_a_number_that_is_taken_is_a_conflict(norway: Api) -> None:
    own = order(orderId="WEB-1", overrideNumberSeries=True)
    norway.post(own)

    answer = norway.post(own)

    assert (answer.status_code, answer.json()["status"]) == (409, 409)
    assert norway.numbers == ["WEB-1"]


@pytest.mark.parametrize(
    ("switch", "code"), [("0003", "0003-InvalidValue"), ("0005", "0005-InvalidState")]
)
def test_a_number_that_is_taken_may_be_a_refusal(norway: Api, switch: str, code: str) -> None:
    norway.sandbox.switch(duplicate_order_id=switch)
    own = order(orderId="WEB-1", overrideNumberSeries=True)
    norway.post(own)

    assert refusals(norway.post(own)) == [(code, "orderId")]


def test_the_series_skips_a_number_that_is_taken(norway: Api) -> None:
    norway.post(order("WEB-1", orderId="000001", overrideNumberSeries=True))

    assert norway.post(order("WEB-2")).headers["Location"].endswith("/SO/000002")


@point("E5.deleted")
def test_a_deleted_orders_number_can_be_chosen_again(norway: Api) -> None:
    own: dict[str, Any] = {"orderId": "WEB-1", "overrideNumberSeries": True}
    place(norway, **own).delete()

    assert norway.post(order(**own)).status_code == 201


def test_the_series_never_goes_back(norway: Api) -> None:
    place(norway).delete()

    assert norway.post(order()).headers["Location"].endswith("/SO/000002")


@point("E10.guide")
def test_the_guides_order_goes_through(norway: Api) -> None:
    answer = norway.post(GUIDE_ORDER)

    assert answer.status_code == 201, answer.text
    read = norway.get("/api/v3/SalesOrders/SO/000001").json()
    assert read["status"]["description"] == "Open"
    assert (read["totals"]["taxableTotal"], read["totals"]["taxTotal"]) == (100, 25)


def test_only_the_strict_company_refuses_unknown_ones(norway: Api) -> None:
    unknown = order(customer={"id": "77777"}, orderLines=[{"inventoryId": "NEW", "quantity": 1}])

    assert norway.post(unknown).status_code == 201


@pytest.mark.parametrize("body", [b"", b"{", b'{"type": NaN}', b"\xff"])
def test_a_body_that_is_not_json_has_no_details(norway: Api, body: bytes) -> None:
    answer = norway.call(
        "POST", "/api/v3/SalesOrders", data=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert "errors" in answer.json()
    assert "details" not in answer.json()


def test_names_the_company(norway: Api) -> None:
    [found] = norway.get("/v1/organization").json()

    assert (found["name"], found["corporateId"]) == ("Fjordlys AS", "999111222")


@pytest.mark.parametrize("token", ["", "Bearer x", "Basic eDp4"])
def test_without_a_token_there_is_401_without_a_body(norway: Api, token: str) -> None:
    answer = norway.call(
        "POST", "/api/v3/SalesOrders", json=order(), headers={"Authorization": token}
    )

    assert (answer.status_code, answer.content) == (401, b"")


def test_an_expired_token_is_401(norway: Api) -> None:
    norway.sandbox.control("POST", "clock", {"advance": 3601})

    assert norway.post(order()).status_code == 401


def test_the_contracts_token_is_401(norway: Api) -> None:
    contract = norway.sandbox.world()["contracts"][0]["tenant_id"]
    token = norway.sandbox.token(SERVICE[0], contract)

    answer = norway.call("GET", "/v1/organization", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.content) == (401, b"")


def test_a_missing_scope_is_403_without_a_body(norway: Api) -> None:
    norway.token = norway.sandbox.token(
        SERVICE[0], norway.tenant_id, scopes=["visma.net.erp.salesorder:read"]
    )

    answer = norway.post(order())

    assert (answer.status_code, answer.content) == (403, b"")
    assert norway.get("/api/v3/SalesOrders").status_code == 200


def test_user_tokens_may_be_refused_by_v3(norway: Api) -> None:
    norway.token = norway.sandbox.token(
        WEB[0], norway.tenant_id, email="nordhandel@fjordlys.example"
    )
    assert norway.post(order()).status_code == 201

    norway.sandbox.switch(v3_accepts_user_tokens=False)
    assert norway.post(order()).status_code == 403
    assert norway.get("/v1/organization").status_code == 200


def test_a_user_who_lost_the_role_is_refused(norway: Api) -> None:
    email = "nordhandel@fjordlys.example"
    norway.token = norway.sandbox.token(WEB[0], norway.tenant_id, email=email)
    norway.sandbox.control("POST", "users", {"email": email, "roles": {}})

    assert norway.post(order()).status_code == 403
    answer = norway.get("/v1/organization")
    assert (answer.status_code, answer.json()["ExceptionFaultCode"]) == (400, "12027")
