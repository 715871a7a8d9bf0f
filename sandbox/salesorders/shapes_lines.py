"""The members of an order's lines, new and changed (OpenAPI 1.1.0.1279)."""

from __future__ import annotations

from sandbox.salesorders import codes
from sandbox.salesorders.shapes import (
    SHIPPING_RULES,
    ListOf,
    Member,
    flag,
    four_decimals,
    moment,
    number,
    one_of,
    shape,
    text,
    text_by_text,
    whole,
)

INVOICE_TYPES = ("Invoice", "CreditNote", "CashSales", "CashReturn", "DebitNote")

CUSTOM_FIELDS = shape(
    {
        "customStr1": text(100),
        "customStr2": text(100),
        "customStr3": text(100),
        "customStr4": text(100),
        "customStr5": text(100),
        "customDec1": four_decimals,
        "customDec2": four_decimals,
        "customInt1": whole,
        "customInt2": whole,
        "customDateTimeUtc1": moment,
    }
)
_LINE: dict[str, Member] = {
    "description": text(256),
    "unitOfMeasure": text(6),
    "shippingRule": one_of(*SHIPPING_RULES),
    "quantity": number(),
    "unitCost": number(),
    "unitPrice": number(),
    "externalLink": text(255),
    "warehouseId": text(),
    "reasonCode": text(),
    "taxCategoryId": text(),
    "undershipThreshold": number(0, 100),
    "overshipThreshold": number(100, 999),
    "shipDate": moment,
    "requestDate": moment,
    "salesAccountId": text(10),
    "subaccount": text_by_text,
    "note": text(2048),
    "discountCode": text(10),
    "discountPercent": number(-100, 100),
    "discountAmount": number(),
    "hasManualDiscount": flag,
    "warehouseLocationId": text(),
    "operation": one_of("Issue", "Receipt", code=codes.OPERATION),
    "hasManualPrice": flag,
    "commissionable": flag,
    "salesPersonId": text(15),
    "purchaseOrderSource": one_of("dropShip", "purchaseToOrder"),
    "supplierId": text(),
    "supplierPrice": number(),
    "projectTaskId": text(30),
    "isRotRutDeductible": flag,
    "sortOrder": whole,
    "invoiceLineNumber": whole,
    "invoiceNumber": text(15),
    "invoiceType": one_of(*INVOICE_TYPES),
    "customFields": CUSTOM_FIELDS,
    "inventoryAlternateId": text(),
}
LINE = shape(
    {**_LINE, "inventoryId": text(least=1), "branchId": text(30)},
    required=("inventoryId",),
    not_nullable=("quantity",),
)
LINE_CHANGE = shape(
    {**_LINE, "lineId": whole, "branchId": text(), "completed": flag}, required=("lineId",)
)
NEW_LINES = shape({"lines": ListOf(LINE)})
LINE_CHANGES = shape({"lines": ListOf(LINE_CHANGE), "updateCompleted": flag})
