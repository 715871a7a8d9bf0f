"""Sales orders over the ERP API, in the older form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.fidelity import point
from tests.sandbox.older_orders import line, older_order, wrapped

ORDERS = "/v1/salesorder"


def post(api: Api, body: Any, path: str = ORDERS, **headers: str) -> Any:
    return api.call("POST", path, json=body, headers=headers)


@point("E13.created", "E13.created_body", "E13.location")
def test_answers_201_with_location(norway: Api) -> None:
    answer = post(norway, older_order())

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Location"].endswith("/v1/salesorder/SO/000001")


@point("E13.location_host")
def test_the_location_is_on_the_sandbox(norway: Api) -> None:
    answer = post(norway, older_order(), "/v2/salesorder")

    assert answer.headers["Location"] == f"{norway.sandbox.url}/v2/salesorder/SO/000001"
    assert norway.call("GET", "/v2/salesorder/SO/000001").status_code == 200


@point("E13.same_books")
def test_version_3_sees_the_order_under_its_own_names(norway: Api) -> None:
    post(
        norway,
        older_order(
            hold=True,
            description="From the older API",
            date="2024-05-01T00:00:00",
            currency="EUR",
            terms="14",
            lines=[line(unitPrice=9.95, uom="STK", lineDescription="Blocks", taxCategory="3")],
        ),
    )

    order = norway.get("/api/v3/SalesOrders/SO/000001", expand="Customer").json()
    [sold] = norway.get("/api/v3/SalesOrders/SO/000001/lines").json()["value"]

    assert (order["status"]["description"], order["currencyId"]) == ("Hold", "EUR")
    assert (order["customer"]["order"], order["customer"]["refNo"]) == ("WEB-1", "WEB-1")
    assert (order["description"], order["date"][:10]) == ("From the older API", "2024-05-01")
    assert (sold["description"], sold["unitPrice"], sold["hasManualPrice"]) == (
        "Blocks",
        9.95,
        True,
    )


def test_the_same_order_twice_is_two_orders(norway: Api) -> None:
    post(norway, older_order())
    post(norway, older_order())

    assert norway.numbers == ["000001", "000002"]


@pytest.mark.parametrize(
    "changes",
    [
        {"orderType": "SO"},
        {"customer": "10042"},
        {"hold": True},
        {"soBillingAddress": {"value": {"city": "Oslo"}}},
        {"lines": {"value": []}},
        {"lines": [{"operation": {"value": "Insert"}, **wrapped(inventoryNumber="22622")}]},
        {"lines": [{"operation": "Insert", "inventoryNumber": "22622"}]},
    ],
)
@point("E13.wrapping")
def test_wrappers_are_where_the_document_has_them(norway: Api, changes: dict[str, Any]) -> None:
    answer = post(norway, older_order() | changes)

    assert answer.status_code == 400
    assert norway.numbers == []


@point("E13.bare_value")
def test_a_bare_value_is_refused(norway: Api) -> None:
    answer = post(norway, older_order() | {"description": "bare"})

    assert answer.status_code == 400
    assert "description" in answer.json()["message"]


def test_a_wrapper_without_a_value_and_an_unknown_member_say_nothing(norway: Api) -> None:
    answer = post(norway, older_order() | {"description": {}, "colour": "red"})

    assert answer.status_code == 201


@point("E13.minimum")
def test_only_type_and_a_customer_are_needed(denmark: Api) -> None:
    assert post(denmark, wrapped(orderType="SO", customer="10042")).status_code == 201
    by_gln = post(denmark, wrapped(orderType="SO", gln="7359999000000"))
    assert by_gln.status_code == 201, by_gln.text
    assert post(denmark, wrapped(orderType="SO")).status_code == 400
    assert post(denmark, wrapped(customer="10042")).status_code == 400


def test_a_customer_may_be_named_by_its_vat_number(denmark: Api) -> None:
    customers = {"10042": {"tax_registration_id": "DK12345678"}}
    body = {"tenant_id": denmark.tenant_id, "customers": customers}
    denmark.sandbox.control("POST", "companies", body)

    answer = post(denmark, wrapped(orderType="SO", vatRegistrationId="DK12345678"))

    assert answer.status_code == 201


@point("E13.own_number")
def test_a_number_of_the_clients_own_needs_the_override(norway: Api) -> None:
    post(norway, older_order(orderNumber="WEB-77", overrideNumberSeries=True))
    post(norway, older_order(orderNumber="WEB-78"))

    assert norway.numbers == ["WEB-77", "000001"]


def test_a_project_and_a_contact_of_0_are_none(denmark: Api) -> None:
    assert post(denmark, older_order(project=0, contactId=0)).status_code == 201


def test_says_in_one_message_what_version_3_would_refuse(denmark: Api) -> None:
    answer = post(denmark, older_order(lines=[line("NO-SUCH")]))

    assert answer.status_code == 400
    assert answer.json().keys() == {"message"}
    assert "orderLines[0].inventoryId" in answer.json()["message"]


def test_what_is_not_json_is_refused(norway: Api) -> None:
    headers = {"Content-Type": "application/json"}

    assert norway.call("POST", ORDERS, data="{", headers=headers).status_code == 400


@point("E13.put")
def test_put_changes_the_head_and_says_what_is_done_to_lines(norway: Api) -> None:
    post(norway, older_order(lines=[line("22622", 2), line("21755", 3)]))
    lines = [
        {"operation": "Update", **wrapped(lineNbr=1, quantity=5)},
        {"operation": "Delete", **wrapped(lineNbr=2)},
        line("85123A", 1),
    ]

    answer = norway.call(
        "PUT", f"{ORDERS}/000001", json=wrapped(description="New", hold=True) | {"lines": lines}
    )

    order = norway.call("GET", f"{ORDERS}/SO/000001").json()
    assert (answer.status_code, answer.content) == (204, b"")
    assert (order["description"], order["status"]) == ("New", "Hold")
    assert [(one["inventory"]["number"], one["quantity"]) for one in order["lines"]] == [
        ("22622", 5),
        ("85123A", 1),
    ]


@point("E13.if_match")
def test_if_match_is_optional_and_counts_when_it_is_there(norway: Api) -> None:
    post(norway, older_order())
    etag = norway.call("GET", f"{ORDERS}/000001").headers["ETag"]

    def put(**headers: str) -> Any:
        body = wrapped(description="New")
        return norway.call("PUT", f"{ORDERS}/000001", json=body, headers=headers)

    first = put(**{"If-Match": etag})

    assert (first.status_code, put(**{"If-Match": etag}).status_code) == (204, 412)
    assert first.headers["ETag"] != etag
    assert put(**{"If-Match": first.headers["ETag"].strip('"')}).status_code == 204
    assert put().status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [{"operation": "Update", **wrapped(quantity=5)}]},
        {"lines": [{"operation": "Update", **wrapped(lineNbr=9, quantity=5)}]},
        {"lines": [{"operation": "Delete", **wrapped(lineNbr=9)}]},
        {"lines": [{"operation": "Sell", **wrapped(lineNbr=1)}]},
        wrapped(description="x" * 256),
    ],
)
def test_a_put_that_cannot_be_done_changes_nothing(norway: Api, change: dict[str, Any]) -> None:
    post(norway, older_order())
    body = wrapped(customerOrder="CHANGED") | change

    assert norway.call("PUT", f"{ORDERS}/000001", json=body).status_code == 400
    assert norway.call("GET", f"{ORDERS}/000001").json()["customerOrder"] == "WEB-1"


@point("E13.actions")
def test_an_order_is_cancelled_and_reopened(norway: Api) -> None:
    post(norway, older_order())
    body = {"orderType": "SO"}

    cancelled = norway.call("POST", f"{ORDERS}/000001/action/cancelSalesOrder", json=body)
    again = norway.call("POST", f"{ORDERS}/000001/action/cancelSalesOrder", json=body)
    reopened = norway.call("POST", f"{ORDERS}/000001/action/reopenSalesOrder", json={})

    assert [one.status_code for one in (cancelled, again, reopened)] == [200, 400, 200]
    assert norway.call("GET", f"{ORDERS}/000001").json()["status"] == "Open"


@point("E13.action_body")
def test_an_action_tells_its_result(norway: Api) -> None:
    post(norway, older_order())

    cancelled = norway.call(
        "POST", f"{ORDERS}/000001/action/cancelSalesOrder", json={"orderType": "SO"}
    )

    assert cancelled.json().keys() == {"actionId", "actionResult"}


@point("E13.attachment")
def test_a_file_is_kept_by_name(norway: Api) -> None:
    post(norway, older_order())
    path = "/v2/salesorder/orderType/SO/000001"
    files = {"file": ("terms.pdf", b"%PDF-1.4", "application/pdf")}

    head = norway.call("POST", f"{path}/attachment", files=files)
    of_line = norway.call("POST", f"{path}/1/attachment", files=files)
    nothing = norway.call("POST", f"{path}/attachment", json={})

    order = norway.call("GET", f"{ORDERS}/000001").json()
    assert [one.status_code for one in (head, of_line, nothing)] == [201, 201, 400]
    assert [one["name"] for one in order["attachments"]] == ["terms.pdf"]
    assert [one["name"] for one in order["lines"][0]["attachments"]] == ["terms.pdf"]
    file_id = order["attachments"][0]["id"]
    deleted = norway.call("DELETE", f"/v1/salesorder/SO/000001/attachment/{file_id}")
    assert deleted.status_code == 204


@point("E13.gone")
def test_past_their_end_of_life_the_order_endpoints_still_answer(norway: Api) -> None:
    assert post(norway, older_order()).status_code == 201
    assert post(norway, older_order(), "/v2/salesorderbasic").status_code == 201


def test_unknown_orders_are_404(norway: Api) -> None:
    for method, path in (
        ("GET", f"{ORDERS}/000009"),
        ("PUT", f"{ORDERS}/000009"),
        ("POST", f"{ORDERS}/000009/action/cancelSalesOrder"),
        ("POST", f"{ORDERS}/000009/attachment"),
    ):
        assert norway.call(method, path, json={}).status_code == 404
