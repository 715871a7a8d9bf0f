"""What an order comes to, as far as its own words tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

# Eleven digits and four decimals: exact in a double, so exact on SQLite too.
TOTAL_LIMIT = Decimal(10) ** 11
CENT = Decimal("0.01")


def line_amount(line: Mapping[str, str]) -> Decimal:
    """Quantity times price, rounded half up to two decimals; 0 without a price of ours."""
    amount = Decimal(line["quantity"]) * Decimal(line.get("unit_price", "0"))
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def expected_total(lines: Iterable[Mapping[str, str]]) -> Decimal | None:
    """The sum of the lines before tax; None where a line leaves its price to the ERP."""
    total = Decimal(0)
    for line in lines:
        if "unit_price" not in line:
            return None
        total += line_amount(line)
    return total
