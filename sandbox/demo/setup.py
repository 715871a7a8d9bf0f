"""What the demo companies have set up around their orders.

Of each kind there is one that works and one for every way in which it may not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol, TypeVar

from sandbox.world.setup import (
    CashAccount,
    Choice,
    Discount,
    Invoice,
    PaymentMethod,
    Period,
    PriceRule,
    Project,
    ReasonCode,
    Setup,
    ShipVia,
    TaxZone,
    WarehouseLocation,
)

TAX_ZONE = "01"
TAXED = "3"
# ISO 3166-1, two letters.
COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS YE YT ZA ZM ZW
"""
YEARS = range(2020, 2031)
CLOSED_PERIOD = "202312"
INACTIVE_PERIOD = "203012"


class Named(Protocol):
    id: str


Kept = TypeVar("Kept", bound=Named)


def demo_setup(currency: str) -> Setup:
    """A setup of its own for one company; ``currency`` is the company's."""
    setup = Setup(
        currencies={currency, "EUR", "USD"},
        countries=set(COUNTRIES.split()),
        terms=_choices("0", "14", "30", old="60"),
        intrastat_types={11, 21},
    )
    _add_money(setup)
    _add_people_and_projects(setup)
    _add_shipping(setup)
    _add_prices(setup)
    return setup


def _add_money(setup: Setup) -> None:
    zones = (
        TaxZone(TAX_ZONE, "Domestic", {TAXED: Decimal(25), "2": Decimal(15), "4": Decimal(12)}),
        TaxZone("02", "Export"),
    )
    setup.tax_zones = _by_id(*zones)
    setup.periods = _by_id(
        *(Period(f"{year}{month:02}") for year in YEARS for month in range(1, 13))
    )
    setup.periods[CLOSED_PERIOD].closed = True
    setup.periods[INACTIVE_PERIOD].active = False
    setup.payment_methods = _by_id(
        PaymentMethod("1", "Bank transfer", cash_accounts=["1920", "1930", "1940"]),
        PaymentMethod("2", "Card", cash_accounts=["1930"]),
        PaymentMethod("8", "Supplier payments", for_orders=False),
        PaymentMethod("9", "Cheque", active=False),
    )
    setup.cash_accounts = _by_id(
        CashAccount("1920"),
        CashAccount("1930", branch_id="2"),
        CashAccount("1940", active=False),
        CashAccount("1950"),
    )
    setup.sales_accounts = _choices("3000", "3100", old="3999")
    setup.segments = {
        "1": _choices("0", "10", "20", old="90"),
        "2": _choices("0", "1", "2"),
    }
    setup.inactive_subaccounts = {"20-2"}


def _add_people_and_projects(setup: Setup) -> None:
    setup.sales_people = _choices("SP1", "SP2", old="SP9")
    setup.owners = _choices("1", "2", old="9")
    setup.suppliers = _choices("50001", "50002", old="50099")
    setup.projects = _by_id(
        Project("P1", "Shop fitting", tasks=["T1", "T2"]),
        Project("P2", "Internal", in_orders=False),
        Project("P3", "Given up", status="Cancelled"),
        Project("P4", "Done", status="Completed"),
    )


def _add_shipping(setup: Setup) -> None:
    setup.warehouse_locations = {
        "1": _by_id(
            WarehouseLocation("A1"),
            WarehouseLocation("A2", active=False),
            WarehouseLocation("A3", sales=False),
        ),
        "2": _by_id(WarehouseLocation("B1")),
    }
    setup.ship_via = _by_id(
        ShipVia("POST", "By post", tax_category_id=TAXED),
        ShipVia("TABLE", "Cost by table", sets_cost_by_hand=False),
    )
    setup.shipping_zones = _choices("NORTH", "SOUTH")
    setup.shipping_terms = _choices("EXW", "DAP")
    setup.fob_points = _choices("WAREHOUSE", "HARBOUR")


def _add_prices(setup: Setup) -> None:
    setup.price_rules = {
        "21755": [
            PriceRule(Decimal("5.50"), quantity=Decimal(10)),
            PriceRule(Decimal("4.95"), quantity=Decimal(100)),
            PriceRule(Decimal("5.25"), customer_id="10043"),
        ],
    }
    setup.discounts = _by_id(
        Discount("TEN", percent=Decimal(10)),
        Discount("FIVE-OFF", amount=Decimal(5)),
        Discount("SOLVIK", percent=Decimal(20), customers=["10044"], items=["85123A"]),
        Discount("HALF-SET", percent=Decimal(10), set_up=False),
        Discount("GIFT", items=["22622"], free_item_id="85123A"),
        Discount("NO-GIFT", items=["22622"], free_item_id="SOLD-OUT"),
    )
    setup.discounts["SOLVIK"].automatic = True
    setup.reason_codes = _by_id(
        ReasonCode("SALE", "Issue"), ReasonCode("RETURN", "Receipt"), ReasonCode("OTHER")
    )
    setup.invoices = _by_number(
        Invoice("900001", "Invoice", "10042", {"1": Decimal(6), "2": Decimal(3)}),
        Invoice("900002", "CashSales", "10043", {"1": Decimal(1)}),
    )


def _choices(*ids: str, old: str = "") -> dict[str, Choice]:
    found = {key: Choice(key, key) for key in ids}
    return found | ({old: Choice(old, old, active=False)} if old else {})


def _by_id(*records: Kept) -> dict[str, Kept]:
    return {record.id: record for record in records}


def _by_number(*invoices: Invoice) -> dict[str, Invoice]:
    return {invoice.number: invoice for invoice in invoices}
