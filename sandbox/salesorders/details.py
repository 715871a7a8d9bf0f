"""SalesOrderDto: one order, with the sections that ``expand`` asks for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.clock import iso
from sandbox.paging import link
from sandbox.salesorders import parts
from sandbox.salesorders.detail_lines import describe_line
from sandbox.salesorders.parts import Json, amount, moment, pair, part
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company

LINES = "lines"


def describe_order(sandbox: Sandbox, company: Company, order: Order, expand: set[str]) -> Json:
    """Here ``status`` is an object. A section that was not asked for is left out."""
    content = _head(sandbox, order)
    for name, (member, section) in SECTIONS.items():
        if name in expand:
            content[member] = section(sandbox, company, order)
    if LINES in expand:
        content["orderLines"] = [
            describe_line(sandbox, company, order, line) for line in order.lines
        ]
    return parts.settled(content, sandbox.switches)


def _head(sandbox: Sandbox, order: Order) -> Json:
    given = order.given
    return {
        "type": order.type,
        "orderId": order.order_id,
        "branch": pair(order.branch),
        "description": given.get("description"),
        "date": iso(order.date),
        "cancelBy": moment(given, "cancelBy") or iso(order.date),
        "lastModified": iso(order.modified_at),
        "requestOn": moment(given, "requestOn") or iso(order.date),
        "isRotRutDeductible": bool(given.get("isRotRutDeductible")),
        "orderQty": order.quantity,
        "currencyId": order.currency,
        "useReplacementCostForMarginAndProfit": given.get("useReplacementCostForMarginAndProfit"),
        "createdBy": None if sandbox.switches.created_by == "null" else "",
        "project": parts.known(
            {"id": given.get("projectId"), "description": None, "internalId": 0}
        ),
        "print": _print(part(given, "print")),
        "status": describe_status(order),
        "totals": describe_totals(order),
        "originalOrderType": given.get("originalOrderType"),
        "originalOrderId": given.get("originalOrderId"),
        "salesPerson": pair(given.get("salesPersonId")),
        "version": order.version,
        "emailed": False,
    }


def describe_status(order: Order) -> Json:
    return {
        "description": order.status,
        "cancelled": order.status == "Cancelled",
        "hold": order.status == "Hold",
    }


def describe_totals(order: Order) -> Json:
    """Every amount twice: the sandbox knows no exchange rates, so both are the same."""
    taxed = bool(order.tax_percent)
    cost = sum(
        (line.quantity * amount(line.given.get("unitCost")) for line in order.lines), Decimal(0)
    )
    amounts = {
        "orderTotal": order.total,
        "taxableTotal": order.net if taxed else 0,
        "taxExemptTotal": 0 if taxed else order.net,
        "taxTotal": order.tax,
        "discountTotal": 0,
        "costTotal": cost,
        "freightCost": amount(part(order.given, "freight").get("cost")),
        "freightTotal": order.freight,
        "unbilledAmount": order.total,
        "unshippedAmount": order.total,
        "paymentTotal": 0,
    }
    return amounts | {f"{name}InBaseCurrency": value for name, value in amounts.items()}


def _print(given: Json) -> Json:
    names = ("descriptionOnInvoice", "noteOnInternalDocuments", "noteOnExternalDocuments")
    return {name: bool(given.get(name)) for name in names}


def _billing(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given, customer = part(order.given, "billing"), company.customers.get(order.customer_id)
    return {
        "contact": parts.contact(part(given, "contact"), customer),
        "address": parts.address(part(given, "address"), customer),
    }


def _payment(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given = part(order.given, "paymentSettings")
    return {
        "paymentMethod": pair(given.get("paymentMethodId")),
        "cashAccountId": given.get("cashAccountId"),
        "paymentReference": given.get("paymentReference"),
    }


def _financial(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given, customer = (
        part(order.given, "financialInformation"),
        company.customers.get(order.customer_id),
    )
    terms = part(order.given, "customer").get("termsId") or (customer.terms_id if customer else "")
    return {
        "invoiceSeparately": bool(given.get("invoiceSeparately")),
        "invoiceId": given.get("invoiceId"),
        "invoiceDate": moment(given, "invoiceDate"),
        "dueDate": moment(given, "dueDate"),
        "terms": pair(terms),
        "cashDiscountDate": moment(given, "cashDiscountDate"),
        "postPeriod": given.get("postPeriod"),
    }


def _shipping(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given, customer = part(order.given, "shipping"), company.customers.get(order.customer_id)
    return {
        "contact": parts.contact(part(given, "contact"), customer),
        "address": parts.address(part(given, "address"), customer),
        "scheduledDate": moment(given, "scheduledDate") or iso(order.date),
        "shipSeparately": bool(given.get("shipSeparately")),
        "rule": given.get("rule") or "BackOrderAllowed",
        "preferredWarehouse": pair(given.get("preferredWarehouseId")),
        "shipVia": pair(given.get("shipViaId")),
        "fobPoint": pair(given.get("fobPointId")),
        "terms": pair(given.get("termsId")),
        "zone": pair(given.get("zoneId")),
        "residentialDelivery": bool(given.get("residentialDelivery")),
        "saturdayDelivery": bool(given.get("saturdayDelivery")),
        "insurance": bool(given.get("insurance")),
        "intrastatTransactionType": parts.known(
            {"id": given.get("intrastatTransactionTypeId") or 0, "description": None}
        ),
        "priority": given.get("priority") or 0,
    }


def _customer(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given, customer = part(order.given, "customer"), company.customers.get(order.customer_id)
    return {
        "internalId": customer.internal_id if customer else 0,
        "id": order.customer_id,
        "name": order.customer_name,
        "taxZone": pair(order.given.get("taxZoneId")),
        "contactId": given.get("contactId"),
        "order": order.customer_order,
        "refNo": order.ref_no,
        "location": parts.location(location_of(company, order), customer),
    }


def location_of(company: Company, order: Order) -> str:
    """The customer's location on the order, else the customer's first."""
    customer = company.customers.get(order.customer_id)
    asked = part(order.given, "customer").get("locationId")
    return str(asked or (customer.locations[0] if customer and customer.locations else "MAIN"))


def _origin(sandbox: Sandbox, company: Company, order: Order) -> Json:
    order_type = order.given.get("originalOrderType")
    order_id = order.given.get("originalOrderId")
    links = None
    if order_type and order_id:
        links = order_link(sandbox, f"{order_type}/{order_id}")
    return parts.known({"_links": links, "orderType": order_type, "orderId": order_id})


def order_link(sandbox: Sandbox, name: str) -> Json:
    return {sandbox.switches.link_name: {"href": link(sandbox, f"/api/v3/SalesOrders/{name}")}}


def _freight(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given = part(order.given, "freight")
    amounts = {
        "cost": amount(given.get("cost")),
        "premiumAmount": amount(given.get("premiumAmount")),
        "amount": order.freight,
    }
    return {
        "volume": 0,
        "weight": 0,
        **amounts,
        **{f"{name}InBaseCurrency": value for name, value in amounts.items()},
        "taxCategoryId": given.get("taxCategoryId"),
    }


def _owner(sandbox: Sandbox, company: Company, order: Order) -> Json:
    return parts.known({"internalId": None, "id": order.given.get("ownerId")})


Section = Callable[[Sandbox, Company, Order], Any]
# By the word that asks for it: the member it fills, and what fills it.
SECTIONS: dict[str, tuple[str, Section]] = {
    "billing": ("billing", _billing),
    "payment": ("paymentSettings", _payment),
    "financialinformation": ("financialInformation", _financial),
    "shipping": ("shipping", _shipping),
    "customer": ("customer", _customer),
    "owner": ("owner", _owner),
    "origin": ("origin", _origin),
    "note": ("note", lambda sandbox, company, order: order.given.get("note")),
    "freight": ("freight", _freight),
    "attachments": ("attachments", lambda sandbox, company, order: []),
    "customfields": (
        "customFields",
        lambda sandbox, company, order: parts.custom_fields(part(order.given, "customFields")),
    ),
}
