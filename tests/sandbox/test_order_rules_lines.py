"""Rules about lines, and what they name of the company's records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.placing import line, refusals

VALUE = "0003-InvalidValue"
LOCATION_TYPE = "1704-InvalidOrderType"
DISCOUNT = {"hasManualDiscount": True}


@point("E4.line_shape")
@pytest.mark.parametrize(
    ("members", "code", "name"),
    [
        ({"inventoryId": None}, "0001-NullNotAllowed", "inventoryId"),
        ({"inventoryId": ""}, "0001-EmptyNotAllowed", "inventoryId"),
        ({"quantity": None}, "0001-NullNotAllowed", "quantity"),
        ({"quantity": "6"}, VALUE, "quantity"),
        ({"quantity": True}, VALUE, "quantity"),
        ({"description": "x" * 257}, "0002-InvalidLength", "description"),
        ({"unitOfMeasure": "x" * 7}, "0002-InvalidLength", "unitOfMeasure"),
        ({"discountPercent": 101}, "0100-OutsideValidRange", "discountPercent"),
        ({"undershipThreshold": -1}, "0100-OutsideValidRange", "undershipThreshold"),
        ({"overshipThreshold": 99}, "0100-OutsideValidRange", "overshipThreshold"),
        ({"shippingRule": "Never"}, VALUE, "shippingRule"),
        ({"purchaseOrderSource": "moon"}, VALUE, "purchaseOrderSource"),
        ({"invoiceType": "Bill"}, VALUE, "invoiceType"),
        ({"operation": "Give"}, "1800-InvalidLineOperation", "operation"),
        ({"subaccount": {"1": 7}}, VALUE, "subaccount"),
        ({"sortOrder": 1.5}, VALUE, "sortOrder"),
    ],
)
def test_refuses_a_member_of_the_wrong_shape_and_names_the_line(
    denmark: Api, members: dict[str, Any], code: str, name: str
) -> None:
    answer = denmark.post(order(orderLines=[line(), line(**members)]))

    assert refusals(answer) == [(code, f"orderLines[1].{name}")]


@point("E4.line_records")
@pytest.mark.parametrize(
    ("members", "code", "name"),
    [
        ({"inventoryId": "NOPE"}, "1804-InventoryIdNotFound", "inventoryId"),
        ({"inventoryId": "UTGATT"}, "1804-InventoryIdNotFound", "inventoryId"),
        ({"quantity": -1}, "1809-InvalidQuantityForType", "quantity"),
        ({"taxCategoryId": "9"}, "1805-InvalidTaxCategoryId", "taxCategoryId"),
        ({"warehouseId": "9"}, "1802-InvalidWarehouseId", "warehouseId"),
        ({"warehouseLocationId": "A1"}, LOCATION_TYPE, "warehouseLocationId"),
        ({"unitOfMeasure": "LITRES"}, "1808-InvalidUnitOfMeasure", "unitOfMeasure"),
        ({"unitOfMeasure": "KG"}, "1808-InvalidUnitOfMeasure", "unitOfMeasure"),
        ({"unitOfMeasure": "PALLET"}, "5002-BaseUnitDetailsNotSet", "unitOfMeasure"),
        ({"operation": "Receipt"}, "1800-InvalidLineOperation", "operation"),
        ({"branchId": "9"}, VALUE, "branchId"),
        ({"reasonCode": "NONE"}, "1807-InvalidReasonCode", "reasonCode"),
        ({"reasonCode": "RETURN"}, "1814-ReasonCodePrerequisitesNotMet", "reasonCode"),
        ({"salesAccountId": "1"}, "1806-InvalidSalesAccountId", "salesAccountId"),
        ({"salesAccountId": "3999"}, "1806-InvalidSalesAccountId", "salesAccountId"),
        ({"salesPersonId": "SP9"}, "1901-InactiveSalesPerson", "salesPersonId"),
        ({"salesPersonId": "SP0"}, "1902-SalesPersonNotFound", "salesPersonId"),
        ({"supplierId": "50099"}, "1903-SupplierNotFound", "supplierId"),
        ({"projectTaskId": "T1"}, "1908-ProjectTaskNotFound", "projectTaskId"),
        ({"inventoryAlternateId": "OTHER"}, VALUE, "inventoryAlternateId"),
        ({"invoiceNumber": "900001"}, "1828-InvalidOrderTypeForInvoice", "invoiceNumber"),
    ],
)
def test_refuses_what_the_company_does_not_have(
    denmark: Api, members: dict[str, Any], code: str, name: str
) -> None:
    answer = denmark.post(order(orderLines=[line(**members)]))

    assert refusals(answer) == [(code, f"orderLines[0].{name}")]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("Z9", "1700-WarehouseLocationNotFound"),
        ("A2", "1701-WarehouseLocationInactive"),
        ("A3", "1703-WarehouseLocationInvalid"),
    ],
)
def test_an_order_that_is_not_shipped_names_a_place_in_the_warehouse(
    denmark: Api, place: str, code: str
) -> None:
    good, bad = (
        order(type="IN", orderLines=[line(warehouseLocationId=one)]) for one in ("A1", place)
    )

    assert denmark.post(good).status_code == 201
    assert refusals(denmark.post(bad)) == [(code, "orderLines[0].warehouseLocationId")]


@pytest.mark.parametrize(
    ("members", "code", "name"),
    [
        ({"discountCode": "NONE"}, "1105-InvalidDiscountCode", "discountCode"),
        ({"discountCode": "HALF-SET"}, "1102-DiscountSetupInvalid", "discountCode"),
        ({"discountCode": "SOLVIK"}, "1103-DiscountNotApplicable", "discountCode"),
        ({"discountCode": "NO-GIFT"}, "1821-InventoryIdFreeItemNotFound", "discountCode"),
        ({"discountAmount": 10}, "1101-DiscountAmountMoreThanExtPrice", "discountAmount"),
    ],
)
def test_a_discount_fits_its_line(
    denmark: Api, members: dict[str, Any], code: str, name: str
) -> None:
    answer = denmark.post(order(orderLines=[line(**DISCOUNT, **members)]))

    assert refusals(answer) == [(code, f"orderLines[0].{name}")]


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ({"9": "0", "2": "0"}, "1203-SubaccountNotFound", "subaccount.9"),
        ({"1": "77", "2": "0"}, "1202-SegmentValueNotFound", "subaccount.1"),
        ({"1": "90", "2": "0"}, "1200-SubaccountSegmentInactive", "subaccount.1"),
        ({"1": "20", "2": "2"}, "1201-SubaccountInactive", "subaccount"),
        ({"1": "20"}, "1204-SubaccountError", "subaccount"),
    ],
)
def test_a_subaccount_has_a_value_in_use_for_each_segment(
    denmark: Api, given: dict[str, str], code: str, name: str
) -> None:
    good, bad = (order(orderLines=[line(subaccount=one)]) for one in ({"1": "10", "2": "1"}, given))

    assert denmark.post(good).status_code == 201
    assert refusals(denmark.post(bad)) == [(code, f"orderLines[0].{name}")]


@pytest.mark.parametrize(
    ("members", "code", "name"),
    [
        ({"invoiceNumber": "900009"}, "1826-InvalidInvoice", "invoiceNumber"),
        ({"invoiceNumber": "900002"}, "1826-InvalidInvoice", "invoiceNumber"),
        ({"invoiceType": "DebitNote"}, "1826-InvalidInvoice", "invoiceNumber"),
        ({"invoiceLineNumber": 7}, "1827-InvalidInvoiceLine", "invoiceLineNumber"),
        ({"quantity": 7}, "1829-InvalidOrderTypeForInvoice", "quantity"),
    ],
)
def test_goods_return_from_an_invoice_of_the_customers(
    denmark: Api, members: dict[str, Any], code: str, name: str
) -> None:
    of_invoice = {"invoiceNumber": "900001", "invoiceLineNumber": 1, "invoiceType": "Invoice"}
    good, bad = (order(type="RM", orderLines=[line(**(of_invoice | one))]) for one in ({}, members))

    assert denmark.post(good).status_code == 201
    assert refusals(denmark.post(bad)) == [(code, f"orderLines[0].{name}")]


def test_some_types_need_a_reason(denmark: Api) -> None:
    answer = denmark.post(order(type="RR", orderLines=[line()]))

    assert refusals(answer) == [("1801-MissingReasonCode", "orderLines[0].reasonCode")]


def test_a_task_belongs_to_the_orders_project(denmark: Api) -> None:
    lines = [line(projectTaskId="T1")]

    assert denmark.post(order(projectId="P1", orderLines=lines)).status_code == 201


@point("E4.alternate_ids")
def test_items_are_found_by_an_alternate_id_that_only_one_has(denmark: Api) -> None:
    one = denmark.post(order(orderLines=[line(inventoryId="7350001226227")]))
    two = denmark.post(order(orderLines=[line(inventoryId="BLOCKS")]))

    assert one.status_code == 201
    assert refusals(two) == [("1803-UniqueInventoryIdNotFound", "orderLines[0].inventoryId")]
    [kept] = denmark.sandbox.orders(denmark.tenant_id)[0]["lines"]
    assert kept["inventoryId"] == "22622"


def test_sort_orders_are_unique(denmark: Api) -> None:
    lines = [line(sortOrder=1), line(sortOrder=1)]

    refused = refusals(denmark.post(order(orderLines=lines)))

    assert refused == [("1816-SortOrderNbrIsNotUnique", "orderLines[1].sortOrder")]


def test_freight_may_be_negative(denmark: Api) -> None:
    lines = [line(inventoryId="FRAKT", quantity=-1)]

    assert denmark.post(order(orderLines=lines)).status_code == 201
