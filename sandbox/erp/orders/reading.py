"""Orders as the older API shows them: SalesOrderDto and its basic sister."""

from __future__ import annotations

from typing import Any

from sandbox.erp.dates import erp_moment
from sandbox.erp.records import Attachment
from sandbox.salesorders.shapes import read_moment
from sandbox.salesorders.store import Line, Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company
from sandbox.world.records import Address, Contact


def describe_basic(sandbox: Sandbox, company: Company, order: Order) -> dict[str, Any]:
    """SalesOrderBasicDto: the header and plain lines."""
    customer = company.customers.get(order.customer_id)
    given = order.given
    asked = given.get("customer") or {}
    return {
        "lines": [_basic_line(line) for line in order.lines],
        "orderType": order.type,
        "orderNo": order.order_id,
        "status": order.status,
        "hold": order.status == "Hold",
        "date": erp_moment(sandbox, order.date),
        "requestOn": erp_moment(sandbox, order.requested_at),
        "customerOrder": order.customer_order,
        "customerRefNo": order.ref_no,
        "customer": {
            "internalId": customer.internal_id if customer else 0,
            "number": order.customer_id,
            "name": order.customer_name,
        },
        "contactId": asked.get("contactId"),
        "location": {
            "countryId": customer.country if customer else company.country,
            "id": order.location_id,
            "name": order.location_id,
        },
        "currency": order.currency,
        "description": given.get("description"),
        **_totals(order),
        "exchangeRate": 1,
        "lastModifiedDateTime": erp_moment(sandbox, order.modified_at, "offset"),
        "branchNumber": {"number": order.branch, "name": company.name},
        "note": given.get("note"),
        "attachments": _attachments(sandbox, company, order, 0),
        "timeStamp": order.version if sandbox.switches.order_time_stamp == "shown" else None,
    }


def describe_order(sandbox: Sandbox, company: Company, order: Order) -> dict[str, Any]:
    """SalesOrderDto."""
    given = order.given
    shipping = given.get("shipping") or {}
    payment = given.get("paymentSettings") or {}
    printed = given.get("print") or {}
    basic = describe_basic(sandbox, company, order)
    basic["lines"] = [
        _line(sandbox, line) | {"attachments": _attachments(sandbox, company, order, line.line_id)}
        for line in order.lines
    ]
    return basic | {
        "projectCD": given.get("projectId"),
        "printDescriptionOnInvoice": bool(printed.get("descriptionOnInvoice")),
        "printNoteOnExternalDocuments": bool(printed.get("noteOnExternalDocuments")),
        "printNoteOnInternalDocuments": bool(printed.get("noteOnInternalDocuments")),
        "soBillingContact": _contact(order.billing_contact),
        "soBillingAddress": _address(order.billing_address),
        "soShippingContact": _contact(order.shipping_contact),
        "soShippingAddress": _address(order.shipping_address),
        "terms": _named(order.terms_id),
        "customerVATZone": _named(order.tax_zone_id),
        "salesPerson": _named(given.get("salesPersonId")),
        "schedShipment": _moment(sandbox, shipping.get("scheduledDate")),
        "shipComplete": shipping.get("rule"),
        "shipSeparately": bool(shipping.get("shipSeparately")),
        "cancelBy": erp_moment(sandbox, order.cancel_by),
        "canceled": order.status == "Cancelled",
        "preferredWarehouse": _named(shipping.get("preferredWarehouseId")),
        "shipVia": _named(shipping.get("shipViaId")),
        "paymentMethod": _named(payment.get("paymentMethodId")),
        "cashAccount": payment.get("cashAccountId"),
        "paymentRef": payment.get("paymentReference"),
        "isRotRutDeductible": bool(given.get("isRotRutDeductible")),
        "origOrderType": given.get("originalOrderType"),
        "origOrderNbr": given.get("originalOrderId"),
        "emailed": False,
        "shipments": [],
    }


def _totals(order: Order) -> dict[str, Any]:
    amounts = {
        "orderTotal": order.total,
        "vatTaxableTotal": order.taxable,
        "vatExemptTotal": order.net - order.taxable,
        "taxTotal": order.tax,
        "discountTotal": order.discount,
    }
    return amounts | {f"{name}InBaseCurrency": amount for name, amount in amounts.items()}


def _basic_line(line: Line) -> dict[str, Any]:
    return {
        "lineNbr": line.line_id,
        "sortOrder": line.sort_order or line.line_id,
        "inventory": {"number": line.inventory_id, "description": line.description},
        "warehouse": _named(line.given.get("warehouseId")),
        "uom": line.unit,
        "quantity": line.quantity,
        "qtyOnShipments": line.shipped,
        "openQty": line.open_quantity,
        "unitCost": line.given.get("unitCost") or 0,
        "unitPrice": line.unit_price,
        "unitPriceInBaseCurrency": line.unit_price,
        "discountCode": line.discount_code,
        "discountPercent": line.discount_percent,
        "discountAmount": line.discount,
        "manualDiscount": line.has_manual_discount,
        "extPrice": line.extended_price,
        "unbilledAmount": line.amount,
        "lineDescription": line.description,
        "note": line.given.get("note"),
    }


def _line(sandbox: Sandbox, line: Line) -> dict[str, Any]:
    return _basic_line(line) | {
        "operation": line.operation,
        "requestedOn": _moment(sandbox, line.given.get("requestDate")),
        "shipOn": _moment(sandbox, line.given.get("shipDate")),
        "shipComplete": line.given.get("shippingRule"),
        "taxCategory": line.tax_category_id,
        "reasonCode": line.given.get("reasonCode"),
        "alternateID": line.given.get("inventoryAlternateId"),
        "completed": line.completed,
    }


def _attachments(
    sandbox: Sandbox, company: Company, order: Order, line: int
) -> list[dict[str, Any]]:
    kept = sandbox.erp.attachments.get((company.tenant_id, *order.key), [])
    return [_attachment(one) for one in kept if one.line == line]


def _attachment(one: Attachment) -> dict[str, Any]:
    return {"name": one.name, "id": one.id, "revision": one.revision}


def _named(value: Any) -> dict[str, Any] | None:
    return {"id": value, "description": value} if value else None


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "name": contact.name,
        "attention": contact.attention,
        "email": contact.email,
        "phone1": contact.phone1,
    }


def _address(address: Address) -> dict[str, Any]:
    return {
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "addressLine3": address.line3,
        "postalCode": address.postal_code,
        "city": address.city,
        "country": {"id": address.country_id, "name": address.country_id},
    }


def _moment(sandbox: Sandbox, value: Any) -> str | None:
    return erp_moment(sandbox, read_moment(value)) if isinstance(value, str) else None
