"""SalesOrderLineDto: one line of an order."""

from __future__ import annotations

from decimal import Decimal

from sandbox.clock import iso
from sandbox.salesorders import parts
from sandbox.salesorders.parts import Json, amount, cents, moment, pair
from sandbox.salesorders.store import Line, Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company

TEXTS = (
    "externalLink",
    "taxCategoryId",
    "reasonCode",
    "warehouseId",
    "note",
    "salesAccountId",
    "subaccount",
    "discountCode",
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
        **_extras(line),
    }
    return parts.settled(content, sandbox.switches)


def _identity(company: Company, order: Order, line: Line) -> Json:
    given, item = line.given, company.items.get(line.inventory_id)
    return {
        "lineId": line.line_id,
        "sortOrder": given.get("sortOrder") or line.line_id,
        "lineType": "MiscCharge" if item and item.misc_charge else "Inventory",
        "operation": given.get("operation") or "Issue",
        "orderDate": iso(order.date),
        "branch": pair(given.get("branchId") or order.branch),
        "inventory": {
            "id": line.inventory_id,
            "description": item.description if item else None,
            "baseUnit": item.unit if item else line.unit,
        },
        "description": line.description,
        "unitOfMeasure": line.unit,
        "completed": order.status in {"Completed", "Cancelled"},
    }


def _amounts(line: Line) -> Json:
    given = line.given
    before = cents(line.quantity * line.unit_price)
    return {
        "quantity": line.quantity,
        "baseOrderQuantity": line.quantity,
        "unitCost": amount(given.get("unitCost")),
        "unitPrice": line.unit_price,
        "extendedPrice": line.extended_price,
        "lineTotalBeforeDiscount": before,
        "exciseDuty": 0,
        "discountAmount": max(before - line.extended_price, Decimal(0)),
        "discountPercent": amount(given.get("discountPercent")),
        "discountSequenceId": None,
        "hasManualDiscount": bool(given.get("hasManualDiscount")),
        "hasManualPrice": line.has_manual_price,
        "freeItem": False,
        "replacementUnitCost": 0,
        "commissionable": bool(given.get("commissionable")),
    }


def _deliveries(order: Order, line: Line) -> Json:
    given = line.given
    over = order.status in {"Completed", "Cancelled"}
    return {
        "shippingRule": given.get("shippingRule") or "BackOrderAllowed",
        "undershipThreshold": amount(given.get("undershipThreshold", 100)),
        "overshipThreshold": amount(given.get("overshipThreshold", 100)),
        "shipDate": moment(given, "shipDate") or iso(order.date),
        "requestDate": moment(given, "requestDate") or iso(order.date),
        "openQuantity": 0 if over else line.quantity,
        "billedQuantity": 0,
        "quantityOnShipments": 0,
        "openLine": not over,
        "warehouseLocation": pair(given.get("warehouseLocationId")),
        "autoCreateIssue": False,
    }


def _extras(line: Line) -> Json:
    given = line.given
    return {
        "salesPerson": pair(given.get("salesPersonId")),
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
