"""SalesOrderLineDto: one line of an order."""

from __future__ import annotations

from decimal import Decimal

from sandbox.clock import iso
from sandbox.salesorders import parts
from sandbox.salesorders.parts import Json, amount, chosen, moment, pair
from sandbox.salesorders.store import WIDE, Line, Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company

TEXTS = (
    "externalLink",
    "reasonCode",
    "warehouseId",
    "note",
    "salesAccountId",
    "subaccount",
    "inventoryAlternateId",
    "purchaseOrderSource",
    "projectTaskId",
    "invoiceLineNumber",
    "invoiceNumber",
    "invoiceType",
)


def describe_line(sandbox: Sandbox, company: Company, order: Order, line: Line) -> Json:
    """Every member; what was not sent is null, false, 0 or what the order says."""
    given = line.given
    content = {
        **{name: given.get(name) or None for name in TEXTS},
        **_identity(company, order, line),
        **_amounts(line),
        **_deliveries(order, line),
        **_extras(company, line),
    }
    return parts.settled(content, sandbox.switches)


def line_cost(line: Line) -> Decimal:
    return WIDE.multiply(line.quantity, amount(line.given.get("unitCost")))


def _identity(company: Company, order: Order, line: Line) -> Json:
    given, item = line.given, company.items.get(line.inventory_id)
    return {
        "lineId": line.line_id,
        "sortOrder": line.sort_order,
        "lineType": "MiscCharge" if item and item.misc_charge else "Inventory",
        "operation": line.operation,
        "orderDate": iso(order.date),
        "branch": pair(given.get("branchId") or order.branch),
        "inventory": {
            "id": line.inventory_id,
            "description": item.description if item else None,
            "baseUnit": item.unit if item else line.unit,
        },
        "description": line.description,
        "unitOfMeasure": line.unit,
        "taxCategoryId": line.tax_category_id or None,
        "completed": line.completed,
    }


def _amounts(line: Line) -> Json:
    given = line.given
    return {
        "quantity": line.quantity,
        "baseOrderQuantity": line.quantity,
        "unitCost": amount(given.get("unitCost")),
        "unitPrice": line.unit_price,
        "extendedPrice": line.extended_price,
        "lineTotalBeforeDiscount": line.extended_price,
        "exciseDuty": 0,
        "discountCode": line.discount_code or None,
        "discountAmount": line.discount,
        "discountPercent": line.discount_percent,
        "discountSequenceId": None,
        "hasManualDiscount": line.has_manual_discount,
        "hasManualPrice": line.has_manual_price,
        "freeItem": line.free,
        "replacementUnitCost": 0,
        "commissionable": bool(given.get("commissionable")),
    }


def _deliveries(order: Order, line: Line) -> Json:
    given = line.given
    return {
        "shippingRule": given.get("shippingRule") or "BackOrderAllowed",
        "undershipThreshold": amount(given.get("undershipThreshold", 100)),
        "overshipThreshold": amount(given.get("overshipThreshold", 100)),
        "shipDate": moment(given, "shipDate") or iso(order.date),
        "requestDate": moment(given, "requestDate") or iso(order.date),
        "openQuantity": line.open_quantity,
        "billedQuantity": 0,
        "quantityOnShipments": line.shipped,
        "openLine": line.open_quantity > 0,
        "warehouseLocation": pair(given.get("warehouseLocationId")),
        "autoCreateIssue": False,
    }


def _extras(company: Company, line: Line) -> Json:
    given = line.given
    return {
        "salesPerson": chosen(given.get("salesPersonId"), company.setup.sales_people),
        "supplier": parts.known(
            {
                "id": given.get("supplierId"),
                "name": None,
                "currencyId": None,
                "price": amount(given.get("supplierPrice")),
            }
        ),
        "supplierPrice": amount(given.get("supplierPrice")),
        "attachments": [],
        "purchaseOrderNumbers": [],
        "isRotRutDeductible": bool(given.get("isRotRutDeductible")),
        "rotRutWorkType": None,
        "rotRutDeductibleAmount": 0,
        "rotRutItemType": pair(),
        "kitAssembly": parts.known({"referenceNumber": None}),
        "customFields": parts.custom_fields(parts.part(given, "customFields")),
    }
