"""Sales orders as the company holds them. Nothing here ever recognises a repeated order."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


class NumberTaken(Exception):
    """Another order of the type carries the number."""


@dataclass(slots=True)
class Line:
    line_id: int
    inventory_id: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    has_manual_price: bool
    unit: str
    given: dict[str, Any]

    @property
    def extended_price(self) -> Decimal:
        return _cents(self.quantity * self.unit_price)


@dataclass(slots=True)
class Order:
    """``given`` is the body it was created from. Moments are aware and in UTC."""

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
    tax_percent: Decimal
    created_at: datetime
    modified_at: datetime
    client_id: str
    given: dict[str, Any]
    version_number: int = 1

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
    def quantity(self) -> Decimal:
        return sum((line.quantity for line in self.lines), Decimal(0))

    @property
    def freight(self) -> Decimal:
        freight = self.given.get("freight") or {}
        return _cents(Decimal(freight.get("premiumAmount") or 0))

    @property
    def net(self) -> Decimal:
        return sum((line.extended_price for line in self.lines), Decimal(0)) + self.freight

    @property
    def tax(self) -> Decimal:
        return _cents(self.net * self.tax_percent / 100)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


@dataclass(slots=True)
class OrderBook:
    """One company's orders, in the order of creation, and its number series."""

    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    _last_numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, order_type: str) -> str:
        """Six digits, from a series per type; skips numbers that a client chose."""
        number = self._last_numbers.get(order_type, 0) + 1
        while (order_type, f"{number:06}") in self.orders:
            number += 1
        self._last_numbers[order_type] = number
        return f"{number:06}"

    def add(self, order: Order) -> None:
        """Raises NumberTaken."""
        if order.key in self.orders:
            raise NumberTaken(order.name)
        self.orders[order.key] = order

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


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
