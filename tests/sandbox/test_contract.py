"""Every answer of every read has the members of the published document, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.shapes_v3 import EXPANDED_STOCK, SECTIONS, Shape, faults, page

ORDERS = "/api/v3/SalesOrders"
ADDRESS = {"line1": "Storgata 1", "postalCode": "0155", "city": "Oslo", "countryId": "NO"}
CONTACT = {"name": "Varemottak", "attention": "Kari", "email": "k@example.com", "phone1": "+4790"}
FULL: dict[str, Any] = {
    "status": "Hold",
    "description": "Spring order",
    "note": "Ring the bell",
    "requestOn": "2024-05-03T00:00:00Z",
    "cancelBy": "2024-06-01T00:00:00Z",
    "projectId": "P1",
    "salesPersonId": "SP1",
    "ownerId": "1",
    "print": {"descriptionOnInvoice": True},
    "billing": {"address": ADDRESS, "contact": CONTACT},
    "shipping": {"address": ADDRESS, "contact": CONTACT, "shipViaId": "POST", "priority": 2},
    "financialInformation": {"invoiceSeparately": True, "dueDate": "2024-06-01T00:00:00Z"},
    "paymentSettings": {"paymentMethodId": "1", "cashAccountId": "1920"},
    "freight": {"premiumAmount": 79},
    "customFields": {"customStr1": "a", "customDec1": 1.5, "customInt1": 3},
}
LINE = {
    "inventoryId": "22622",
    "quantity": 6,
    "unitPrice": 9.95,
    "hasManualPrice": True,
    "discountCode": "TEN",
    "salesPersonId": "SP1",
    "commissionable": True,
    "customFields": {"customStr1": "b"},
    "note": "Wrapped",
    "sortOrder": 2,
}


@pytest.fixture(params=["bare", "full"])
def placed(request: pytest.FixtureRequest, denmark: Api) -> Api:
    """One order, with as little or as much as can be sent; its number is 000001."""
    more = FULL | {"orderLines": [LINE]} if request.param == "full" else {}
    answer = denmark.post(order(**more))
    assert answer.status_code == 201, answer.text
    return denmark


def asked(
    api: Api, path: str, kind: str, more: dict[str, Shape] | None = None, **query: Any
) -> Any:
    """The JSON of a read that conforms."""
    answer = api.get(path, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert faults(answer.json(), kind, more) == []
    return answer.json()


@point("E3.orders")
def test_an_order_has_every_member_that_is_not_a_section(placed: Api) -> None:
    assert asked(placed, f"{ORDERS}/SO/000001", "Order")["orderId"] == "000001"


@pytest.mark.parametrize("name", SECTIONS)
def test_an_expanded_order_has_that_section_more(placed: Api, name: str) -> None:
    asked(placed, f"{ORDERS}/SO/000001", "Order", {"Order": SECTIONS[name]}, expand=name)


@point("E9.expand")
def test_all_sections_come_together(placed: Api) -> None:
    everything: Shape = {}
    for section in SECTIONS.values():
        everything |= section

    found = asked(placed, f"{ORDERS}/SO/000001", "Order", {"Order": everything}, expand="All")
    assert asked(placed, f"{ORDERS}/SO/000001", "Order", expand="None").keys() < found.keys()


def test_a_list_has_rows_of_its_own_form(placed: Api) -> None:
    for path in (ORDERS, f"{ORDERS}/SO"):
        assert asked(placed, path, "Page", page("Row"))["totalCount"] == 1


@point("E3.lines")
def test_lines_come_in_pages_and_one_by_one(placed: Api) -> None:
    found = asked(placed, f"{ORDERS}/SO/000001/lines", "Page", page("Line"))

    assert found["nextPage"] is None
    for line in found["value"]:
        path = f"{ORDERS}/SO/000001/lines/{line['lineId']}"
        assert asked(placed, path, "Line") == line


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rotrut", "RotRut"),
        ("commissions", "[Commission]"),
        ("tax", "[Tax]"),
        ("shipment", "[Shipment]"),
        ("discounts", "[Discount]"),
        ("payments", "[PaymentApplied]"),
    ],
)
@point("E3.details")
def test_what_hangs_on_an_order_has_its_form(placed: Api, name: str, kind: str) -> None:
    asked(placed, f"{ORDERS}/SO/000001/{name}", kind)


def test_customers_and_their_locations_have_their_forms(denmark: Api) -> None:
    for customer in asked(denmark, "/api/v3/Customers", "Page", page("Customer"))["value"]:
        asked(denmark, f"/api/v3/Customers/{customer['id']}/locations", "[LocationItem]")


@pytest.mark.parametrize("name", ["None", "Attribute", "Location", "LotSerial"])
def test_stock_has_its_form(denmark: Api, name: str) -> None:
    more = page("Item") | EXPANDED_STOCK.get(name, {})

    asked(denmark, "/api/v3/Inventory", "Page", more, expand=name)


def test_stock_with_everything_has_its_form(denmark: Api) -> None:
    more: dict[str, Shape] = page("Item")
    for shapes in EXPANDED_STOCK.values():
        for kind, members in shapes.items():
            more[kind] = more.get(kind, {}) | members

    asked(denmark, "/api/v3/Inventory", "Page", more, expand="All")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ORDERS}/SO/000009", 404),
        (f"{ORDERS}/SO/000009/lines", 404),
        (f"{ORDERS}/SO/000009/lines/1", 404),
        (f"{ORDERS}/SO/000009/tax", 404),
        ("/api/v3/Customers/99999/locations", 404),
        (f"{ORDERS}?pageSize=0", 400),
        (f"{ORDERS}/SO?orderBy=number", 400),
        ("/api/v3/Customers?pageIndex=-1", 400),
        ("/api/v3/Inventory?pageSize=many", 400),
    ],
)
@point("E3.missing", "E3.problem_type")
def test_what_cannot_be_read_is_a_problem(denmark: Api, path: str, status: int) -> None:
    answer = denmark.call("GET", path)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert faults(answer.json(), "Problem") == []
    assert answer.json()["status"] == status
