"""What V3's answers look like, member by member (Sales Order OpenAPI 1.1.0.1279).

A kind is ``text``, ``number``, ``whole``, ``flag``, ``moment``, ``bytes``, ``uuid`` or the name of
a shape; ``?`` behind it may be null, ``[kind]`` is an array and ``{kind}`` an object with free
names. Every member is in every answer, except that sections are only there when expanded.

The answers are not made of these: they are what the sandbox tells of itself, and tests hold
every answer against them.
"""

from __future__ import annotations

Shape = dict[str, str]


def _members(kind: str, *names: str) -> Shape:
    return dict.fromkeys(names, kind)


PAIR = _members("text?", "id", "description")
LINKS = {"_links": "{Link}?"}
QUANTITIES = _members(
    "number",
    "quantityOnHand",
    "quantityAvailable",
    "quantityAvailableForShipment",
    "quantityNotAvailable",
)
ACCOUNTS = _members(
    "text?",
    "exportType",
    "salesEuAccountId",
    "salesNonTaxableAccountId",
    "salesAccountId",
    "salesExportAccountId",
)
LOCATION = {
    "internalId": "whole",
    **_members("text?", "id", "name", "countryId", "gln", "taxRegistrationId", "corporateId"),
    "warehouseId": "text?",
}
TOTALS = ("orderTotal", "taxableTotal", "taxExemptTotal", "taxTotal", "freightTotal")
OPEN_AMOUNTS = ("unbilledAmount", "unshippedAmount")
MAYBE_TOTALS = ("discountTotal", "costTotal", "freightCost", "paymentTotal")

