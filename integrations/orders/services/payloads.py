"""Our order in Visma's words: pure, and built once per delivery."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.orders.models import REFERENCE_LENGTH
from integrations.orders.services import texts, totals


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an order gets when it doesn't say: a connection's columns of the same names."""

    order_type: str = "SO"
    branch: str = ""
    tax_category: str = ""
    first_status: str = ""


def wire_reference(prefix: str, reference: str) -> str:
    """The reference as Visma knows it: the integration's prefix before the tenant's own.

    Raises ValueError above 40 characters, which intake refuses before an order is accepted.
    """
    joined = f"{prefix}{reference}"
    if texts.width(joined) > REFERENCE_LENGTH:
        raise ValueError("A reference with its prefix has at most 40 characters.")
    return joined


def new_sales_order(
    content: Mapping[str, Any], *, reference: str, defaults: Defaults, own_number: str = ""
) -> dict[str, Any]:
    """NewSalesOrderCommand of Sales Order V3 for a checked order.

    ``reference`` is the one on the wire; ``own_number`` takes the place of the company's series.
    Members that would only repeat Visma's default are left out. A local date becomes noon UTC,
    which is the same day in every zone Visma.net works in.
    """
    order = {
        "type": content.get("type") or defaults.order_type,
        "status": defaults.first_status,
        "date": f"{content['date']}T12:00:00Z",
        # "Customer order" and "External ref." on screen; only the first can be searched for.
        "customer": {"id": content["buyer"], "order": reference, "refNo": reference},
        "currencyId": content.get("currency"),
        "description": content.get("description"),
        "branchId": content.get("branch") or defaults.branch,
        "orderLines": [_line(line, defaults) for line in content["lines"]],
        "orderId": own_number,
        "overrideNumberSeries": bool(own_number),
    }
    return {name: value for name, value in order.items() if value}


def _line(line: Mapping[str, str], defaults: Defaults) -> dict[str, Any]:
    texts_of_line = {
        "inventoryId": line["item"],
        "description": line.get("description"),
        "unitOfMeasure": line.get("unit"),
        "warehouseId": line.get("warehouse"),
        "taxCategoryId": line.get("tax_category") or defaults.tax_category,
    }
    members: dict[str, Any] = {name: value for name, value in texts_of_line.items() if value}
    members["quantity"] = number_on_wire(line["quantity"])
    if "unit_price" in line:
        # Without the flag Visma throws the price away and takes its own.
        members |= {"unitPrice": number_on_wire(line["unit_price"]), "hasManualPrice": True}
    return members


def number_on_wire(text: str) -> int | float:
    """A canonical decimal text as a JSON number."""
    # At most 15 digits (content.check), so a double writes the same digits again.
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def expected_total(content: Mapping[str, Any]) -> Decimal | None:
    """The sum of the lines before tax, each rounded to two decimals.

    None where a line leaves its price to the ERP: then nothing can be compared.
    """
    return totals.expected_total(content["lines"])


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def as_text(payload: Mapping[str, Any]) -> str:
    """The one JSON text of a payload, to be stored and sent: members sorted, not escaped."""
    return _ENCODER.encode(payload)
