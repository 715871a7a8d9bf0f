"""What a line costs: the client's price, or the company's rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.salesorders.store import ZERO
from sandbox.switches import Switches
from sandbox.world.companies import Company
from sandbox.world.records import Item
from sandbox.world.setup import Discount


def keeps_price(line: dict[str, Any], switches: Switches) -> bool:
    """A given price with ``hasManualPrice: false`` is thrown away."""
    if line.get("unitPrice") is None:
        return False
    flag = line.get("hasManualPrice")
    return switches.price_without_flag == "kept" if flag is None else bool(flag)


def price_by_rule(company: Company, customer_id: str, item: Item, quantity: Decimal) -> Decimal:
    """The customer's own price before everybody's, the largest reached quantity before others.

    Without a rule for the item it is the item's price.
    """
    rules = company.setup.price_rules.get(item.id)
    if not rules:
        return item.price
    fitting = [
        rule
        for rule in rules
        if rule.customer_id in {"", customer_id} and rule.quantity <= quantity
    ]
    best = max(fitting, key=lambda rule: (rule.customer_id != "", rule.quantity), default=None)
    return item.price if best is None else best.price


@dataclass(slots=True)
class LineDiscount:
    """``amount`` None means the percentage counts."""

    code: str = ""
    percent: Decimal = ZERO
    amount: Decimal | None = None
    manual: bool = False


NONE = LineDiscount()
DISCOUNTS = ("discountCode", "discountPercent", "discountAmount")


def keeps_discount(line: dict[str, Any], switches: Switches) -> bool:
    """Given discounts with ``hasManualDiscount: false`` are thrown away."""
    if not any(line.get(name) for name in DISCOUNTS):
        return False
    flag = line.get("hasManualDiscount")
    return switches.discount_without_flag == "kept" if flag is None else bool(flag)


def discount_of(
    line: dict[str, Any], switches: Switches, company: Company, customer_id: str, item_id: str
) -> LineDiscount:
    """The client's discount: its amount, else its percentage, else its code's; else the rules'."""
    if keeps_discount(line, switches):
        code = line.get("discountCode") or ""
        if line.get("discountAmount") is not None:
            return LineDiscount(code, amount=Decimal(line["discountAmount"]), manual=True)
        if line.get("discountPercent") is not None:
            return LineDiscount(code, Decimal(line["discountPercent"]), manual=True)
        known = company.setup.discounts.get(code)
        return _of(known, manual=True) if known else LineDiscount(code, manual=True)
    for discount in company.setup.discounts.values():
        if discount.automatic and applies(discount, customer_id, item_id):
            return _of(discount, manual=False)
    return NONE


def applies(discount: Discount, customer_id: str, item_id: str) -> bool:
    of_item = not discount.items or item_id in discount.items
    return of_item and (not discount.customers or customer_id in discount.customers)


def _of(discount: Discount, *, manual: bool) -> LineDiscount:
    return LineDiscount(discount.id, discount.percent, discount.amount or None, manual)
