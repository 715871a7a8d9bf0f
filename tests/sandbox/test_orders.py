"""Creating and reading one order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.visitor import SERVICE, WEB


def test_answers_201_without_a_body(norway: Api) -> None:
    answer = norway.post(order())

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Location"] == f"{norway.sandbox.url}/api/v3/SalesOrders/SO/000001"
    assert answer.headers["ETag"]


def test_the_same_order_twice_is_two_orders(norway: Api) -> None:
    norway.post(order("WEB-1"))
    norway.post(order("WEB-1"))

    found = norway.sandbox.control("GET", f"references?tenant_id={norway.tenant_id}")

    assert found["duplicates"] == {"WEB-1": ["000001", "000002"]}


def test_each_type_counts_by_itself(norway: Api) -> None:
    norway.post(order("WEB-1"))

    answer = norway.post(order("WEB-2", type="QT"))

    assert answer.headers["Location"].endswith("/QT/000001")


def test_companies_count_by_themselves(norway: Api, denmark: Api) -> None:
    norway.post(order())

    assert denmark.post(order()).headers["Location"].endswith("/SO/000001")


def test_keeps_what_was_sent(norway: Api) -> None:
    norway.post(order("WEB-1", status="Hold", branchId="2"))

    [kept] = norway.sandbox.orders(norway.tenant_id, "WEB-1")

    assert (kept["status"], kept["branch"], kept["total"]) == ("Hold", "2", 77.55)
    assert kept["customer"] == {
        "id": "10042",
        "name": "10042",
        "order": "WEB-1",
        "refNo": "WEB-1",
    }
    assert kept["lines"][0] == {
        "inventoryId": "22622",
        "description": "22622",
        "quantity": 6,
        "unitPrice": 9.95,
        "hasManualPrice": True,
        "taxCategoryId": None,
    }


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T12:00:00", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T00:00:00+02:00", "2024-04-30T22:00:00.000000Z"),
    ],
)
def test_reads_dates_as_utc(norway: Api, sent: str, kept: str) -> None:
    norway.post(order(date=sent))

    assert norway.sandbox.orders(norway.tenant_id)[0]["date"] == kept


@pytest.mark.parametrize(
    ("line", "price", "manual"),
    [
        ({"unitPrice": 9.5, "hasManualPrice": True}, 9.5, True),
        ({"unitPrice": 9.5, "hasManualPrice": False}, 5.95, False),
        ({"unitPrice": 9.5}, 9.5, True),
        ({}, 5.95, False),
    ],
)
def test_a_price_without_the_flag_is_thrown_away(
    denmark: Api, line: dict[str, Any], price: float, manual: bool
) -> None:
    denmark.post(order(orderLines=[{"inventoryId": "21755", "quantity": 1, **line}]))

    [kept] = denmark.sandbox.orders(denmark.tenant_id)[0]["lines"]
    assert (kept["unitPrice"], kept["hasManualPrice"]) == (price, manual)


def test_adds_tax_where_the_company_has_it(denmark: Api) -> None:
    denmark.post(order())

    [row] = denmark.listed()["value"]

    assert (row["orderTotal"], row["taxTotal"]) == (96.94, 19.39)


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"type": ""}, "0001-EmptyNotAllowed", "type"),
        ({"type": None}, "0001-NullNotAllowed", "type"),
        ({"type": "ZZ"}, "0003-InvalidValue", "type"),
        ({"type": "XX"}, "0003-InvalidValue", "type"),
        ({"type": "MA"}, "0001-NullNotAllowed", "orderId"),
        ({"overrideNumberSeries": True}, "0001-NullNotAllowed", "orderId"),
        ({"customer": None}, "0001-NullNotAllowed", "customer"),
        ({"customer": {}}, "0001-NullNotAllowed", "customer.id"),
        ({"customer": {"id": "77777"}}, "1400-CustomerLookupException", "customer.id"),
        ({"customer": {"gln": "1"}}, "1400-CustomerLookupException", "customer.gln"),
        ({"customer": {"id": "10099"}}, "1407-InvalidCustomerStatus", "customer.id"),
        ({"customer": {"id": "10098"}}, "1401-MissingTermsId", "customer.termsId"),
        (
            {"customer": {"id": "10042", "order": "x" * 41}},
            "0002-InvalidLength",
            "customer.order",
        ),
        ({"description": "x" * 256}, "0002-InvalidLength", "description"),
        ({"description": 7}, "0003-InvalidValue", "description"),
        ({"status": "N"}, "0003-InvalidValue", "status"),
        ({"date": "01.05.2024"}, "0003-InvalidValue", "date"),
        ({"branchId": "99"}, "0003-InvalidValue", "branchId"),
        ({"orderLines": {}}, "0003-InvalidValue", "orderLines"),
        (
            {"billing": {"address": {"line1": "Storgata 1"}}},
            "0001-NullNotAllowed",
            "billing.address.countryId",
        ),
    ],
)
def test_refuses_an_order_and_names_the_property(
    denmark: Api, changes: dict[str, Any], code: str, where: str
) -> None:
    answer = denmark.post(order(**changes))

    assert answer.status_code == 400
    [detail] = answer.json()["details"]
    assert (detail["code"], detail["parameters"]) == (code, {"property": where})
    assert answer.json()["errors"] == {where: [detail["message"]]}
    assert denmark.numbers == []


@pytest.mark.parametrize(
    ("line", "code", "where"),
    [
        ({}, "0001-NullNotAllowed", "inventoryId"),
        ({"inventoryId": ""}, "0001-EmptyNotAllowed", "inventoryId"),
        ({"inventoryId": "NOPE"}, "1804-InventoryIdNotFound", "inventoryId"),
        ({"inventoryId": "22622", "quantity": None}, "0001-NullNotAllowed", "quantity"),
        ({"inventoryId": "22622", "quantity": "6"}, "0003-InvalidValue", "quantity"),
        ({"inventoryId": "22622", "quantity": -1}, "1809-InvalidQuantityForType", "quantity"),
        (
            {"inventoryId": "22622", "discountPercent": 101},
            "0100-OutsideValidRange",
            "discountPercent",
        ),
        (
            {"inventoryId": "22622", "taxCategoryId": "9"},
            "1805-InvalidTaxCategoryId",
            "taxCategoryId",
        ),
        ({"inventoryId": "22622", "warehouseId": "9"}, "1802-InvalidWarehouseId", "warehouseId"),
        (
            {"inventoryId": "22622", "unitOfMeasure": "LITRES"},
            "1808-InvalidUnitOfMeasure",
            "unitOfMeasure",
        ),
        ({"inventoryId": "22622", "operation": "Give"}, "1800-InvalidLineOperation", "operation"),
    ],
)
def test_refuses_a_line_and_names_it(
    denmark: Api, line: dict[str, Any], code: str, where: str
) -> None:
    good = {"inventoryId": "22622", "quantity": 1}

    answer = denmark.post(order(orderLines=[good, line]))

    [detail] = answer.json()["details"]
    assert (detail["code"], detail["parameters"]["property"]) == (code, f"orderLines[1].{where}")


def test_tells_all_problems_at_once(denmark: Api) -> None:
    lines = [{"inventoryId": "A", "quantity": 1}, {"inventoryId": "B", "quantity": 1}]

    answer = denmark.post(order(customer={"id": "77777"}, orderLines=lines))

    assert [detail["code"][:4] for detail in answer.json()["details"]] == ["1400", "1804", "1804"]


def test_sort_orders_are_unique(denmark: Api) -> None:
    line = {"inventoryId": "22622", "quantity": 1, "sortOrder": 1}

    [detail] = denmark.post(order(orderLines=[line, line])).json()["details"]

    assert detail["code"] == "1816-SortOrderNbrIsNotUnique"


def test_freight_may_be_negative(denmark: Api) -> None:
    line = {"inventoryId": "FRAKT", "quantity": -1}

    assert denmark.post(order(orderLines=[line])).status_code == 201


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


def test_unknown_members_are_ignored_or_refused(norway: Api) -> None:
    assert norway.post(order(customerRefNo="x")).status_code == 201

    norway.sandbox.switch(unknown_members="refused")
    [detail] = norway.post(order(customerRefNo="x")).json()["details"]
    assert (detail["code"], detail["parameters"]["property"]) == (
        "0004-ValueNotAllowed",
        "customerRefNo",
    )


def test_takes_a_number_of_the_clients_own(norway: Api) -> None:
    own = order(orderId="WEB-1", overrideNumberSeries=True)

    assert norway.post(own).headers["Location"].endswith("/SO/WEB-1")


@pytest.mark.parametrize(("switch", "status"), [("409", 409), ("0003", 400), ("0005", 400)])
def test_refuses_a_number_that_is_taken(norway: Api, switch: str, status: int) -> None:
    norway.sandbox.switch(duplicate_order_id=switch)
    own = order(orderId="WEB-1", overrideNumberSeries=True)
    norway.post(own)

    assert norway.post(own).status_code == status
    assert norway.numbers == ["WEB-1"]


def test_the_series_skips_a_number_that_is_taken(norway: Api) -> None:
    norway.post(order("WEB-1", orderId="000001", overrideNumberSeries=True))

    assert norway.post(order("WEB-2")).headers["Location"].endswith("/SO/000002")


def test_reads_one_order_with_its_customer_only_when_asked(norway: Api) -> None:
    location = norway.post(order()).headers["Location"].removeprefix(norway.sandbox.url)

    plain, expanded = norway.get(location), norway.get(location, expand="Customer,lines")

    assert "customer" not in plain.json()
    assert plain.json()["status"] == {"description": "Open", "cancelled": False, "hold": False}
    assert plain.headers["ETag"] == f'"{plain.json()["version"]}"'
    assert expanded.json()["customer"]["refNo"] == "WEB-1"
    assert len(expanded.json()["orderLines"]) == 2


def test_an_unknown_order_is_404(norway: Api) -> None:
    answer = norway.get("/api/v3/SalesOrders/SO/999999")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "Document could not be found"


def test_letter_case_of_the_path_does_not_matter(norway: Api) -> None:
    assert norway.call("POST", "/API/V3/salesorders", json=order()).status_code == 201


def test_finds_customers(denmark: Api) -> None:
    answer = denmark.get("/api/v3/Customers", filter="havgl").json()

    assert [row["id"] for row in answer["value"]] == ["10042"]
    assert answer["totalCount"] == 1


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
