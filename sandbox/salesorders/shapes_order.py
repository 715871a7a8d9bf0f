"""The members of an order's head, new and changed (OpenAPI 1.1.0.1279)."""

from __future__ import annotations

from sandbox.salesorders.shapes import (
    SHIPPING_RULES,
    ListOf,
    Member,
    Shape,
    flag,
    moment,
    number,
    one_of,
    shape,
    text,
    texts,
    whole,
)
from sandbox.salesorders.shapes_lines import CUSTOM_FIELDS, LINE, LINE_CHANGE

_ADDRESS: dict[str, Member] = {
    "line1": text(50),
    "line2": text(50),
    "line3": text(50),
    "postalCode": text(20),
    "city": text(50),
    "countryId": text(2),
    "stateId": text(50),
}
_CONTACT: dict[str, Member] = {
    "name": text(255),
    "attention": text(255),
    "phone1": text(50),
    "email": text(255),
    "emails": texts,
}
ADDRESS = shape(_ADDRESS)
CONTACT = shape(_CONTACT)
ADDRESS_CHANGE = shape({**_ADDRESS, "overridesDefault": flag})
CONTACT_CHANGE = shape({**_CONTACT, "overridesDefault": flag})


def _shipping(address: Shape, contact: Shape, longest_zone: int | None) -> Shape:
    return shape(
        {
            "scheduledDate": moment,
            "shipSeparately": flag,
            "rule": one_of(*SHIPPING_RULES),
            "address": address,
            "contact": contact,
            "preferredWarehouseId": text(30),
            "intrastatTransactionTypeId": whole,
            "shipViaId": text(15),
            "residentialDelivery": flag,
            "saturdayDelivery": flag,
            "insurance": flag,
            "priority": whole,
            "zoneId": text(longest_zone),
            "fobPointId": text(15),
            "termsId": text(15),
        }
    )


_ROT_RUT_PERSON = shape({"personalId": text(20), "extra": flag, "amount": number()})
_CUSTOMER: dict[str, Member] = {
    "id": text(),
    "contactId": whole,
    "order": text(40),
    "refNo": text(40),
    "locationId": text(),
    "termsId": text(),
}
# Whatever a new order and a changed one have in common.
_HEAD: dict[str, Member] = {
    "currencyId": text(5),
    "date": moment,
    "requestOn": moment,
    "cancelBy": moment,
    "description": text(255),
    "print": shape(
        {
            "descriptionOnInvoice": flag,
            "noteOnInternalDocuments": flag,
            "noteOnExternalDocuments": flag,
        }
    ),
    "financialInformation": shape(
        {
            "invoiceSeparately": flag,
            "invoiceDate": moment,
            "invoiceId": text(15),
            "postPeriod": text(6),
            "dueDate": moment,
            "cashDiscountDate": moment,
        }
    ),
    "ownerId": text(),
    "taxZoneId": text(),
    "note": text(2048),
    "paymentSettings": shape(
        {"paymentMethodId": text(), "cashAccountId": text(10), "paymentReference": text(40)}
    ),
    "useReplacementCostForMarginAndProfit": flag,
    "freight": shape({"cost": number(), "premiumAmount": number(), "taxCategoryId": text(10)}),
    "branchId": text(30),
    "originalOrderType": text(2),
    "originalOrderId": text(15),
    "salesPersonId": text(15),
    "projectId": text(30),
    "isRotRutDeductible": flag,
    "rotRutDetails": shape(
        {
            "distributedAutomatically": flag,
            "type": one_of("Rot", "Rut"),
            "apartment": text(50),
            "estate": text(50),
            "organisationNumber": text(20),
            "distribution": ListOf(_ROT_RUT_PERSON),
        }
    ),
    "customFields": CUSTOM_FIELDS,
}
ORDER = shape(
    {
        **_HEAD,
        "type": text(least=1),
        "orderId": text(15),
        "status": text(),
        "customer": shape({**_CUSTOMER, "gln": text()}),
        "shipping": _shipping(ADDRESS, CONTACT, 15),
        "billing": shape({"address": ADDRESS, "contact": CONTACT}),
        "orderLines": ListOf(LINE),
        "overrideNumberSeries": flag,
    },
    required=("type", "customer"),
    not_nullable=("overrideNumberSeries",),
)
ORDER_CHANGE = shape(
    {
        **_HEAD,
        "status": text(),
        "customer": shape(_CUSTOMER),
        "shipping": _shipping(ADDRESS_CHANGE, CONTACT_CHANGE, None),
        "billing": shape({"address": ADDRESS_CHANGE, "contact": CONTACT_CHANGE}),
    }
)
# What the drift after 1.1.0.1279 adds to a change, by the account of two integrators.
ORDER_AND_LINES_CHANGE = Shape(
    {
        **ORDER_CHANGE.members,
        "orderLines": ("orderLines", ListOf(LINE_CHANGE)),
        "newOrderLines": ("newOrderLines", ListOf(LINE)),
        "removeLines": ("removeLines", lambda value: None),
    }
)
