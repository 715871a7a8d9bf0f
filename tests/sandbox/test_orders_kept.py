"""What an order holds once it is there: members, dates, prices, totals, branch, addresses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.placing import GUIDE_ORDER, line, place

GIVEN = {"line1": "Storgata 1", "countryId": "DK"}


def test_keeps_what_was_sent(norway: Api) -> None:
    norway.post(order("WEB-1", status="Hold", branchId="2"))

    [kept] = norway.sandbox.orders(norway.tenant_id, "WEB-1")

    assert (kept["status"], kept["branch"], kept["total"]) == ("Hold", "2", 77.55)
    assert kept["customer"] == {"id": "10042", "name": "10042", "order": "WEB-1", "refNo": "WEB-1"}
    assert kept["lines"][0] == {
        "inventoryId": "22622",
        "description": "22622",
        "quantity": 6,
        "unitPrice": 9.95,
        "hasManualPrice": True,
        "taxCategoryId": None,
    }


@point("E10.dates")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T12:00:00", "2024-05-01T12:00:00.000000Z"),
        ("2024-05-01T00:00:00+02:00", "2024-04-30T22:00:00.000000Z"),
    ],
)
def test_reads_dates_as_utc(norway: Api, sent: str, kept: str) -> None:
    norway.post(order(date=sent))

    assert norway.sandbox.orders(norway.tenant_id)[0]["date"] == kept


@point("E10.price")
@pytest.mark.parametrize(
    ("members", "price", "manual"),
    [
        ({"unitPrice": 9.5, "hasManualPrice": True}, 9.5, True),
        ({"unitPrice": 9.5, "hasManualPrice": False}, 5.95, False),
        ({"hasManualPrice": True}, 5.95, False),
        ({}, 5.95, False),
    ],
)
def test_a_price_that_is_not_manual_is_thrown_away(
    denmark: Api, members: dict[str, Any], price: float, manual: bool
) -> None:
    denmark.post(order(orderLines=[line(inventoryId="21755", **members)]))

    [kept] = denmark.sandbox.orders(denmark.tenant_id)[0]["lines"]
    assert (kept["unitPrice"], kept["hasManualPrice"]) == (price, manual)


@point("E10.price_without_flag")
def test_a_price_without_the_flag_is_kept(denmark: Api) -> None:
    denmark.post(order(orderLines=[line(unitPrice=1)]))

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["lines"][0]["unitPrice"] == 1


@point("E10.price_rules")
@pytest.mark.parametrize(
    ("customer", "quantity", "price"),
    [("10042", 9, 5.95), ("10042", 10, 5.5), ("10042", 100, 4.95), ("10043", 100, 5.25)],
)
def test_the_companys_rules_set_the_price(
    denmark: Api, customer: str, quantity: int, price: float
) -> None:
    lines = [line(inventoryId="21755", quantity=quantity)]
    denmark.post(order(customer={"id": customer}, orderLines=lines))

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["lines"][0]["unitPrice"] == price


def test_a_further_unit_costs_what_it_holds(denmark: Api) -> None:
    denmark.post(order(orderLines=[line(unitOfMeasure="BOX")]))

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["total"] == 119.4


@point("E10.discount")
@pytest.mark.parametrize(
    ("members", "total"),
    [
        ({"discountPercent": 10, "hasManualDiscount": True}, 90),
        ({"discountAmount": 7.5, "hasManualDiscount": True}, 92.5),
        ({"discountCode": "TEN", "hasManualDiscount": True}, 90),
        ({"discountCode": "FIVE-OFF", "hasManualDiscount": True}, 95),
        ({"discountPercent": 10, "hasManualDiscount": False}, 100),
    ],
)
def test_a_discount_that_is_not_manual_is_thrown_away(
    denmark: Api, members: dict[str, Any], total: float
) -> None:
    denmark.post(order(orderLines=[line(quantity=10, unitPrice=10, **members)]))

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["total"] == total


@point("E10.discount_without_flag")
def test_a_discount_without_the_flag_is_kept(denmark: Api) -> None:
    denmark.post(order(orderLines=[line(quantity=10, unitPrice=10, discountPercent=10)]))

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["total"] == 90


def test_some_discounts_come_by_themselves(denmark: Api) -> None:
    lines = [line(inventoryId="85123A", quantity=10, unitPrice=10)]
    denmark.post(order(customer={"id": "10044"}, orderLines=lines))

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["total"] == 80


@point("E10.free_lines")
def test_a_discount_may_bring_a_free_line(denmark: Api) -> None:
    lines = [line(quantity=2, discountCode="GIFT", hasManualDiscount=True)]
    denmark.post(order(orderLines=lines))

    kept = denmark.sandbox.orders(denmark.tenant_id)[0]["lines"]
    assert [(one["inventoryId"], one["quantity"]) for one in kept] == [("22622", 2), ("85123A", 2)]
    assert kept[1]["unitPrice"] == 0


@point("E10.tax")
def test_tax_follows_category_and_zone(denmark: Api) -> None:
    lines = [line(quantity=10, unitPrice=10, taxCategoryId=one) for one in ("3", "2", "0")]
    order_ = place(denmark, orderLines=lines)
    abroad = place(denmark, orderLines=lines, taxZoneId="02")

    assert order_.read()["totals"]["taxTotal"] == 40
    assert order_.read()["totals"]["taxExemptTotal"] == 100
    assert abroad.read()["totals"]["taxTotal"] == 0


@point("E10.order_total")
def test_the_order_total_is_without_tax_as_in_the_guide(norway: Api) -> None:
    norway.post(GUIDE_ORDER)

    [row] = norway.listed()["value"]

    assert (row["orderTotal"], row["taxTotal"]) == (100, 25)


def test_freight_is_added_and_taxed_by_its_category(denmark: Api) -> None:
    freight = {"premiumAmount": 80, "taxCategoryId": "3"}
    totals = place(denmark, orderLines=[], freight=freight).read()["totals"]

    assert (totals["orderTotal"], totals["taxTotal"]) == (80, 20)


@point("E10.addresses")
def test_a_partial_address_has_a_blank_rest(denmark: Api) -> None:
    shipping = place(denmark, shipping={"address": GIVEN}).read()["shipping"]

    assert shipping["address"]["line1"] == "Storgata 1"
    assert not shipping["address"]["city"]
    assert shipping["contact"]["name"] == "Havgløtt Interiør"


@point("E10.default_addresses")
def test_without_an_address_the_customers_is_taken(denmark: Api) -> None:
    main = place(denmark).read()
    store = place(denmark, customer={"id": "10042", "locationId": "LAGER"}).read()

    assert main["shipping"]["address"]["city"] == "Ebeltoft"
    assert main["billing"]["address"]["city"] == "Ebeltoft"
    assert store["shipping"]["address"]["city"] == "Aarhus"


@point("E10.branch")
@pytest.mark.parametrize(
    ("body", "header", "location", "branch"),
    [
        ("2", "1", "MAIN", "2"),
        (None, "1", "LAGER", "1"),
        (None, None, "LAGER", "2"),
        (None, None, "MAIN", "1"),
    ],
)
def test_the_branch_is_the_bodys_the_headers_the_places_or_the_companys(
    denmark: Api, body: str | None, header: str | None, location: str, branch: str
) -> None:
    customer = {"id": "10042", "locationId": location}
    headers = {"branchid": header} if header else {}

    denmark.post(order(customer=customer, branchId=body), headers=headers)

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["branch"] == branch


@point("E10.branch_header")
def test_the_calls_header_for_the_branch_is_named_branchid(denmark: Api) -> None:
    denmark.post(order(), headers={"branchid": "2"})

    assert denmark.sandbox.orders(denmark.tenant_id)[0]["branch"] == "2"


def test_lines_with_a_sort_order_come_first_and_all_are_counted_anew(denmark: Api) -> None:
    first, second = line(inventoryId="21755"), line(inventoryId="85123A", sortOrder=7)
    placed = place(denmark, orderLines=[first, second, line(sortOrder=3)])

    lines = placed.read_lines()
    assert [one["inventory"]["id"] for one in lines] == ["22622", "85123A", "21755"]
    assert [one["sortOrder"] for one in lines] == [1, 2, 3]
    assert [one["lineId"] for one in lines] == [3, 2, 1]


def test_an_order_is_kept_until_its_type_says(norway: Api) -> None:
    norway.sandbox.control("POST", "clock", {"freeze": True})
    read = place(norway, date=None).read()

    assert read["requestOn"] == read["date"]
    assert read["cancelBy"] > read["date"]
