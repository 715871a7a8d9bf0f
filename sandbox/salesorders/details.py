"""SalesOrderDto: one order, with the sections that ``expand`` asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.clock import iso
from sandbox.paging import link
from sandbox.salesorders import parts
from sandbox.salesorders.detail_lines import describe_line, line_cost
from sandbox.salesorders.parts import Json, amount, chosen, moment, pair, part
from sandbox.salesorders.store import ZERO, Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company
from sandbox.world.records import Address, Contact, Customer

LINES = "lines"


def describe_order(sandbox: Sandbox, company: Company, order: Order, expand: set[str]) -> Json:
    """Here ``status`` is an object. A section that was not asked for is left out."""
    content = _head(sandbox, company, order)
    for name, (member, section) in SECTIONS.items():
        if name in expand:
            content[member] = section(sandbox, company, order)
    if LINES in expand:
        content["orderLines"] = [
            describe_line(sandbox, company, order, line) for line in order.lines
        ]
    return parts.settled(content, sandbox.switches)


def _head(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given = order.given
    return {
        "type": order.type,
        "orderId": order.order_id,
        "branch": pair(order.branch),
        "description": given.get("description"),
        "date": iso(order.date),
        "cancelBy": iso(order.cancel_by),
        "lastModified": iso(order.modified_at),
        "requestOn": iso(order.requested_at),
        "isRotRutDeductible": bool(given.get("isRotRutDeductible")),
        "orderQty": order.quantity,
        "currencyId": order.currency,
        "useReplacementCostForMarginAndProfit": given.get("useReplacementCostForMarginAndProfit"),
        "createdBy": None if sandbox.switches.created_by == "null" else "",
        "project": _project(company, given.get("projectId")),
        "print": _print(part(given, "print")),
        "status": describe_status(order),
        "totals": describe_totals(order),
        "originalOrderType": given.get("originalOrderType"),
        "originalOrderId": given.get("originalOrderId"),
        "salesPerson": chosen(given.get("salesPersonId"), company.setup.sales_people),
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
    amounts = {
        "orderTotal": order.total,
        "taxableTotal": order.taxable,
        "taxExemptTotal": order.net - order.taxable,
        "taxTotal": order.tax,
        "discountTotal": order.discount,
        "costTotal": sum((line_cost(line) for line in order.lines), ZERO),
        "freightCost": amount(part(order.given, "freight").get("cost")),
        "freightTotal": order.freight,
        "unbilledAmount": order.total,
        "unshippedAmount": order.total,
        "paymentTotal": ZERO,
    }
    return amounts | {f"{name}InBaseCurrency": value for name, value in amounts.items()}


def _project(company: Company, project_id: str | None) -> Json:
    """``internalId`` counts the company's projects from 1."""
    projects = company.setup.projects
    known = projects.get(project_id or "")
    number = list(projects).index(known.id) + 1 if known else 0
    description = known.description if known else None
    return parts.known({"id": project_id, "description": description, "internalId": number})


def _print(given: Json) -> Json:
    names = ("descriptionOnInvoice", "noteOnInternalDocuments", "noteOnExternalDocuments")
    return {name: bool(given.get(name)) for name in names}


def _billing(sandbox: Sandbox, company: Company, order: Order) -> Json:
    buyer = company.customers.get(order.customer_id)
    return {
        "contact": parts.contact(order.billing_contact, _contact_of(buyer), buyer),
        "address": parts.address(order.billing_address, _address_of(buyer), buyer),
    }


def _contact_of(customer: Customer | None) -> Contact:
    return customer.contact if customer else Contact()


def _address_of(customer: Customer | None, location_id: str = "") -> Address:
    if customer is None:
        return Address()
    return customer.location(location_id).address or customer.address


def _payment(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given = part(order.given, "paymentSettings")
    return {
        "paymentMethod": chosen(given.get("paymentMethodId"), company.setup.payment_methods),
        "cashAccountId": given.get("cashAccountId"),
        "paymentReference": given.get("paymentReference"),
    }


def _financial(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given = part(order.given, "financialInformation")
    return {
        "invoiceSeparately": bool(given.get("invoiceSeparately")),
        "invoiceId": given.get("invoiceId"),
        "invoiceDate": moment(given, "invoiceDate"),
        "dueDate": moment(given, "dueDate"),
        "terms": chosen(order.terms_id, company.setup.terms),
        "cashDiscountDate": moment(given, "cashDiscountDate"),
        "postPeriod": given.get("postPeriod"),
    }


def _shipping(sandbox: Sandbox, company: Company, order: Order) -> Json:
    given, setup = part(order.given, "shipping"), company.setup
    buyer = company.customers.get(order.customer_id)
    address = _address_of(buyer, order.location_id)
    return {
        "contact": parts.contact(order.shipping_contact, _contact_of(buyer), buyer),
        "address": parts.address(order.shipping_address, address, buyer),
        "scheduledDate": moment(given, "scheduledDate") or iso(order.date),
        "shipSeparately": bool(given.get("shipSeparately")),
        "rule": given.get("rule") or "BackOrderAllowed",
        "preferredWarehouse": pair(given.get("preferredWarehouseId")),
        "shipVia": chosen(given.get("shipViaId"), setup.ship_via),
        "fobPoint": chosen(given.get("fobPointId"), setup.fob_points),
        "terms": chosen(given.get("termsId"), setup.shipping_terms),
        "zone": chosen(given.get("zoneId"), setup.shipping_zones),
        "residentialDelivery": bool(given.get("residentialDelivery")),
        "saturdayDelivery": bool(given.get("saturdayDelivery")),
        "insurance": bool(given.get("insurance")),
        "intrastatTransactionType": parts.known(
            {"id": given.get("intrastatTransactionTypeId") or 0, "description": None}
        ),
        "priority": given.get("priority") or 0,
    }


def _customer(sandbox: Sandbox, company: Company, order: Order) -> Json:
    buyer = company.customers.get(order.customer_id)
    return {
        "internalId": buyer.internal_id if buyer else 0,
        "id": order.customer_id,
        "name": order.customer_name,
        "taxZone": chosen(order.tax_zone_id, company.setup.tax_zones),
        "contactId": part(order.given, "customer").get("contactId"),
        "order": order.customer_order,
        "refNo": order.ref_no,
        "location": parts.location(order.location_id, buyer),
    }


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
