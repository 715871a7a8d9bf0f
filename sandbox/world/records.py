"""What a company keeps: customers, items, types of order."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(slots=True)
class Customer:
    """A buyer on orders. ``status`` is Active or Inactive; without terms orders need their own."""

    id: str
    name: str
    internal_id: int
    currency_id: str
    country: str = "NO"
    gln: str = ""
    tax_registration_id: str = ""
    status: str = "Active"
    terms_id: str = "30"
    locations: list[str] = field(default_factory=lambda: ["MAIN"])


@dataclass(slots=True)
class Item:
    """Something sold. ``price`` is what the company's own price rules give."""

    id: str
    description: str
    price: Decimal = Decimal("99")
    unit: str = "STK"
    misc_charge: bool = False


@dataclass(slots=True)
class OrderType:
    id: str
    description: str
    active: bool = True
    manual_numbering: bool = False
    first_status: str = "Open"
