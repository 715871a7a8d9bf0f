"""Our order in the words of the ERP API, version 1: each value in an object of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.orders.services.payloads import Defaults, number_on_wire

HOLDS = {"Hold": True, "Open": False}


def new_erp_order(
    content: Mapping[str, Any], *, reference: str, defaults: Defaults, own_number: str = ""
) -> dict[str, Any]:
    """SalesOrderUpdateDto for a checked order. Lines and what is done to them are not wrapped.

    ``reference`` is the one on the wire; ``own_number`` takes the place of the company's series. A
    local date becomes noon without a zone, which no reading moves to another day.
    """
    order = {
        "orderType": content.get("type") or defaults.order_type,
        "orderNumber": own_number,
        "hold": HOLDS.get(defaults.first_status),
        "date": f"{content['date']}T12:00:00",
        "customer": content["buyer"],
        "customerOrder": reference,
        "customerRefNo": reference,
        "currency": content.get("currency"),
        "description": content.get("description"),
        "branchNumber": content.get("branch") or defaults.branch,
        "overrideNumberSeries": True if own_number else None,
    }
    return _wrapped(order) | {"lines": [_line(line, defaults) for line in content["lines"]]}


def _line(line: Mapping[str, str], defaults: Defaults) -> dict[str, Any]:
    members = {
        "inventoryNumber": line["item"],
        "lineDescription": line.get("description"),
        "uom": line.get("unit"),
        "warehouse": line.get("warehouse"),
        "taxCategory": line.get("tax_category") or defaults.tax_category,
        "quantity": number_on_wire(line["quantity"]),
        "unitPrice": number_on_wire(line["unit_price"]) if "unit_price" in line else None,
    }
    return {"operation": "Insert"} | _wrapped(members)


def _wrapped(members: Mapping[str, Any]) -> dict[str, Any]:
    """Absent and empty members are left out; no and nought are values."""
    return {name: {"value": value} for name, value in members.items() if value not in (None, "")}
