"""The demo companies and what they keep."""

from __future__ import annotations

from decimal import Decimal

from sandbox.demo.ids import demo_id
from sandbox.demo.setup import TAX_ZONE, TAXED, demo_setup
from sandbox.settings import Settings
from sandbox.world.companies import Company, Contract
from sandbox.world.records import Address, Contact, Location, OrderType

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
        OrderType(
            "QT",
            "Quote",
            numbering="QT",
            payment_reference="prohibited",
            posts_to_ledger=False,
            requires_shipping=False,
        ),
        OrderType(
            "RM",
            "Return",
            numbering="RM",
            operations=["Receipt", "Issue"],
            is_return=True,
            rot_rut=False,
        ),
        OrderType("RR", "Return with a reason", numbering="RR", operations=["Receipt", "Issue"]),
        OrderType("CS", "Cash sale", numbering="CS", payment_reference="required"),
        OrderType("IN", "Invoice", numbering="IN", requires_shipping=False),
        OrderType("MA", "Manually numbered order", manual_numbering=True, numbering=""),
        OrderType("NN", "Order without a number series", numbering=""),
        OrderType("TR", "Transfer", numbering="TR", is_transfer=True),
        OrderType("XX", "No longer used", active=False),
    )
    types[3].is_return = types[3].reason_code_required = True
    types[4].payment_method_required = types[4].cash_account_required = True
    types[5].requires_location = True
    return {order_type.id: order_type for order_type in types}


def demo_companies(settings: Settings, contract: Contract) -> tuple[Company, Company, Company]:
    def company(
        key: str, number: int, name: str, organization: str, country: str, currency: str
    ) -> Company:
        return Company(
            tenant_id=demo_id(settings, key),
            company_id=number,
            name=name,
            contract_id=contract.tenant_id,
            organization_number=organization,
            country=country,
            currency=currency,
            order_types=default_order_types(),
            branches={"1", "2"},
            warehouses={"1", "2"},
            tax_categories={"0", "2", "3", "4"},
            units={"STK", "EA", "KG", "HOUR", "BOX", "PALLET"},
        )

    norway = company("norway", 3140001, "Fjordlys AS", "999111222", "NO", "NOK")
    sweden = company("sweden", 3140002, "Fjordlys Sverige AB", "5599998888", "SE", "SEK")
    denmark = company("denmark", 3140003, "Fjordlys Danmark ApS", "99887766", "DK", "DKK")
    norway.creates_unknown = sweden.creates_unknown = True
    denmark.tax_percent = Decimal(25)
    for one in (norway, sweden, denmark):
        one.setup = demo_setup(one.currency)
    # ROT and RUT are Swedish; the Norwegian company does without subaccounts, too.
    norway.setup.features -= {"rot_rut", "subaccounts"}
    _stock_guide(norway)
    _stock(denmark)
    return norway, sweden, denmark


def demo_namesake(settings: Settings, contract: Contract) -> Company:
    """A company with the customer's own name: one name, two tenant ids."""
    company = Company(
        tenant_id=demo_id(settings, "namesake"),
        company_id=3140004,
        name=contract.name,
        contract_id=contract.tenant_id,
        organization_number="999333444",
        order_types=default_order_types(),
    )
    company.setup = demo_setup(company.currency)
    return company


def _stock_guide(company: Company) -> None:
    """What the first order of the Developer Portal's guide names."""
    customer = company.add_customer("10001", "Guide Customer AS")
    customer.tax_zone_id = TAX_ZONE
    for item_id in ("1", "2"):
        item = company.add_item(item_id, f"Guide item {item_id}", Decimal("12.50"))
        item.tax_category_id = TAXED


def _stock(company: Company) -> None:
    for number, (customer_id, name) in enumerate(CUSTOMERS.items()):
        company.add_customer(customer_id, name, gln=f"735999900{number:04}")
    company.add_customer("10099", "Nedlagt Butikk").status = "Inactive"
    company.add_customer("10098", "Uten Betingelser").terms_id = ""
    for customer in company.customers.values():
        customer.tax_zone_id = TAX_ZONE
    _settle(company)
    for item_id, (description, price) in ITEMS.items():
        item = company.add_item(item_id, description, Decimal(price))
        item.misc_charge = item_id == "FRAKT"
        item.tax_category_id = TAXED
        item.supplier_id = "" if item.misc_charge else "50001"
    company.items["22622"].stock = {"1/A1": 120, "2/B1": 30}
    company.items["21755"].stock = {"1/A1/LOT-1": 40, "1/A1/LOT-2": 0, "1/A3": 5}
    company.items["22622"].attributes = {"WEBSHOP": "1", "COLOUR": "Blue"}
    company.items["21755"].attributes = {"WEBSHOP": "1"}
    _name_variants(company)


def _settle(company: Company) -> None:
    """The first customer has an address, a contact and a place with rules of its own."""
    customer = company.customers["10042"]
    customer.address = Address("Havnegata 1", postal_code="8900", city="Ebeltoft", country_id="DK")
    customer.contact = Contact(
        "Havgløtt Interiør", "Innkjøp", "+4512345678", "ordre@havglott.example"
    )
    customer.contacts = [101, 102]
    customer.locations = ["MAIN", "LAGER", "STENGT"]
    store = Address("Lagerveien 7", postal_code="8000", city="Aarhus", country_id="DK")
    customer.places = {
        "LAGER": Location("LAGER", "Store", branch_id="2", tax_zone_id="02", address=store),
        "STENGT": Location("STENGT", "Closed shop", active=False),
    }


def _name_variants(company: Company) -> None:
    """Units, alternate ids and states, so that each rule about items has one to meet."""
    blocks = company.items["22622"]
    blocks.units = {"BOX": Decimal(12), "PALLET": Decimal(0)}
    blocks.alternate_ids = ["7350001226227", "BLOCKS"]
    company.items["21755"].alternate_ids = ["BLOCKS"]
    company.add_item("UTGATT", "No longer sold").status = "Inactive"
    repair = company.add_item("REPARASJON", "Repair, an hour", Decimal("650.00"))
    repair.rot_rut, repair.unit = "Rot", "HOUR"
