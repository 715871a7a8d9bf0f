"""A SalesOrderUpdateDto as the order of version 3 that means the same."""

from __future__ import annotations

from typing import Any

from sandbox.erp.orders.fields import ADDRESS, CONTACT, HEADER, LINE, Field
from sandbox.erp.orders.wrapping import Unreadable, unwrap
from sandbox.state import Sandbox
from sandbox.world.companies import Company

OPERATIONS = ("Insert", "Update", "Delete")
SOURCES = {"DropShipToOrder": "dropShip", "PurchaseToOrder": "purchaseToOrder"}


def read_header(sandbox: Sandbox, body: Any) -> dict[str, Any]:
    """The unwrapped members of the order itself, by their older names. Raises Unreadable."""
    return unwrap(body, HEADER, "", strict=sandbox.switches.unwrapped_values == "refused")


def read_lines(sandbox: Sandbox, body: Any) -> list[tuple[str, dict[str, Any]]]:
    """Each line's ``operation``, which is not wrapped, and its unwrapped members.

    Raises Unreadable.
    """
    lines = body.get("lines") if isinstance(body, dict) else None
    if lines is None:
        return []
    if not isinstance(lines, list):
        raise Unreadable("lines must be an array; it is not wrapped.")
    strict = sandbox.switches.unwrapped_values == "refused"
    found = []
    for number, line in enumerate(lines):
        where = f"lines[{number}]"
        members = unwrap(line, LINE, where, strict=strict)
        operation = line.get("operation") or "Insert"
        if operation not in OPERATIONS:
            raise Unreadable(f"{where}.operation must be {', '.join(OPERATIONS)}.")
        members["subaccount"] = line.get("subaccount")
        found.append((operation, members))
    return found


def new_order(
    company: Company, header: dict[str, Any], lines: list[dict[str, Any]]
) -> dict[str, Any]:
    """The NewSalesOrderCommand. A customer may be named by its VAT number as well."""
    order = order_parts(header)
    customer = order.setdefault("customer", {})
    if not customer.get("id") and not customer.get("gln") and header.get("vatRegistrationId"):
        customer["id"] = _by_vat_number(company, header["vatRegistrationId"])
    order["orderLines"] = [line_parts(line) for line in lines]
    return order


def order_parts(header: dict[str, Any]) -> dict[str, Any]:
    order = _moved(header, HEADER)
    if header.get("hold") is not None:
        order["status"] = "Hold" if header["hold"] else "Open"
    # A project or a contact of 0 is how clients say none.
    if "projectId" in order:
        number = order.pop("projectId")
        order |= {"projectId": str(number)} if number else {}
    if not order.get("customer", {}).get("contactId", 1):
        del order["customer"]["contactId"]
    return order


def line_parts(line: dict[str, Any]) -> dict[str, Any]:
    """A price that was sent is a price by hand: the older API prices only what has none."""
    found = _moved(line, LINE)
    if found.get("unitPrice") is not None:
        found["hasManualPrice"] = True
    if line.get("poSource") in SOURCES:
        found["purchaseOrderSource"] = SOURCES[line["poSource"]]
    if isinstance(line.get("subaccount"), list):
        found["subaccount"] = {
            str(part.get("segmentId")): part.get("segmentValue")
            for part in line["subaccount"]
            if isinstance(part, dict)
        }
    return found


def _moved(members: dict[str, Any], fields: dict[str, Field]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members.items():
        field = fields.get(name)
        if field is None or not field.target or value == "":
            continue
        if field.kind in {"address", "contact"}:
            value = _moved(value, ADDRESS if field.kind == "address" else CONTACT)
            if not value:
                continue
        part, _, last = field.target.rpartition(".")
        place = found.setdefault(part, {}) if part else found
        place[last] = value
    return found


def _by_vat_number(company: Company, number: str) -> str:
    customers = company.customers.values()
    return next((one.id for one in customers if one.tax_registration_id == number), "")
