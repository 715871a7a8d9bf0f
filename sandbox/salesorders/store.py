"""Sales orders as the company holds them. Nothing here ever recognises a repeated order."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from sandbox.salesorders.shapes import read_moment
from sandbox.world.records import Address, Contact

CENT = Decimal("0.01")
ZERO = Decimal(0)
# Two amounts of twenty digits multiplied, and a thousand of those summed.
WIDE = Context(prec=60)


@dataclass(slots=True)
class Line:
    """``given`` is what was sent of it beyond the members that stand here by themselves.

    It is never changed in place: lines without any share one. ``discount_amount`` holds where
    the discount is an amount; else ``discount_percent`` does. ``free`` came with a discount.
    """

    line_id: int
    inventory_id: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    has_manual_price: bool
    unit: str
    given: dict[str, Any]
    sort_order: int = 0
    tax_category_id: str = ""
    tax_percent: Decimal = ZERO
    discount_code: str = ""
    discount_percent: Decimal = ZERO
    discount_amount: Decimal | None = None
    has_manual_discount: bool = False
    operation: str = "Issue"
    shipped: Decimal = ZERO
    completed: bool = False
    free: bool = False

    @property
    def extended_price(self) -> Decimal:
        return _cents(WIDE.multiply(self.quantity, self.unit_price))

    @property
    def discount(self) -> Decimal:
        """What is taken off the extended price."""
        if self.discount_amount is not None:
            return _cents(self.discount_amount)
        if not self.discount_percent:
            return ZERO
        return percent_of(self.discount_percent, self.extended_price)

    @property
    def amount(self) -> Decimal:
        return WIDE.subtract(self.extended_price, self.discount)

    @property
    def open_quantity(self) -> Decimal:
        return ZERO if self.completed else WIDE.subtract(self.quantity, self.shipped)


@dataclass(slots=True)
class Order:
    """``given`` is what was sent of its head beyond the members that stand here by themselves.

    It is never changed in place, and always has ``customer``. Moments are aware and in UTC.
    ``lines`` are in their sort order.
    """

    type: str
    order_id: str
    customer_id: str
    customer_name: str
    customer_order: str | None
    ref_no: str | None
    status: str
    date: datetime
    currency: str
    branch: str
    lines: list[Line]
    created_at: datetime
    modified_at: datetime
    client_id: str
    given: dict[str, Any]
    version_number: int = 1
    location_id: str = "MAIN"
    terms_id: str = ""
    tax_zone_id: str = ""
    days_to_keep: int = 30
    freight_tax_percent: Decimal = ZERO
    total_with_tax: bool = False
    tax_per_line: bool = False
    last_line_id: int = 0
    shipping_address: Address = field(default_factory=Address)
    shipping_contact: Contact = field(default_factory=Contact)
    billing_address: Address = field(default_factory=Address)
    billing_contact: Contact = field(default_factory=Contact)

    @property
    def key(self) -> tuple[str, str]:
        return self.type, self.order_id

    @property
    def name(self) -> str:
        return f"{self.type}/{self.order_id}"

    @property
    def version(self) -> str:
        return base64.b64encode(self.version_number.to_bytes(8, "big")).decode()

    @property
    def requested_at(self) -> datetime:
        return self._moment("requestOn") or self.created_at

    @property
    def cancel_by(self) -> datetime:
        return self._moment("cancelBy") or self.created_at + timedelta(days=self.days_to_keep)

    @property
    def quantity(self) -> Decimal:
        return _sum(line.quantity for line in self.lines)

    @property
    def freight(self) -> Decimal:
        freight = self.given.get("freight") or {}
        return _cents(Decimal(freight.get("premiumAmount") or 0))

    @property
    def discount(self) -> Decimal:
        return _sum(line.discount for line in self.lines)

    @property
    def net(self) -> Decimal:
        """Lines after discount, and freight."""
        return WIDE.add(_sum(line.amount for line in self.lines), self.freight)

    @property
    def taxable(self) -> Decimal:
        return _sum(amount for percent, amount in self.by_percent().items() if percent)

    @property
    def tax(self) -> Decimal:
        """Rounded once per percentage, as a tax is on a document; or on each line."""
        if self.tax_per_line:
            of_lines = _sum(percent_of(line.tax_percent, line.amount) for line in self.lines)
            return WIDE.add(of_lines, percent_of(self.freight_tax_percent, self.freight))
        return _sum(percent_of(percent, amount) for percent, amount in self.by_percent().items())

    @property
    def total(self) -> Decimal:
        return WIDE.add(self.net, self.tax) if self.total_with_tax else self.net

    def line(self, line_id: int) -> Line | None:
        return next((line for line in self.lines if line.line_id == line_id), None)

    def by_percent(self) -> dict[Decimal, Decimal]:
        found = {self.freight_tax_percent: self.freight}
        for line in self.lines:
            found[line.tax_percent] = WIDE.add(found.get(line.tax_percent, ZERO), line.amount)
        return found

    def _moment(self, name: str) -> datetime | None:
        value = self.given.get(name)
        return read_moment(value) if value else None


@dataclass(slots=True)
class OrderBook:
    """One company's orders, in the order of creation, and its number series."""

    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    _last_numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, order_type: str) -> str:
        """Six digits, from a series per type; skips numbers that a client chose."""
        number = self._last_numbers.get(order_type, 0) + 1
        while (order_type, f"{number:06}") in self.orders:
            number += 1
        self._last_numbers[order_type] = number
        return f"{number:06}"

    def add(self, order: Order) -> None:
        """The caller has seen that the number is free."""
        self.orders[order.key] = order

    def remove(self, order: Order) -> None:
        del self.orders[order.key]
        self.deleted.add(order.key)

    def by_reference(self) -> dict[str, list[Order]]:
        """Orders by what the client called them: ``customer.refNo``, else ``customer.order``."""
        found: dict[str, list[Order]] = {}
        for order in self.orders.values():
            reference = order.ref_no or order.customer_order
            if reference:
                found.setdefault(reference, []).append(order)
        return found


@dataclass(slots=True)
class OrderBooks:
    _books: dict[str, OrderBook] = field(default_factory=dict)

    def of(self, tenant_id: str) -> OrderBook:
        return self._books.setdefault(tenant_id, OrderBook())

    def __iter__(self) -> Iterator[tuple[str, OrderBook]]:
        return iter(self._books.items())


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = WIDE.add(total, amount)
    return total


def percent_of(percent: Decimal, amount: Decimal) -> Decimal:
    return _cents(WIDE.multiply(amount, percent) / 100)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP, WIDE)
