"""The members of a new order, their types and limits (OpenAPI 1.1.0.1279).

A shape maps a member's name to a rule. A rule looks at one value that is there and not null.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.salesorders import codes
from sandbox.salesorders.problems import Problems

Rule = Callable[[Any, str, Problems], None]
Shape = dict[str, Rule]

INT32 = 2**31


def text(longest: int | None = None) -> Rule:
    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.add(codes.VALUE, where)
        elif longest is not None and len(value) > longest:
            problems.add(codes.LENGTH, where)

    return check


def one_of(*allowed: str, code: str = codes.VALUE) -> Rule:
    """Any letter case; empty counts as not given."""
    known = {choice.lower() for choice in allowed} | {""}

    def check(value: Any, where: str, problems: Problems) -> None:
        if not isinstance(value, str) or value.lower() not in known:
            problems.add(code, where)

    return check


def number(lowest: float | None = None, highest: float | None = None) -> Rule:
    def check(value: Any, where: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            problems.add(codes.VALUE, where)
        elif (lowest is not None and value < lowest) or (highest is not None and value > highest):
            problems.add(codes.RANGE, where)

    return check


def whole(value: Any, where: str, problems: Problems) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not -INT32 <= value < INT32:
        problems.add(codes.VALUE, where)


def flag(value: Any, where: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        problems.add(codes.VALUE, where)


def moment(value: Any, where: str, problems: Problems) -> None:
    if not isinstance(value, str) or read_moment(value) is None:
        problems.add(codes.VALUE, where)


def anything(value: Any, where: str, problems: Problems) -> None:
    """Checked elsewhere."""


def read_moment(value: str) -> datetime | None:
    """Read an ISO 8601 date-time; without an offset it is UTC. None when it is none."""
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


ADDRESS: Shape = {
    "line1": text(50),
    "line2": text(50),
    "line3": text(50),
    "postalCode": text(20),
    "city": text(50),
    "countryId": text(2),
    "stateId": text(50),
}
CONTACT: Shape = {
    "name": text(255),
    "attention": text(255),
    "phone1": text(50),
    "email": text(255),
    "emails": anything,
}
CUSTOM_FIELDS: Shape = {
    **{f"customStr{n}": text(100) for n in range(1, 6)},
    **{f"customDec{n}": number() for n in range(1, 3)},
    **{f"customInt{n}": whole for n in range(1, 3)},
    "customDateTimeUtc1": moment,
}
CUSTOMER: Shape = {
    "id": text(),
    "contactId": whole,
    "order": text(40),
    "refNo": text(40),
    "locationId": text(),
    "termsId": text(),
    "gln": text(),
}
SHIPPING_RULES = ("CancelRemainder", "BackOrderAllowed", "ShipComplete")
SHIPPING: Shape = {
    "scheduledDate": moment,
    "shipSeparately": flag,
    "rule": one_of(*SHIPPING_RULES),
    "address": anything,
    "contact": anything,
    "preferredWarehouseId": text(30),
    "intrastatTransactionTypeId": whole,
    "shipViaId": text(15),
    "residentialDelivery": flag,
    "saturdayDelivery": flag,
    "insurance": flag,
    "priority": whole,
    "zoneId": text(15),
    "fobPointId": text(15),
    "termsId": text(15),
}
BILLING: Shape = {"contact": anything, "address": anything}
FINANCIAL: Shape = {
    "invoiceSeparately": flag,
    "invoiceDate": moment,
    "invoiceId": text(15),
    "postPeriod": text(6),
    "dueDate": moment,
    "cashDiscountDate": moment,
}
PAYMENT: Shape = {
    "paymentMethodId": text(),
    "cashAccountId": text(10),
    "paymentReference": text(40),
}
FREIGHT: Shape = {"cost": number(), "premiumAmount": number(), "taxCategoryId": text(10)}
PRINT: Shape = {
    "descriptionOnInvoice": flag,
    "noteOnInternalDocuments": flag,
    "noteOnExternalDocuments": flag,
}
ROT_RUT: Shape = {
    "distributedAutomatically": flag,
    "type": text(),
    "apartment": text(50),
    "estate": text(50),
    "organisationNumber": text(20),
    "distribution": anything,
}
ORDER: Shape = {
    "type": text(),
    "orderId": text(15),
    "currencyId": text(5),
    "date": moment,
    "requestOn": moment,
    "cancelBy": moment,
    "description": text(255),
    "status": one_of("Open", "Hold"),
    "customer": anything,
    "print": anything,
    "shipping": anything,
    "billing": anything,
    "financialInformation": anything,
    "ownerId": text(),
    "orderLines": anything,
    "taxZoneId": text(),
    "note": text(2048),
    "paymentSettings": anything,
    "useReplacementCostForMarginAndProfit": flag,
    "freight": anything,
    "branchId": text(30),
    "originalOrderType": text(2),
    "originalOrderId": text(15),
    "salesPersonId": text(15),
    "projectId": text(30),
    "isRotRutDeductible": flag,
    "rotRutDetails": anything,
    "overrideNumberSeries": flag,
    "customFields": anything,
}
LINE: Shape = {
    "inventoryId": text(),
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
    "subaccount": anything,
    "note": text(2048),
    "discountCode": text(10),
    "discountPercent": number(-100, 100),
    "discountAmount": number(),
    "hasManualDiscount": flag,
    "warehouseLocationId": text(),
    "operation": one_of("Issue", "Receipt", code=codes.OPERATION),
    "hasManualPrice": flag,
    "branchId": text(30),
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
    "invoiceType": one_of("Invoice", "CreditNote", "CashSales", "CashReturn", "DebitNote"),
    "customFields": anything,
    "inventoryAlternateId": text(),
}
NOT_NULLABLE = frozenset({"type", "customer", "inventoryId", "quantity", "overrideNumberSeries"})
PARTS: dict[str, Shape] = {
    "customer": CUSTOMER,
    "print": PRINT,
    "shipping": SHIPPING,
    "billing": BILLING,
    "financialInformation": FINANCIAL,
    "paymentSettings": PAYMENT,
    "freight": FREIGHT,
    "rotRutDetails": ROT_RUT,
    "customFields": CUSTOM_FIELDS,
}