SHAPES: dict[str, Shape] = {
    "Link": {"href": "text?"},
    "Pair": PAIR,
    "IdPair": {"id": "whole", "description": "text?"},
    "Named": _members("text?", "id", "name"),
    "Project": {**PAIR, "internalId": "whole"},
    "Attachment": {"id": "uuid", "revision": "whole", "name": "text?"},
    "Contact": {
        "id": "whole",
        "overridesDefault": "flag",
        **_members("text?", "name", "attention", "email", "phone1", "phone2", "fax"),
    },
    "Address": {
        "id": "whole",
        "overridesDefault": "flag",
        **_members("text?", "line1", "line2", "line3", "postalCode", "city"),
        **_members("Named", "country", "county"),
    },
    "Location": LOCATION,
    "LocationItem": {
        **LOCATION,
        **ACCOUNTS,
        "address": "Address",
        "contact": "Contact",
        **_members("text?", "priceClassId", "fobPointId", "shipTermsId", "shipZoneId"),
        **_members("text?", "shipViaId", "shippingRule", "preferredWarehouseId", "taxZoneId"),
        **_members("flag", "residentialDelivery", "saturdayDelivery", "insurance"),
        **_members("whole?", "priority", "leadTime"),
    },
    "Customer": {
        "internalId": "whole",
        **_members("text?", "id", "name", "currencyId", "customerClassId", "addressLine1"),
        **_members("text?", "addressLine2", "postalCode", "country", "salutation", "status"),
        "defaultLocation": "Location",
        **ACCOUNTS,
    },
    "Item": {
        "internalId": "whole",
        **_members("text?", "inventoryId", "description", "baseUnit"),
        "availability": "[Warehouse]?",
    },
    "Warehouse": {
        "internalWarehouseId": "whole",
        **_members("text?", "warehouseId", "description"),
        **QUANTITIES,
        "quantityPurchaseOrders": "number",
        **_members("number?", "estimatedUnitCost", "estimatedTotalCost"),
        "lastModified": "moment",
    },
    "Place": {
        "internalLocationId": "whole",
        **_members("text?", "locationId", "description"),
        **QUANTITIES,
        "quantityPurchaseOrders": "number",
        "lastModified": "moment",
    },
    "Lot": {"lotSerialNumber": "text?", "expirationDate": "moment?", **QUANTITIES},
    "Row": {
        **LINKS,
        **_members("text?", "type", "orderId", "status", "customerId", "customerName"),
        **_members("text?", "currency", "location", "customerOrder", "customerRefNo"),
        "description": "text?",
        **_members("moment", "date", "shippingScheduledDate", "requestOn", "lastModified"),
        **_members("number", "orderQty", "orderTotal", "taxTotal"),
    },
    "Order": {
        **_members("text?", "type", "orderId", "description", "currencyId", "createdBy"),
        **_members("text?", "originalOrderType", "originalOrderId"),
        "version": "bytes?",
        **_members("moment", "date", "lastModified"),
        **_members("moment?", "cancelBy", "requestOn"),
        **_members("flag", "isRotRutDeductible", "emailed"),
        "useReplacementCostForMarginAndProfit": "flag?",
        "orderQty": "number",
        **_members("Pair", "branch", "salesPerson"),
        "project": "Project",
        "print": "Print",
        "status": "Status",
        "totals": "Totals",
    },
    "Print": _members(
        "flag?", "descriptionOnInvoice", "noteOnInternalDocuments", "noteOnExternalDocuments"
    ),
    "Status": {"description": "text?", **_members("flag", "cancelled", "hold")},
    "Totals": {
        **_members("number", *TOTALS, *OPEN_AMOUNTS),
        **_members("number", *(f"{name}InBaseCurrency" for name in (*TOTALS, *OPEN_AMOUNTS))),
        **_members("number?", *MAYBE_TOTALS, *(f"{name}InBaseCurrency" for name in MAYBE_TOTALS)),
    },
    "Billing": {"contact": "Contact", "address": "Address"},
    "Payment": {"paymentMethod": "Pair", **_members("text?", "cashAccountId", "paymentReference")},
    "Financial": {
        "invoiceSeparately": "flag",
        **_members("text?", "invoiceId", "postPeriod"),
        **_members("moment?", "invoiceDate", "dueDate", "cashDiscountDate"),
        "terms": "Pair",
    },
    "Shipping": {
        "contact": "Contact",
        "address": "Address",
        "scheduledDate": "moment?",
        "rule": "text?",
        **_members("flag", "shipSeparately", "residentialDelivery", "saturdayDelivery"),
        "insurance": "flag",
        **_members("Pair", "preferredWarehouse", "shipVia", "fobPoint", "terms", "zone"),
        "intrastatTransactionType": "IdPair",
        "priority": "whole",
    },
    "Buyer": {
        "internalId": "whole",
        **_members("text?", "id", "name", "order", "refNo"),
        "taxZone": "Pair",
        "contactId": "whole?",
        "location": "Location",
    },
    "Owner": _members("text?", "internalId", "id"),
    "Origin": {**LINKS, **_members("text?", "orderType", "orderId")},
    "Freight": {
        **_members("number", "volume", "weight", "cost", "premiumAmount", "amount"),
        **_members("number", "costInBaseCurrency", "premiumAmountInBaseCurrency"),
        "amountInBaseCurrency": "number",
        "taxCategoryId": "text?",
    },
    "CustomFields": {
        **_members("text?", *(f"customStr{number}" for number in range(1, 6))),
        **_members("number?", "customDec1", "customDec2"),
        **_members("whole?", "customInt1", "customInt2"),
        "customDateTimeUtc1": "moment?",
    },
    "Line": {
        "lineId": "whole",
        **_members("whole?", "sortOrder", "invoiceLineNumber"),
        **_members("text?", "lineType", "operation", "unitOfMeasure", "description"),
        **_members("text?", "shippingRule", "externalLink", "taxCategoryId", "reasonCode"),
        **_members("text?", "warehouseId", "note", "salesAccountId", "discountCode"),
        **_members("text?", "discountSequenceId", "inventoryAlternateId", "projectTaskId"),
        **_members("text?", "purchaseOrderSource", "rotRutWorkType", "invoiceNumber"),
        "invoiceType": "text?",
        **_members("moment?", "orderDate", "shipDate", "requestDate"),
        **_members("number?", "quantity", "baseOrderQuantity", "unitCost", "unitPrice"),
        **_members("number?", "extendedPrice", "lineTotalBeforeDiscount", "exciseDuty"),
        **_members("number?", "discountAmount", "discountPercent", "undershipThreshold"),
        **_members("number?", "overshipThreshold", "openQuantity", "billedQuantity"),
        **_members("number?", "quantityOnShipments", "replacementUnitCost"),
        **_members("number", "supplierPrice", "rotRutDeductibleAmount"),
        **_members("flag?", "completed", "isRotRutDeductible"),
        **_members("flag", "hasManualDiscount", "freeItem", "hasManualPrice", "openLine"),
        **_members("flag", "commissionable", "autoCreateIssue"),
        **_members("Pair", "branch", "warehouseLocation", "salesPerson", "rotRutItemType"),
        "subaccount": "{text}?",
        "inventory": "LineItem",
        "supplier": "Supplier",
        "attachments": "[Attachment]?",
        "purchaseOrderNumbers": "[text]?",
        "kitAssembly": "KitAssembly",
        "customFields": "CustomFields",
    },
    "LineItem": {**PAIR, "baseUnit": "text?"},
    "Supplier": {**_members("text?", "id", "name", "currencyId"), "price": "number"},
    "KitAssembly": {"referenceNumber": "text?"},
    "RotRut": {
        "distributedAutomatically": "flag",
        **_members("text?", "type", "apartment", "estate", "organizationNumber"),
        **_members("number?", "totalDeductableAmount", "otherCostAmount", "materialCostAmount"),
        **_members("number?", "workPriceAmount", "distributedAmount"),
        "distribution": "[Share]?",
    },
    "Share": {"lineId": "whole", "personalId": "text?", "amount": "number?", "extra": "flag?"},
    "Commission": {
        "salesPersonId": "text?",
        **_members("number?", "percent", "amount", "commissionableAmount"),
    },
    "Tax": {
        **_members("text?", "taxId", "taxType"),
        **_members("number?", "taxRate", "taxableAmount", "taxAmount"),
        **_members("flag", "exemptTax", "includeInTaxable", "isPendingTax", "isStatisticalTax"),
        "isReverseTax": "flag",
    },
    "Shipment": {
        **_members("text?", "type", "id", "invoiceType", "invoiceId", "inventoryDocumentType"),
        **_members("text?", "inventoryReferenceId", "status"),
        "date": "moment",
        **_members("number", "quantity", "weight", "volume"),
    },
    "Discount": {
        "manualOrderIndex": "whole",
        **_members("flag", "skipDiscount", "isManual"),
        **_members("text?", "discountId", "discountSequenceId", "type"),
        **_members("number?", "discountableAmount", "discountableQuantity", "discountAmount"),
        **_members("number?", "discountPercent", "freeItemQuantity"),
        "freeItem": "Pair",
    },
    "PaymentApplied": {
        **_members("text?", "documentType", "referenceNumber", "status", "reference"),
        **_members("text?", "paymentMethod", "cashAccount", "currencyId"),
        **_members("number", "amountAppliedToOrder", "billedAmount", "totalAmount", "balance"),
    },
    "Problem": {
        **_members("text?", "type", "title", "detail", "instance"),
        "status": "whole?",
    },
}
# What ``expand`` adds, by the word that asks for it.
SECTIONS: dict[str, Shape] = {
    "Billing": {"billing": "Billing"},
    "Payment": {"paymentSettings": "Payment"},
    "FinancialInformation": {"financialInformation": "Financial"},
    "Shipping": {"shipping": "Shipping"},
    "Customer": {"customer": "Buyer"},
    "Owner": {"owner": "Owner"},
    "Origin": {"origin": "Origin"},
    "Note": {"note": "text?"},
    "Freight": {"freight": "Freight"},
    "Attachments": {"attachments": "[Attachment]?"},
    "CustomFields": {"customFields": "CustomFields"},
}
EXPANDED_STOCK: dict[str, dict[str, Shape]] = {
    "Attribute": {"Item": {"attributes": "{text}?"}},
    "Location": {"Warehouse": {"locations": "[Place]?"}},
    "LotSerial": {"Warehouse": {"lotSerials": "[Lot]?"}, "Place": {"lotSerials": "[Lot]?"}},
}
