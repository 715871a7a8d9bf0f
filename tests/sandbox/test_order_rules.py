"""Rules about the members of an order: their shape, and what the company knows of them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.salesorders.messages import MESSAGES
from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.placing import GUIDE_ORDER, line, refusals

NULL, EMPTY, LENGTH = "0001-NullNotAllowed", "0001-EmptyNotAllowed", "0002-InvalidLength"
VALUE, RANGE = "0003-InvalidValue", "0100-OutsideValidRange"


@point("E4.codes")
def test_knows_the_94_published_codes() -> None:
    assert len(MESSAGES) == 94
    assert sum("InvalidOrderTypeForInvoice" in code for code in MESSAGES) == 2


@point("E4.shape")
@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"type": ""}, EMPTY, "type"),
        ({"type": None}, NULL, "type"),
        ({"overrideNumberSeries": None}, NULL, "overrideNumberSeries"),
        ({"overrideNumberSeries": True}, NULL, "orderId"),
        ({"customer": None}, NULL, "customer"),
        ({"customer": []}, VALUE, "customer"),
        ({"description": "x" * 256}, LENGTH, "description"),
        ({"description": 7}, VALUE, "description"),
        ({"note": "x" * 2049}, LENGTH, "note"),
        ({"note": "\ud800"}, VALUE, "note"),
        ({"currencyId": "KRONER"}, LENGTH, "currencyId"),
        ({"branchId": "x" * 31}, LENGTH, "branchId"),
        ({"originalOrderType": "SOO"}, LENGTH, "originalOrderType"),
        ({"date": "01.05.2024"}, VALUE, "date"),
        ({"date": "20240501"}, VALUE, "date"),
        ({"isRotRutDeductible": 1}, VALUE, "isRotRutDeductible"),
        ({"status": "Shipped"}, VALUE, "status"),
        ({"print": {"descriptionOnInvoice": "yes"}}, VALUE, "print.descriptionOnInvoice"),
        ({"shipping": {"priority": 2**31}}, VALUE, "shipping.priority"),
        ({"shipping": {"rule": "Never"}}, VALUE, "shipping.rule"),
        ({"shipping": {"contact": {"emails": [1]}}}, VALUE, "shipping.contact.emails"),
        ({"billing": {"contact": {"phone1": "1" * 51}}}, LENGTH, "billing.contact.phone1"),
        ({"freight": {"cost": "1"}}, VALUE, "freight.cost"),
        ({"customFields": {"customStr1": "x" * 101}}, LENGTH, "customFields.customStr1"),
        ({"customFields": {"customDec1": 1.23456}}, VALUE, "customFields.customDec1"),
        ({"rotRutDetails": {"type": "Rat"}}, VALUE, "rotRutDetails.type"),
        ({"orderLines": {}}, VALUE, "orderLines"),
        ({"orderLines": [7]}, VALUE, "orderLines[0]"),
    ],
)
def test_refuses_a_member_of_the_wrong_shape(
    denmark: Api, changes: dict[str, Any], code: str, where: str
) -> None:
    assert refusals(denmark.post(order(**changes))) == [(code, where)]
    assert denmark.numbers == []


@point("E4.details")
def test_tells_all_problems_at_once_with_errors_and_details(denmark: Api) -> None:
    lines = [line(inventoryId="A"), line(inventoryId="B")]

    answer = denmark.post(order(type="ZZ", customer={"id": "77777"}, orderLines=lines))

    assert refusals(answer) == [
        (VALUE, "type"),
        ("1400-CustomerLookupException", "customer.id"),
        ("1804-InventoryIdNotFound", "orderLines[0].inventoryId"),
        ("1804-InventoryIdNotFound", "orderLines[1].inventoryId"),
    ]
    content = answer.json()
    assert content["errors"]["type"] == [content["details"][0]["message"]]
    assert content["status"] == 400


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"type": "ZZ"}, VALUE, "type"),
        ({"type": "XX"}, VALUE, "type"),
        ({"type": "TR"}, "0006-FunctionalityNotImplemented", "type"),
        ({"type": "NN"}, "1900-OrderNumberSequenceNotFound", "type"),
        ({"customer": {}}, NULL, "customer.id"),
        ({"customer": {"gln": "1"}}, "1400-CustomerLookupException", "customer.gln"),
    ],
)
def test_refuses_what_no_order_could_be_made_of(
    denmark: Api, changes: dict[str, Any], code: str, where: str
) -> None:
    assert refusals(denmark.post(order(**changes))) == [(code, where)]


@point("E4.records")
@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"customer": {"id": "77777"}}, "1400-CustomerLookupException", "customer.id"),
        ({"customer": {"id": "10099"}}, "1407-InvalidCustomerStatus", "customer.id"),
        ({"customer": {"id": "10098"}}, "1401-MissingTermsId", "customer.termsId"),
        ({"customer": {"id": "10042", "termsId": "99"}}, VALUE, "customer.termsId"),
        ({"customer": {"id": "10042", "contactId": 7}}, VALUE, "customer.contactId"),
        ({"customer": {"id": "10042", "locationId": "NO"}}, VALUE, "customer.locationId"),
        ({"customer": {"id": "10042", "locationId": "STENGT"}}, VALUE, "customer.locationId"),
        ({"currencyId": "XXX"}, VALUE, "currencyId"),
        ({"taxZoneId": "99"}, VALUE, "taxZoneId"),
        ({"branchId": "99"}, VALUE, "branchId"),
        ({"ownerId": "9"}, VALUE, "ownerId"),
        ({"originalOrderType": "ZZ"}, VALUE, "originalOrderType"),
        ({"salesPersonId": "SP9"}, "1901-InactiveSalesPerson", "salesPersonId"),
        ({"salesPersonId": "SP0"}, "1902-SalesPersonNotFound", "salesPersonId"),
        ({"projectId": "P0"}, "1904-ProjectNotFound", "projectId"),
        ({"projectId": "P2"}, "1905-ProjectNotVisibleInSO", "projectId"),
        ({"projectId": "P3"}, "1906-ProjectCancelled", "projectId"),
        ({"projectId": "P4"}, "1907-ProjectCompleted", "projectId"),
    ],
)
def test_refuses_what_the_company_does_not_have(
    denmark: Api, changes: dict[str, Any], code: str, where: str
) -> None:
    assert refusals(denmark.post(order(**changes))) == [(code, where)]


@pytest.mark.parametrize(
    ("shipping", "code", "name"),
    [
        ({"preferredWarehouseId": "9"}, "1802-InvalidWarehouseId", "preferredWarehouseId"),
        ({"shipViaId": "BALLOON"}, VALUE, "shipViaId"),
        ({"zoneId": "MOON"}, VALUE, "zoneId"),
        ({"termsId": "FOB"}, VALUE, "termsId"),
        ({"fobPointId": "QUAY"}, VALUE, "fobPointId"),
        ({"intrastatTransactionTypeId": 99}, VALUE, "intrastatTransactionTypeId"),
        ({"address": {"line1": "Storgata 1"}}, NULL, "address.countryId"),
        ({"address": {"countryId": "XX"}}, VALUE, "address.countryId"),
    ],
)
def test_refuses_ways_of_shipping_that_are_not_there(
    denmark: Api, shipping: dict[str, Any], code: str, name: str
) -> None:
    refused = refusals(denmark.post(order(shipping=shipping)))

    assert refused == [(code, f"shipping.{name}")]


def test_back_orders_do_not_fit_a_type_with_locations_and_no_shipping(denmark: Api) -> None:
    answer = denmark.post(order(type="IN", shipping={"rule": "BackOrderAllowed"}))

    assert refusals(answer) == [("1300-InvalidShipComplete", "shipping.rule")]


@point("E4.lenient")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"salesPersonId": "SP9"}, "1901-InactiveSalesPerson"),
        ({"projectId": "P4"}, "1907-ProjectCompleted"),
        ({"type": "XX"}, VALUE),
    ],
)
def test_a_lenient_company_refuses_what_it_knows_better(
    norway: Api, changes: dict[str, Any], code: str
) -> None:
    assert [one for one, _ in refusals(norway.post(order(**changes)))] == [code]
    assert norway.post(order(salesPersonId="SP0", projectId="P0")).status_code == 201


def test_the_currency_may_not_be_open_to_choice(denmark: Api) -> None:
    sandbox, tenant_id = denmark.sandbox, denmark.tenant_id
    sandbox.control("POST", "companies", {"tenant_id": tenant_id, "currency_override": False})

    refused = refusals(denmark.post(order(currencyId="EUR")))

    assert refused == [("1408-OverrideCurrencyIdProhibited", "currencyId")]


@point("E4.unknown_members")
def test_unknown_members_are_ignored(norway: Api) -> None:
    assert norway.post(order(customerRefNo="x")).status_code == 201


@point("E4.member_names")
def test_member_names_may_be_in_any_letter_case(norway: Api) -> None:
    body = {"Type": "SO", "CUSTOMER": {"Id": "10042"}}

    assert norway.post(body).status_code == 201


@point("E4.null_parts")
def test_a_part_that_is_null_is_none(norway: Api) -> None:
    assert norway.post(order(shipping=None, freight=None)).status_code == 201


@point("E4.email")
def test_each_mail_address_has_an_at(norway: Api) -> None:
    two = {"contact": {"email": "a@b.example; c@d.example"}}
    assert norway.post(order(billing=two)).status_code == 201

    answer = norway.post(order(billing={"contact": {"email": "a@b.example;c"}}))
    assert refusals(answer) == [(VALUE, "billing.contact.email")]


@point("E4.status")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [("Open", "Open"), ("HOLD", "Hold"), ("hold", "Hold"), ("", "Open"), (None, "Open")],
)
def test_takes_open_and_hold_in_any_letter_case(norway: Api, sent: str | None, kept: str) -> None:
    norway.post(order(status=sent))

    assert norway.sandbox.orders(norway.tenant_id)[0]["status"] == kept


@point("E4.status_letters")
def test_takes_the_letters_of_the_guide(norway: Api) -> None:
    norway.post(GUIDE_ORDER)
    norway.post(GUIDE_ORDER | {"status": "H"})

    kept = [one["status"] for one in norway.sandbox.orders(norway.tenant_id)]
    assert kept == ["Open", "Hold"]


def test_numbers_have_a_range(denmark: Api) -> None:
    answer = denmark.post(order(orderLines=[line(discountPercent=101, quantity=1e21)]))

    assert [code for code, _ in refusals(answer)] == [RANGE, RANGE]
