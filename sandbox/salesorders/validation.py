"""May this order be created in this company? All problems at once, as V3 tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.salesorders import codes, shapes
from sandbox.salesorders.problems import Problems
from sandbox.switches import Switches
from sandbox.world.companies import Company
from sandbox.world.records import Customer


def check_order(body: Any, company: Company, switches: Switches) -> Problems:
    """Look at shape first; rules on the company's records only where the shape holds."""
    problems = Problems()
    if not isinstance(body, dict):
        problems.add(codes.VALUE, "$")
        return problems
    _check_shapes(body, problems, refuse_unknown=switches.unknown_members == "refused")
    if not problems:
        _check_type(body, company, switches, problems)
        _check_customer(body["customer"], company, problems)
        _check_header(body, company, problems)
        _check_lines(body.get("orderLines") or [], company, problems)
    return problems


def find_customer(customer: dict[str, Any], company: Company) -> Customer | None:
    """By id, else by GLN."""
    if customer.get("id"):
        return company.customers.get(customer["id"])
    gln = customer.get("gln")
    return next((one for one in company.customers.values() if gln and one.gln == gln), None)


def _check_shapes(body: dict[str, Any], problems: Problems, *, refuse_unknown: bool) -> None:
    shape_of = _ShapeCheck(problems, refuse_unknown)
    shape_of.check(body, shapes.ORDER, "")
    _require(body, "type", "", problems)
    if "customer" not in body:
        problems.add(codes.NULL, "customer")
    for name, shape in shapes.PARTS.items():
        if body.get(name) is not None:
            shape_of.check(body[name], shape, f"{name}.")
    for name in ("shipping", "billing"):
        if isinstance(body.get(name), dict):
            _check_place(body[name], f"{name}.", shape_of)
    _check_line_shapes(body.get("orderLines"), shape_of)


class _ShapeCheck:
    def __init__(self, problems: Problems, refuse_unknown: bool) -> None:
        self.problems = problems
        self._refuse_unknown = refuse_unknown

    def check(self, part: Any, shape: shapes.Shape, where: str) -> bool:
        """Look at each member that is there; False when the part is no object."""
        if not isinstance(part, dict):
            self.problems.add(codes.VALUE, where.rstrip("."))
            return False
        for name, value in part.items():
            rule = shape.get(name)
            if rule is None:
                if self._refuse_unknown:
                    self.problems.add(codes.NOT_ALLOWED, where + name)
            elif value is not None:
                rule(value, where + name, self.problems)
            elif name in shapes.NOT_NULLABLE:
                self.problems.add(codes.NULL, where + name)
        return True


def _check_place(part: dict[str, Any], where: str, shape_of: _ShapeCheck) -> None:
    """An address needs its country; nothing is filled in from the customer."""
    address, contact = part.get("address"), part.get("contact")
    if contact is not None:
        shape_of.check(contact, shapes.CONTACT, f"{where}contact.")
    if address is None or not shape_of.check(address, shapes.ADDRESS, f"{where}address."):
        return
    if not address.get("countryId"):
        shape_of.problems.add(codes.NULL, f"{where}address.countryId")


def _check_line_shapes(lines: Any, shape_of: _ShapeCheck) -> None:
    if lines is None:
        return
    if not isinstance(lines, list):
        shape_of.problems.add(codes.VALUE, "orderLines")
        return
    for index, line in enumerate(lines):
        where = f"orderLines[{index}]."
        if shape_of.check(line, shapes.LINE, where):
            _require(line, "inventoryId", where, shape_of.problems)


def _require(part: dict[str, Any], name: str, where: str, problems: Problems) -> None:
    if name not in part:
        problems.add(codes.NULL, where + name)
    elif part[name] == "":
        problems.add(codes.EMPTY, where + name)


def _check_type(
    body: dict[str, Any], company: Company, switches: Switches, problems: Problems
) -> None:
    order_type = company.order_types.get(body["type"])
    if order_type is None or not order_type.active:
        problems.add(codes.VALUE, "type")
        return
    chosen = bool(body.get("overrideNumberSeries")) or order_type.manual_numbering
    if chosen and not body.get("orderId"):
        problems.add(codes.NULL, "orderId")
    if body.get("orderId") and not chosen and switches.order_id_without_override == "refused":
        problems.add(codes.NOT_ALLOWED, "orderId")


def _check_customer(given: dict[str, Any], company: Company, problems: Problems) -> None:
    if not given.get("id") and not given.get("gln"):
        problems.add(codes.NULL, "customer.id")
        return
    customer = find_customer(given, company)
    if customer is None:
        if not (company.creates_unknown and given.get("id")):
            problems.add(codes.CUSTOMER, "customer.id" if given.get("id") else "customer.gln")
        return
    if customer.status != "Active":
        problems.add(codes.CUSTOMER_STATUS, "customer.id")
    if given.get("locationId") and given["locationId"] not in customer.locations:
        problems.add(codes.VALUE, "customer.locationId")
    if not given.get("termsId") and not customer.terms_id:
        problems.add(codes.TERMS, "customer.termsId")


def _check_header(body: dict[str, Any], company: Company, problems: Problems) -> None:
    currency = body.get("currencyId")
    if currency and not company.currency_override and currency != company.currency:
        problems.add(codes.CURRENCY, "currencyId")
    if company.creates_unknown:
        return
    if body.get("branchId") and body["branchId"] not in company.branches:
        problems.add(codes.VALUE, "branchId")


def _check_lines(lines: list[dict[str, Any]], company: Company, problems: Problems) -> None:
    sort_orders: set[int] = set()
    for index, line in enumerate(lines):
        where = f"orderLines[{index}]."
        item = company.items.get(line["inventoryId"])
        if item is None and not company.creates_unknown:
            problems.add(codes.ITEM, where + "inventoryId")
        if line.get("quantity", Decimal(0)) < 0 and not (item and item.misc_charge):
            problems.add(codes.QUANTITY, where + "quantity")
        if line.get("sortOrder") is not None:
            if line["sortOrder"] in sort_orders:
                problems.add(codes.SORT_ORDER, where + "sortOrder")
            sort_orders.add(line["sortOrder"])
        if not company.creates_unknown:
            _check_line_records(line, company, where, problems)


def _check_line_records(
    line: dict[str, Any], company: Company, where: str, problems: Problems
) -> None:
    for name, known, code in (
        ("warehouseId", company.warehouses, codes.WAREHOUSE),
        ("taxCategoryId", company.tax_categories, codes.TAX_CATEGORY),
        ("unitOfMeasure", company.units, codes.UNIT),
        ("branchId", company.branches, codes.VALUE),
    ):
        if line.get(name) and line[name] not in known:
            problems.add(code, where + name)
