"""Rules about lines. Each looks only when the member it is about was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sandbox.salesorders import codes
from sandbox.salesorders.look import Look, part
from sandbox.salesorders.pricing import applies, keeps_discount, keeps_price, price_by_rule
from sandbox.salesorders.rules_accounts import (
    check_invoice,
    check_invoice_part,
    check_project_task,
    check_subaccount,
)
from sandbox.salesorders.rules_head import check_sales_person, check_shipping_rule
from sandbox.salesorders.store import ZERO
from sandbox.world.records import Item

LineRule = Callable[[dict[str, Any], Item | None, str, Look], None]


def check_new_lines(
    lines: list[dict[str, Any]], look: Look, where: str = "orderLines"
) -> list[Item | None]:
    """The item of each line, None where the company doesn't know it (yet)."""
    check_sort_orders(lines, look, where)
    return [check_line(line, line, look, f"{where}[{index}].") for index, line in enumerate(lines)]


def check_line(line: dict[str, Any], touched: Iterable[str], look: Look, where: str) -> Item | None:
    """``line`` is the whole of it, ``touched`` names the members that are new or changed."""
    item = find_item(line["inventoryId"], look, where)
    if line.get("quantity", ZERO) < 0 and not (item and item.misc_charge):
        look.problems.add(codes.QUANTITY, where + "quantity")
    if look.order_type.reason_code_required and not line.get("reasonCode"):
        look.problems.add(codes.REASON_REQUIRED, where + "reasonCode")
    for name in touched:
        rule = RULES.get(name)
        if rule is not None and line.get(name):
            rule(line, item, where, look)
    return item


def check_sort_orders(lines: list[dict[str, Any]], look: Look, where: str) -> None:
    seen: set[int] = set()
    for index, line in enumerate(lines):
        number = line.get("sortOrder")
        if number is None:
            continue
        if number in seen:
            look.problems.add(codes.SORT_ORDER, f"{where}[{index}].sortOrder")
        seen.add(number)


def find_item(item_id: str, look: Look, where: str) -> Item | None:
    """By id, else by an alternate id that only one item has."""
    company = look.company
    item = company.items.get(item_id)
    if item is None and look.switches.alternate_ids == "looked_up":
        ids = company.item_ids_of(item_id)
        if len(ids) > 1:
            look.problems.add(codes.ITEM_NOT_UNIQUE, where + "inventoryId")
            return None
        item = company.items[ids[0]] if ids else None
    if item is None and not company.creates_unknown:
        look.problems.add(codes.ITEM, where + "inventoryId")
    if item and item.status != "Active":
        look.problems.add(codes.ITEM, where + "inventoryId")
    return item


