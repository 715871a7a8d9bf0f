"""What a company has set up around its orders. Keys are the records' ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(slots=True)
class Choice:
    """Anything of which only the name matters and whether it may still be used."""

    id: str
    description: str = ""
    active: bool = True


@dataclass(slots=True)
class TaxZone:
    """``rates`` maps tax categories to percents; a category without one is untaxed there."""

    id: str
    description: str
    rates: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class WarehouseLocation:
    id: str
    active: bool = True
    sales: bool = True


@dataclass(slots=True)
class ReasonCode:
    """``operation`` is the one it explains; blank is any."""

    id: str
    operation: str = ""


@dataclass(slots=True)
class Period:
    """A financial period; its id is a year and a month, as 202405."""

    id: str
    active: bool = True
    closed: bool = False


@dataclass(slots=True)
class PaymentMethod:
    id: str
    description: str
    active: bool = True
    for_orders: bool = True
    cash_accounts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CashAccount:
    """``branch_id`` is the only branch that may use it; blank is any."""

    id: str
    active: bool = True
    branch_id: str = ""


@dataclass(slots=True)
class Project:
    """``status`` is Active, Completed or Cancelled."""

    id: str
    description: str
    status: str = "Active"
    in_orders: bool = True
    tasks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ShipVia:
    id: str
    description: str
    sets_cost_by_hand: bool = True
    tax_category_id: str = ""


@dataclass(slots=True)
class Discount:
    """Percent or amount off a line. Blank lists hold for every item and customer.

    ``automatic`` ones are taken without being asked for. ``free_item_id`` comes with the line.
    """

    id: str
    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    items: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    automatic: bool = False
    set_up: bool = True
    free_item_id: str = ""


@dataclass(slots=True)
class PriceRule:
    """A price from ``quantity`` on, for one customer or, where blank, for all."""

    price: Decimal
    customer_id: str = ""
    quantity: Decimal = Decimal(0)


@dataclass(slots=True)
class Invoice:
    """An invoice that goods can be returned from. ``lines`` maps numbers to quantities."""

    number: str
    type: str
    customer_id: str
    lines: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Setup:
    """``warehouse_locations`` go by warehouse, ``price_rules`` by item, ``segments`` by segment.

    ``inactive_subaccounts`` are values joined by hyphens in the order of the segments.
    """

    features: set[str] = field(default_factory=lambda: {"projects", "subaccounts", "rot_rut"})
    currencies: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    terms: dict[str, Choice] = field(default_factory=dict)
    tax_zones: dict[str, TaxZone] = field(default_factory=dict)
    warehouse_locations: dict[str, dict[str, WarehouseLocation]] = field(default_factory=dict)
    reason_codes: dict[str, ReasonCode] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    payment_methods: dict[str, PaymentMethod] = field(default_factory=dict)
    cash_accounts: dict[str, CashAccount] = field(default_factory=dict)
    sales_people: dict[str, Choice] = field(default_factory=dict)
    owners: dict[str, Choice] = field(default_factory=dict)
    suppliers: dict[str, Choice] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    sales_accounts: dict[str, Choice] = field(default_factory=dict)
    segments: dict[str, dict[str, Choice]] = field(default_factory=dict)
    inactive_subaccounts: set[str] = field(default_factory=set)
    ship_via: dict[str, ShipVia] = field(default_factory=dict)
    shipping_zones: dict[str, Choice] = field(default_factory=dict)
    shipping_terms: dict[str, Choice] = field(default_factory=dict)
    fob_points: dict[str, Choice] = field(default_factory=dict)
    intrastat_types: set[int] = field(default_factory=set)
    discounts: dict[str, Discount] = field(default_factory=dict)
    price_rules: dict[str, list[PriceRule]] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
