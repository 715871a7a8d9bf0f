"""The members of a SalesOrderUpdateDto and what each is called in version 3.

A path with a dot leads into a part of the V3 order. From the ERP API document of 2026 and
the names of the Sales Order OpenAPI 1.1.0.1279.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "number", "flag", "moment", "address", "contact"]


@dataclass(frozen=True, slots=True)
class Field:
    """``target`` is blank where version 3 knows nothing like it."""

    kind: Kind
    target: str = ""


HEADER = {
    "orderType": Field("text", "type"),
    "orderNumber": Field("text", "orderId"),
    "overrideNumberSeries": Field("flag", "overrideNumberSeries"),
    "hold": Field("flag"),
    "canceled": Field("flag"),
    "emailed": Field("flag"),
    "recalculateShipment": Field("flag"),
    "date": Field("moment", "date"),
    "requestOn": Field("moment", "requestOn"),
    "cancelBy": Field("moment", "cancelBy"),
    "customer": Field("text", "customer.id"),
    "customerOrder": Field("text", "customer.order"),
    "customerRefNo": Field("text", "customer.refNo"),
    "location": Field("text", "customer.locationId"),
    "contactId": Field("whole", "customer.contactId"),
    "gln": Field("text", "customer.gln"),
    "terms": Field("text", "customer.termsId"),
    "vatRegistrationId": Field("text"),
    "currency": Field("text", "currencyId"),
    "description": Field("text", "description"),
    "note": Field("text", "note"),
    "project": Field("whole", "projectId"),
    "salesPerson": Field("text", "salesPersonId"),
    "owner": Field("text", "ownerId"),
    "branchNumber": Field("text", "branchId"),
    "customerVATZone": Field("text", "taxZoneId"),
    "origOrderType": Field("text", "originalOrderType"),
    "origOrderNbr": Field("text", "originalOrderId"),
    "isRotRutDeductible": Field("flag", "isRotRutDeductible"),
    "printDescriptionOnInvoice": Field("flag", "print.descriptionOnInvoice"),
    "printNoteOnExternalDocuments": Field("flag", "print.noteOnExternalDocuments"),
    "printNoteOnInternalDocuments": Field("flag", "print.noteOnInternalDocuments"),
    "invoiceSeparately": Field("flag", "financialInformation.invoiceSeparately"),
    "schedShipment": Field("moment", "shipping.scheduledDate"),
    "shipSeparately": Field("flag", "shipping.shipSeparately"),
    "shipComplete": Field("text", "shipping.rule"),
    "preferredWarehouse": Field("text", "shipping.preferredWarehouseId"),
    "shipVia": Field("text", "shipping.shipViaId"),
    "fobPoint": Field("text", "shipping.fobPointId"),
    "priority": Field("whole", "shipping.priority"),
    "shippingTerms": Field("text", "shipping.termsId"),
    "shippingZone": Field("text", "shipping.zoneId"),
    "residentialDelivery": Field("flag", "shipping.residentialDelivery"),
    "saturdayDelivery": Field("flag", "shipping.saturdayDelivery"),
    "insurance": Field("flag", "shipping.insurance"),
    "transactionType": Field("whole", "shipping.intrastatTransactionTypeId"),
    "paymentMethod": Field("text", "paymentSettings.paymentMethodId"),
    "cashAccount": Field("text", "paymentSettings.cashAccountId"),
    "paymentRef": Field("text", "paymentSettings.paymentReference"),
    "soBillingContact": Field("contact", "billing.contact"),
    "soBillingAddress": Field("address", "billing.address"),
    "soShippingContact": Field("contact", "shipping.contact"),
    "soShippingAddress": Field("address", "shipping.address"),
}
LINE = {
    "lineNbr": Field("whole"),
    "inventoryId": Field("text", "inventoryId"),
    "inventoryNumber": Field("text", "inventoryId"),
    "warehouse": Field("text", "warehouseId"),
    "uom": Field("text", "unitOfMeasure"),
    "quantity": Field("number", "quantity"),
    "unitCost": Field("number", "unitCost"),
    "unitPrice": Field("number", "unitPrice"),
    "discountPercent": Field("number", "discountPercent"),
    "discountAmount": Field("number", "discountAmount"),
    "discountCode": Field("text", "discountCode"),
    "manualDiscount": Field("flag", "hasManualDiscount"),
    "discUnitPrice": Field("number"),
    "lineDescription": Field("text", "description"),
    "note": Field("text", "note"),
    "branchNumber": Field("text", "branchId"),
    "invoiceNbr": Field("text", "invoiceNumber"),
    "salesOrderOperation": Field("text", "operation"),
    "freeItem": Field("flag"),
    "requestedOn": Field("moment", "requestDate"),
    "shipOn": Field("moment", "shipDate"),
    "shipComplete": Field("text", "shippingRule"),
    "undershipThreshold": Field("number", "undershipThreshold"),
    "overshipThreshold": Field("number", "overshipThreshold"),
    "completed": Field("flag"),
    "markForPO": Field("flag"),
    "poSource": Field("text"),
    "lotSerialNbr": Field("text"),
    "expirationDate": Field("moment"),
    "reasonCode": Field("text", "reasonCode"),
    "salesPerson": Field("text", "salesPersonId"),
    "taxCategory": Field("text", "taxCategoryId"),
    "commissionable": Field("flag", "commissionable"),
    "alternateID": Field("text", "inventoryAlternateId"),
    "projectTask": Field("text", "projectTaskId"),
    "externalLink": Field("text", "externalLink"),
    "isRotRutDeductible": Field("flag", "isRotRutDeductible"),
}
ADDRESS = {
    "overrideAddress": Field("flag"),
    "addressLine1": Field("text", "line1"),
    "addressLine2": Field("text", "line2"),
    "addressLine3": Field("text", "line3"),
    "postalCode": Field("text", "postalCode"),
    "city": Field("text", "city"),
    "countryId": Field("text", "countryId"),
    "county": Field("text", "stateId"),
}
CONTACT = {
    "overrideContact": Field("flag"),
    "name": Field("text", "name"),
    "attention": Field("text", "attention"),
    "email": Field("text", "email"),
    "web": Field("text"),
    "phone1": Field("text", "phone1"),
    "phone2": Field("text"),
    "fax": Field("text"),
}