def _check_unit(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    """One of the company's; of an item with conversions, its own or one of those."""
    unit = line["unitOfMeasure"]
    look.expect(unit, look.company.units, codes.UNIT, where + "unitOfMeasure")
    if unit not in look.company.units or item is None or not item.units or unit == item.unit:
        return
    if unit not in item.units:
        look.problems.add(codes.UNIT, where + "unitOfMeasure")
    elif not item.units[unit]:
        look.problems.add(codes.BASE_UNIT, where + "unitOfMeasure")


def _check_warehouse(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    look.expect(
        line["warehouseId"], look.company.warehouses, codes.WAREHOUSE, where + "warehouseId"
    )


def _check_tax_category(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    known = look.company.tax_categories
    look.expect(line["taxCategoryId"], known, codes.TAX_CATEGORY, where + "taxCategoryId")


def _check_branch(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    look.expect(line["branchId"], look.company.branches, codes.VALUE, where + "branchId")


def _check_place(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    """A location in the warehouse of the line, of the order, or the company's first."""
    where += "warehouseLocationId"
    if look.order_type.requires_shipping:
        look.problems.add(codes.WAREHOUSE_LOCATION_TYPE, where)
        return
    preferred = part(look.body, "shipping").get("preferredWarehouseId")
    warehouse = line.get("warehouseId") or preferred or min(look.company.warehouses)
    places = look.setup.warehouse_locations.get(warehouse, {})
    place = look.find(line["warehouseLocationId"], places, codes.WAREHOUSE_LOCATION, where)
    if place and not place.active:
        look.problems.add(codes.WAREHOUSE_LOCATION_INACTIVE, where)
    elif place and not place.sales:
        look.problems.add(codes.WAREHOUSE_LOCATION_SALES, where)


def _check_operation(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    if line["operation"].capitalize() not in look.order_type.operations:
        look.problems.add(codes.OPERATION, where + "operation")


def _check_reason(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    reason = look.find(
        line["reasonCode"], look.setup.reason_codes, codes.REASON, where + "reasonCode"
    )
    operation = (line.get("operation") or look.order_type.operations[0]).capitalize()
    if reason and reason.operation not in {"", operation}:
        look.problems.add(codes.REASON_PREREQUISITES, where + "reasonCode")


def _check_account(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    where += "salesAccountId"
    account = look.find(
        line["salesAccountId"], look.setup.sales_accounts, codes.SALES_ACCOUNT, where
    )
    if account and not account.active:
        look.problems.add(codes.SALES_ACCOUNT, where)


def _check_discount_code(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    where += "discountCode"
    if not keeps_discount(line, look.switches):
        return
    found = look.find(line["discountCode"], look.setup.discounts, codes.DISCOUNT_CODE, where)
    if found is None:
        return
    customer_id = look.customer.id if look.customer else ""
    if not found.set_up:
        look.problems.add(codes.DISCOUNT_SETUP, where)
    elif not applies(found, customer_id, item.id if item else ""):
        look.problems.add(codes.DISCOUNT_NOT_APPLICABLE, where)
    elif found.free_item_id and found.free_item_id not in look.company.items:
        look.problems.add(codes.LINE_FREE_ITEM, where)


def _check_discount_amount(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    if not keeps_discount(line, look.switches):
        return
    quantity = Decimal(line.get("quantity", 0))
    price = Decimal(line.get("unitPrice") or 0)
    if item and not keeps_price(line, look.switches):
        price = price_by_rule(
            look.company, look.customer.id if look.customer else "", item, quantity
        )
    amount, full = line["discountAmount"], quantity * price
    if look.switches.discount_compared == "absolute":
        amount, full = abs(amount), abs(full)
    if amount > full:
        look.problems.add(codes.DISCOUNT_OVER_PRICE, where + "discountAmount")


def _check_person(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    check_sales_person(line["salesPersonId"], where + "salesPersonId", look)


def _check_supplier(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    supplier = look.find(
        line["supplierId"], look.setup.suppliers, codes.SUPPLIER, where + "supplierId"
    )
    if supplier and not supplier.active:
        look.problems.add(codes.SUPPLIER, where + "supplierId")


def _check_rot_rut(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    if not line["isRotRutDeductible"] or look.switches.rot_rut_rules == "off":
        return
    if not look.body.get("isRotRutDeductible"):
        look.problems.add(codes.NOT_ROT_RUT, where + "isRotRutDeductible")
        return
    wanted = part(look.body, "rotRutDetails").get("type")
    if wanted and item and item.rot_rut and item.rot_rut.lower() != wanted.lower():
        look.problems.add(codes.ROT_RUT_LINES, where + "isRotRutDeductible")


def _check_rule(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    check_shipping_rule(line["shippingRule"], where + "shippingRule", look)


def _check_alternate(line: dict[str, Any], item: Item | None, where: str, look: Look) -> None:
    if item and item.alternate_ids:
        known = item.alternate_ids
        look.expect(
            line["inventoryAlternateId"], known, codes.VALUE, where + "inventoryAlternateId"
        )


# The rules by the member that wakes them; empty members wake none.
RULES: dict[str, LineRule] = {
    "unitOfMeasure": _check_unit,
    "warehouseId": _check_warehouse,
    "taxCategoryId": _check_tax_category,
    "branchId": _check_branch,
    "warehouseLocationId": _check_place,
    "operation": _check_operation,
    "reasonCode": _check_reason,
    "salesAccountId": _check_account,
    "subaccount": check_subaccount,
    "discountCode": _check_discount_code,
    "discountAmount": _check_discount_amount,
    "salesPersonId": _check_person,
    "supplierId": _check_supplier,
    "projectTaskId": check_project_task,
    "isRotRutDeductible": _check_rot_rut,
    "invoiceNumber": check_invoice,
    "invoiceLineNumber": check_invoice_part,
    "invoiceType": check_invoice_part,
    "shippingRule": _check_rule,
    "inventoryAlternateId": _check_alternate,
}
