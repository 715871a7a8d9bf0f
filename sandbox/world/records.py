"""What a company keeps: customers, items, types of order."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(slots=True)
class Address:
    """Blank where nothing was given."""

    line1: str = ""
    line2: str = ""
    line3: str = ""
    postal_code: str = ""
    city: str = ""
    country_id: str = ""
    state_id: str = ""


@dataclass(slots=True)
class Contact:
    """``email`` may hold several, separated by semicolons."""

    name: str = ""
    attention: str = ""
    phone1: str = ""
    email: str = ""


@dataclass(slots=True)
class Location:
    """A place of a customer's. What is blank here is the customer's or the company's."""

    id: str
    name: str = ""
    active: bool = True
    branch_id: str = ""
    tax_zone_id: str = ""
    warehouse_id: str = ""
    address: Address | None = None


@dataclass(slots=True)
class Customer:
    """A buyer on orders. ``status`` is Active, OnHold, CreditHold, OneTime or Inactive.

    Without terms orders need their own. ``locations`` are ids, the default first; ``places``
    says more of those that have something of their own. ``contacts`` are ids.
    """

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
    places: dict[str, Location] = field(default_factory=dict)
    tax_zone_id: str = ""
    payment_method_id: str = ""
    contacts: list[int] = field(default_factory=list)
    address: Address = field(default_factory=Address)
    contact: Contact = field(default_factory=Contact)

    def location(self, location_id: str) -> Location:
        """What is known of the place; a bare one when nothing is."""
        return self.places.get(location_id) or Location(location_id)


@dataclass(slots=True)
class Item:
    """Something sold. ``price`` is what the company's own rules give where no other does.

    ``status`` is Active, NoSales or Inactive. ``units`` maps further units to how many of the
    base unit they hold; 0 is a unit whose conversion nobody has entered. ``rot_rut`` is Rot,
    Rut or blank.

    ``stock`` says how many there are by place: ``"1"`` (a warehouse), ``"1/A1"`` (a location in
    it) or ``"1/A1/LOT-7"``. ``stock_changed`` is an ISO moment.
    """

    id: str
    description: str
    price: Decimal = Decimal("99")
    unit: str = "STK"
    misc_charge: bool = False
    internal_id: int = 0
    status: str = "Active"
    cost: Decimal = Decimal(0)
    tax_category_id: str = ""
    units: dict[str, Decimal] = field(default_factory=dict)
    alternate_ids: list[str] = field(default_factory=list)
    supplier_id: str = ""
    rot_rut: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    stock: dict[str, float] = field(default_factory=dict)
    stock_changed: str = "2024-01-01T00:00:00Z"


@dataclass(slots=True)
class OrderType:
    """A type of order and what orders of it need, may and may not have.

    ``numbering`` names the number series; blank is a type without one. ``payment_reference``
    is required, optional or prohibited. ``operations`` lists the default one first.
    """

    id: str
    description: str
    active: bool = True
    manual_numbering: bool = False
    first_status: str = "Open"
    numbering: str = "SO"
    days_to_keep: int = 30
    operations: list[str] = field(default_factory=lambda: ["Issue"])
    payment_reference: str = "optional"
    payment_method_required: bool = False
    cash_account_required: bool = False
    reason_code_required: bool = False
    posts_to_ledger: bool = True
    requires_shipping: bool = True
    requires_location: bool = False
    is_return: bool = False
    is_transfer: bool = False
    rot_rut: bool = True
