"""Makes orders and lines of bodies that hold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.salesorders.look import NOTHING, part
from sandbox.salesorders.pricing import discount_of, keeps_price, price_by_rule
from sandbox.salesorders.shapes import read_moment
from sandbox.salesorders.store import ZERO, Line, Order
from sandbox.switches import Switches
from sandbox.world.companies import Company
from sandbox.world.records import Address, Contact, Customer, Item

# Members that an order or a line keeps by themselves, and not in ``given``.
OF_ORDER = frozenset({"type", "orderId", "overrideNumberSeries", "status", "date", "orderLines"})
OF_CUSTOMER = frozenset({"id", "gln", "order", "refNo"})
OF_LINE = frozenset(
    {
        "inventoryId",
        "description",
        "quantity",
        "unitPrice",
        "hasManualPrice",
        "unitOfMeasure",
        "sortOrder",
    }
)
ONLY_CUSTOMER: dict[str, Any] = {"customer": NOTHING}


def build_order(
    body: dict[str, Any],
    company: Company,
    customer: Customer,
    *,
    branch: str,
    switches: Switches,
    now: datetime,
) -> Order:
    """The head alone: number, status, client and lines are for the caller to set."""
    given = body["customer"]
    location_id = given.get("locationId") or customer.locations[0]
    place = customer.places.get(location_id)
    zone_id = body.get("taxZoneId") or (place and place.tax_zone_id) or customer.tax_zone_id
    reference, ref_no = given.get("order"), given.get("refNo")
    address = (place and place.address) or customer.address
    shipping, billing = part(body, "shipping"), part(body, "billing")
    return Order(
        type=body["type"],
        order_id="",
        customer_id=customer.id,
        customer_name=customer.name,
        customer_order=reference,
        # One text for both, where they are the same.
        ref_no=reference if ref_no == reference else ref_no,
        status="",
        date=read_moment(body.get("date") or "") or now,
        currency=_currency(body, company, customer),
        branch=branch,
        lines=[],
        created_at=now,
        modified_at=now,
        client_id="",
        given=_rest_of(body),
        location_id=location_id,
        terms_id=given.get("termsId") or customer.terms_id,
        tax_zone_id=zone_id,
        days_to_keep=company.order_types[body["type"]].days_to_keep,
        freight_tax_percent=_freight_tax(body, company, zone_id),
        total_with_tax=switches.order_total == "with_tax",
        tax_per_line=switches.tax_rounding == "per_line",
        shipping_address=_address(shipping.get("address"), address),
        shipping_contact=_contact(shipping.get("contact"), customer.contact),
        billing_address=_address(billing.get("address"), customer.address),
        billing_contact=_contact(billing.get("contact"), customer.contact),
    )


def build_lines(
    given: list[dict[str, Any]],
    items: list[Item | None],
    order: Order,
    company: Company,
    switches: Switches,
) -> list[Line]:
    """Lines with the next ids of the order, and the free ones that discounts bring."""
    made = []
    for line, item in zip(given, items, strict=True):
        if item is None:
            # Two lines of one order may bring the same new item.
            item_id = line["inventoryId"]
            item = company.items.get(item_id) or company.add_item(
                item_id, line.get("description") or item_id
            )
        order.last_line_id += 1
        made.append(build_line(order.last_line_id, line, item, order, company, switches))
    if switches.free_lines == "left_out":
        return made
    return made + [_free_line(line, order, company) for line in made if _brings_gift(line, company)]


def build_line(
    line_id: int,
    line: dict[str, Any],
    item: Item,
    order: Order,
    company: Company,
    switches: Switches,
) -> Line:
    manual = keeps_price(line, switches)
    quantity = Decimal(line.get("quantity", ZERO))
    unit = line.get("unitOfMeasure") or item.unit
    if manual:
        price = Decimal(line["unitPrice"])
    else:
        price = price_by_rule(company, order.customer_id, item, quantity)
        price *= item.units.get(unit) or 1
    category = line.get("taxCategoryId") or item.tax_category_id
    discount = discount_of(line, switches, company, order.customer_id, item.id)
    return Line(
        line_id=line_id,
        inventory_id=item.id,
        description=line.get("description") or item.description,
        quantity=quantity,
        unit_price=price,
        has_manual_price=manual,
        unit=unit,
        given={name: value for name, value in line.items() if name not in OF_LINE} or NOTHING,
        sort_order=line.get("sortOrder") or 0,
        tax_category_id=category,
        tax_percent=company.tax_percent_in(order.tax_zone_id, category),
        discount_code=discount.code,
        discount_percent=discount.percent,
        discount_amount=discount.amount,
        has_manual_discount=discount.manual,
        operation=line["operation"].capitalize()
        if line.get("operation")
        else _default(order, company),
    )


def sort_lines(order: Order) -> None:
    """Lines with a sort order come first; then all are counted from 1."""
    if any(line.sort_order for line in order.lines):
        order.lines.sort(key=lambda line: (line.sort_order == 0, line.sort_order))
    for number, line in enumerate(order.lines, start=1):
        line.sort_order = number


def _default(order: Order, company: Company) -> str:
    return company.order_types[order.type].operations[0]


def _brings_gift(line: Line, company: Company) -> bool:
    discount = company.setup.discounts.get(line.discount_code)
    return bool(discount and discount.free_item_id in company.items)


def _free_line(line: Line, order: Order, company: Company) -> Line:
    item = company.items[company.setup.discounts[line.discount_code].free_item_id]
    order.last_line_id += 1
    return Line(
        line_id=order.last_line_id,
        inventory_id=item.id,
        description=item.description,
        quantity=line.quantity,
        unit_price=ZERO,
        has_manual_price=False,
        unit=item.unit,
        given=NOTHING,
        operation=line.operation,
        free=True,
    )


def _rest_of(body: dict[str, Any]) -> dict[str, Any]:
    customer = {name: value for name, value in body["customer"].items() if name not in OF_CUSTOMER}
    rest = {
        name: value for name, value in body.items() if name not in OF_ORDER and name != "customer"
    }
    if not rest and not customer:
        return ONLY_CUSTOMER
    rest["customer"] = customer or NOTHING
    return rest


def _currency(body: dict[str, Any], company: Company, customer: Customer) -> str:
    given = body.get("currencyId")
    return (
        company.currency
        if given == company.currency
        else (given or customer.currency_id or company.currency)
    )


def _freight_tax(body: dict[str, Any], company: Company, zone_id: str) -> Decimal:
    freight = body.get("freight")
    if not freight:
        return ZERO
    carrier = company.setup.ship_via.get(part(body, "shipping").get("shipViaId") or "")
    category = freight.get("taxCategoryId") or (carrier.tax_category_id if carrier else "")
    return company.tax_percent_in(zone_id, category)


def _address(given: dict[str, Any] | None, default: Address) -> Address:
    """What is given stands alone; nothing is filled in from the customer."""
    if given is None or given.get("overridesDefault") is False:
        return default
    return Address(
        line1=given.get("line1") or "",
        line2=given.get("line2") or "",
        line3=given.get("line3") or "",
        postal_code=given.get("postalCode") or "",
        city=given.get("city") or "",
        country_id=given.get("countryId") or "",
        state_id=given.get("stateId") or "",
    )


def _contact(given: dict[str, Any] | None, default: Contact) -> Contact:
    if given is None or given.get("overridesDefault") is False:
        return default
    return Contact(
        name=given.get("name") or "",
        attention=given.get("attention") or "",
        phone1=given.get("phone1") or "",
        email=given.get("email") or "",
    )
