"""Contracts and the companies under them, with what a company keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.world.records import Customer, Item, OrderType
from sandbox.world.setup import Setup

NO_TAX = Decimal(0)


@dataclass(slots=True)
class Contract:
    tenant_id: str
    name: str


@dataclass(slots=True)
class Company:
    """A company in the ERP. ``tax_percent`` is the tax of orders that are in no known tax zone.

    ``creates_unknown`` companies take what they do not know and refuse only what they know
    better. ``default_branch`` blank is the first of the branches. ``rate_limit`` is calls per
    window and application; None takes the switch's.
    """

    tenant_id: str
    company_id: int
    name: str
    contract_id: str
    organization_cd: str = "1"
    organization_number: str = ""
    country: str = "NO"
    currency: str = "NOK"
    creates_unknown: bool = False
    licensed: bool = True
    currency_override: bool = True
    tax_percent: Decimal = Decimal(0)
    rate_limit: int | None = None
    customers: dict[str, Customer] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    order_types: dict[str, OrderType] = field(default_factory=dict)
    branches: set[str] = field(default_factory=lambda: {"1"})
    warehouses: set[str] = field(default_factory=lambda: {"1"})
    tax_categories: set[str] = field(default_factory=lambda: {"0", "2", "3", "4"})
    units: set[str] = field(default_factory=lambda: {"STK", "EA", "KG", "HOUR"})
    default_branch: str = ""
    setup: Setup = field(default_factory=Setup)

    def add_customer(self, customer_id: str, name: str, *, gln: str = "") -> Customer:
        customer = Customer(
            id=customer_id,
            name=name,
            internal_id=len(self.customers) + 1,
            currency_id=self.currency,
            country=self.country,
            gln=gln,
        )
        self.customers[customer_id] = customer
        return customer

    def item_ids_of(self, alternate_id: str) -> list[str]:
        """The items that are also known by this id."""
        return [one.id for one in self.items.values() if alternate_id in one.alternate_ids]

    def tax_percent_in(self, zone_id: str, category_id: str) -> Decimal:
        zone = self.setup.tax_zones.get(zone_id)
        return self.tax_percent if zone is None else zone.rates.get(category_id, NO_TAX)

    def add_item(self, item_id: str, description: str, price: Decimal = Decimal("99")) -> Item:
        item = Item(item_id, description, price, internal_id=len(self.items) + 1)
        self.items[item_id] = item
        return item
