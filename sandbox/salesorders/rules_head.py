"""Rules about an order's head: type and number, customer, people, shipping."""

from __future__ import annotations

from typing import Any

from sandbox.salesorders import codes
from sandbox.salesorders.look import Look, part
from sandbox.world.companies import Company
from sandbox.world.records import Customer, OrderType
from sandbox.world.setup import Choice

STATUSES = {"open": "Open", "hold": "Hold"}
LETTERS = {"n": "Open", "h": "Hold"}
MAY_BUY = frozenset({"Active", "OneTime"})


def check_number(body: dict[str, Any], look: Look) -> None:
    """Who numbers the order: the client, or the series of its type."""
    order_type, order_id = look.order_type, body.get("orderId")
    chosen = bool(body.get("overrideNumberSeries")) or order_type.manual_numbering
    if chosen and not order_id:
        look.problems.add(codes.NULL, "orderId")
    if not chosen and not order_type.numbering:
        look.problems.add(codes.NUMBERING, "type")
    if order_id and not chosen and look.switches.order_id_without_override == "refused":
        look.problems.add(codes.NOT_ALLOWED, "orderId")


def check_type(given: str, company: Company, add: Any) -> OrderType | None:
    """The active type of the order. ``add`` takes a code and a property."""
    order_type = company.order_types.get(given)
    if order_type is None or not order_type.active:
        add(codes.VALUE, "type")
        return None
    if order_type.is_transfer:
        add(codes.NOT_IMPLEMENTED, "type")
        return None
    return order_type


def first_status(look: Look) -> str:
    """The status of a new order; empty takes that of its type."""
    given = look.body.get("status")
    if not given:
        return look.order_type.first_status
    known = STATUSES.get(given.lower())
    if known is None and look.switches.status_letters == "accepted":
        known = LETTERS.get(given.lower())
    if known is None:
        look.problems.add(codes.VALUE, "status")
    return known or look.order_type.first_status


def find_customer(given: dict[str, Any], company: Company) -> Customer | None:
    """By id, else by GLN."""
    if given.get("id"):
        return company.customers.get(given["id"])
    gln = given.get("gln")
    return next((one for one in company.customers.values() if gln and one.gln == gln), None)


def check_customer(look: Look) -> None:
    given, customer, problems = look.body["customer"], look.customer, look.problems
    if not given.get("id") and not given.get("gln"):
        problems.add(codes.NULL, "customer.id")
        return
    _check_choice(given.get("termsId"), look.setup.terms, "customer.termsId", look)
    if customer is None:
        if not (look.company.creates_unknown and given.get("id")):
            problems.add(codes.CUSTOMER, "customer.id" if given.get("id") else "customer.gln")
        return
    if not _may_buy(customer, look):
        problems.add(codes.CUSTOMER_STATUS, "customer.id")
    location = given.get("locationId")
    if location and (location not in customer.locations or not customer.location(location).active):
        problems.add(codes.VALUE, "customer.locationId")
    if not given.get("termsId") and not customer.terms_id:
        problems.add(codes.TERMS, "customer.termsId")
    if given.get("contactId"):
        look.expect(given["contactId"], customer.contacts, codes.VALUE, "customer.contactId")


def _may_buy(customer: Customer, look: Look) -> bool:
    if customer.status == "CreditHold":
        return look.switches.credit_hold_customers == "taken"
    return customer.status in MAY_BUY


def check_branch(look: Look) -> None:
    look.expect(look.branch, look.company.branches, codes.VALUE, "branchId")


def check_people(look: Look) -> None:
    check_sales_person(look.body.get("salesPersonId"), "salesPersonId", look)
    _check_choice(look.body.get("ownerId"), look.setup.owners, "ownerId", look)


def check_sales_person(given: str | None, where: str, look: Look) -> None:
    person = look.find(given, look.setup.sales_people, codes.SALES_PERSON, where)
    if person and not person.active:
        look.problems.add(codes.SALES_PERSON_INACTIVE, where)


def check_project(look: Look) -> None:
    given = look.body.get("projectId")
    if not given:
        return
    if "projects" not in look.setup.features:
        look.problems.add(codes.FEATURE, "projectId")
        return
    project = look.find(given, look.setup.projects, codes.PROJECT, "projectId")
    if project is None:
        return
    if not project.in_orders:
        look.problems.add(codes.PROJECT_NOT_VISIBLE, "projectId")
    elif project.status == "Cancelled":
        look.problems.add(codes.PROJECT_CANCELLED, "projectId")
    elif project.status == "Completed":
        look.problems.add(codes.PROJECT_COMPLETED, "projectId")


def check_original(look: Look) -> None:
    """Its type is one of the company's; whether there is such an order, a switch decides."""
    order_type, order_id = look.body.get("originalOrderType"), look.body.get("originalOrderId")
    look.expect(order_type, look.company.order_types, codes.VALUE, "originalOrderType")
    must_exist = look.switches.unknown_original_order == "refused"
    if order_id and must_exist and (order_type, order_id) not in look.orders:
        look.problems.add(codes.VALUE, "originalOrderId")


def check_shipping(look: Look) -> None:
    shipping, setup = part(look.body, "shipping"), look.setup
    if not shipping:
        return
    warehouse = shipping.get("preferredWarehouseId")
    where = "shipping.preferredWarehouseId"
    look.expect(warehouse, look.company.warehouses, codes.WAREHOUSE, where)
    look.expect(shipping.get("shipViaId"), setup.ship_via, codes.VALUE, "shipping.shipViaId")
    _check_choice(shipping.get("zoneId"), setup.shipping_zones, "shipping.zoneId", look)
    _check_choice(shipping.get("termsId"), setup.shipping_terms, "shipping.termsId", look)
    _check_choice(shipping.get("fobPointId"), setup.fob_points, "shipping.fobPointId", look)
    intrastat = shipping.get("intrastatTransactionTypeId")
    where = "shipping.intrastatTransactionTypeId"
    look.expect(intrastat, setup.intrastat_types, codes.VALUE, where)
    check_shipping_rule(shipping.get("rule"), "shipping.rule", look)


def check_shipping_rule(rule: str | None, where: str, look: Look) -> None:
    order_type = look.order_type
    is_back_order = bool(rule) and str(rule).lower() == "backorderallowed"
    if is_back_order and order_type.requires_location and not order_type.requires_shipping:
        look.problems.add(codes.SHIP_COMPLETE, where)


def check_addresses(look: Look) -> None:
    """An address needs its country; nothing is filled in from the customer."""
    for place in ("shipping", "billing"):
        given = part(look.body, place)
        address, email = given.get("address"), part(given, "contact").get("email")
        if address is not None:
            where = f"{place}.address.countryId"
            if not address.get("countryId"):
                look.problems.add(codes.NULL, where)
            look.expect(address.get("countryId"), look.setup.countries, codes.VALUE, where)
        if email and look.switches.email_format == "checked" and not _is_email(email):
            look.problems.add(codes.VALUE, f"{place}.contact.email")


def _is_email(given: str) -> bool:
    """Several are separated by semicolons."""
    return all(
        len(one.strip()) > 2 and "@" in one.strip()[1:-1] for one in given.split(";") if one.strip()
    )


def _check_choice(given: Any, known: dict[str, Choice], where: str, look: Look) -> None:
    found = look.find(given, known, codes.VALUE, where)
    if found and not found.active:
        look.problems.add(codes.VALUE, where)
