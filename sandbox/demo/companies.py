"""The demo companies and what they keep."""

from __future__ import annotations

from decimal import Decimal

from sandbox.demo.ids import demo_id
from sandbox.settings import Settings
from sandbox.world.companies import Company, Contract
from sandbox.world.records import OrderType

CUSTOMERS = {
    "10042": "Havgløtt Interiør",
    "10043": "Bakkeland Gaver",
    "10044": "Solvik Handel",
}
ITEMS = {
    "22622": ("Box of vintage alphabet blocks", "9.95"),
    "21755": ("Love building block word", "5.95"),
    "85123A": ("White hanging heart t-light holder", "2.55"),
    "FRAKT": ("Freight", "79.00"),
}


def default_order_types() -> dict[str, OrderType]:
    types = (
        OrderType("SO", "Sales order"),
        OrderType("QT", "Quote"),
        OrderType("RM", "Return"),
        OrderType("MA", "Manually numbered order", manual_numbering=True),
        OrderType("XX", "No longer used", active=False),
    )
    return {order_type.id: order_type for order_type in types}


def demo_companies(settings: Settings, contract: Contract) -> tuple[Company, Company, Company]:
    def company(key: str, number: int, name: str, **more: object) -> Company:
        return Company(
            tenant_id=demo_id(settings, key),
            company_id=number,
            name=name,
            contract_id=contract.tenant_id,
            order_types=default_order_types(),
            **more,  # type: ignore[arg-type]  # the three calls below are checked by eye
        )

    norway = company(
        "norway", 3140001, "Fjordlys AS", organization_number="999111222", creates_unknown=True
    )
    sweden = company(
        "sweden",
        3140002,
        "Fjordlys Sverige AB",
        organization_number="5599998888",
        country="SE",
        currency="SEK",
        creates_unknown=True,
    )
    denmark = company(
        "denmark",
        3140003,
        "Fjordlys Danmark ApS",
        organization_number="99887766",
        country="DK",
        currency="DKK",
        tax_percent=Decimal(25),
    )
    _stock(denmark)
    return norway, sweden, denmark


def _stock(company: Company) -> None:
    for number, (customer_id, name) in enumerate(CUSTOMERS.items()):
        company.add_customer(customer_id, name, gln=f"735999900{number:04}")
    closed = company.add_customer("10099", "Nedlagt Butikk")
    closed.status = "Inactive"
    without_terms = company.add_customer("10098", "Uten Betingelser")
    without_terms.terms_id = ""
    for item_id, (description, price) in ITEMS.items():
        item = company.add_item(item_id, description, Decimal(price))
        item.misc_charge = item_id == "FRAKT"
