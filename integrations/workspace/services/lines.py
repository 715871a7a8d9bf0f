"""An order's lines with their amounts, for a page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integrations.orders.models import SalesOrder
from integrations.orders.services.totals import line_amount


@dataclass(frozen=True, slots=True)
class Line:
    """``amount`` is None where the price is left to Visma.net."""

    text: str
    item: str
    quantity: str
    unit: str
    amount: Decimal | None


def lines_of(order: SalesOrder) -> list[Line]:
    return [
        Line(
            text=line.get("description") or line["item"],
            item=line["item"],
            quantity=line["quantity"],
            unit=line.get("unit", ""),
            amount=line_amount(line) if "unit_price" in line else None,
        )
        for line in order.content["lines"]
    ]
