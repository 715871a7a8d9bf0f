"""What version 3 makes of orders where no page says it; each is a switch."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.placing import line, place, refusals


@point("E4.credit_hold")
def test_a_customer_on_credit_hold_may_buy(denmark: Api) -> None:
    held = {"10043": {"status": "CreditHold"}}
    change = {"tenant_id": denmark.tenant_id, "customers": held}
    denmark.sandbox.control("POST", "companies", change)

    assert denmark.post(order(customer={"id": "10043"})).status_code == 201


@point("E4.original_order")
def test_the_original_order_need_not_be_there(denmark: Api) -> None:
    place(denmark, type="QT")

    for number in ("000001", "000404"):
        made = order(originalOrderType="QT", originalOrderId=number)
        assert denmark.post(made).status_code == 201


def test_an_original_order_that_is_there_is_taken_by_the_switch(denmark: Api) -> None:
    place(denmark, type="QT")
    denmark.sandbox.switch(unknown_original_order="refused")

    known, unknown = (
        denmark.post(order(originalOrderType="QT", originalOrderId=number))
        for number in ("000001", "000404")
    )

    assert known.status_code == 201
    assert refusals(unknown) == [("0003-InvalidValue", "originalOrderId")]


@point("E4.invoice_line")
def test_a_line_of_no_invoice_means_nothing(denmark: Api) -> None:
    returned = line(invoiceLineNumber=1)

    assert denmark.post(order(type="RM", orderLines=[returned])).status_code == 201


@point("E4.discount_amount")
def test_a_discount_is_compared_without_its_sign(denmark: Api) -> None:
    members: dict[str, Any] = {"quantity": -1, "unitPrice": 79, "hasManualDiscount": True}
    credited = line(inventoryId="FRAKT", discountAmount=-10, **members)

    assert denmark.post(order(orderLines=[credited])).status_code == 201


@point("E4.emails")
def test_a_list_of_mail_addresses_is_kept(norway: Api) -> None:
    contact = {"name": "Varemottak", "emails": ["a@kunde.example", "b@kunde.example"]}
    placed = place(norway, shipping={"contact": contact})
    placed.change({"billing": {"contact": {"emails": ["c@kunde.example"]}}})

    read = placed.read()

    assert read["shipping"]["contact"]["email"] == "a@kunde.example; b@kunde.example"
    assert read["billing"]["contact"]["email"] == "c@kunde.example"


@point("E10.tax_rounding")
def test_tax_is_rounded_once_per_rate(denmark: Api) -> None:
    lines = [line(unitPrice=0.1, hasManualPrice=True, taxCategoryId="3") for _ in range(2)]

    assert place(denmark, orderLines=lines).read()["totals"]["taxTotal"] == 0.05


@point("E9.unknown_values")
def test_a_list_of_an_unknown_type_or_status_is_empty(norway: Api) -> None:
    norway.post(order())

    assert norway.listed(status="Lost")["value"] == []
    of_type = norway.get("/api/v3/SalesOrders/ZZ")
    assert (of_type.status_code, of_type.json()["value"]) == (200, [])
