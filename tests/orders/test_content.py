from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.orders.services.content import check


def order(**members: Any) -> dict[str, Any]:
    lines = [{"item": "22622", "quantity": "6", "unit_price": "2.55"}]
    return {
        "reference": "WEB-1",
        "buyer": "10042",
        "date": "2010-12-01",
        "lines": lines,
        **members,
    }


def line(**members: Any) -> dict[str, Any]:
    return order(lines=[{"item": "22622", "quantity": "6", **members}])


def faults(raw: object, prefix: str = "") -> list[tuple[str, str]]:
    checked = check(raw, prefix=prefix)
    assert (checked.content is None) == bool(checked.faults)
    return [(fault.path, fault.code) for fault in checked.faults]


def test_takes_an_order_as_it_is() -> None:
    assert check(order()).content == order()


def test_keeps_every_optional_member() -> None:
    raw = order(
        currency="GBP",
        type="SO",
        branch="2",
        description="Gift shop",
        lines=[
            {
                "item": "85123A",
                "description": "WHITE HANGING HEART ",
                "quantity": "6",
                "unit_price": "2.55",
                "unit": "EA",
                "warehouse": "1",
                "tax_category": "25",
            }
        ],
    )

    assert check(raw).content == raw


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("6", "6"), ("6.0", "6"), ("06", "6"), ("+6", "6"), (6, "6"), (Decimal("6.50"), "6.5"),
        ("0.000001", "0.000001"), ("600", "600"), (Decimal("6E+2"), "600"),
    ],
)  # fmt: skip
def test_writes_one_number_in_one_way(written: object, canonical: str) -> None:
    content = check(line(quantity=written)).content

    assert content is not None
    assert content["lines"][0]["quantity"] == canonical


def test_leaves_a_member_out_that_is_null() -> None:
    assert check(order(currency=None, description=None)).content == order()


@pytest.mark.parametrize("raw", [None, [], "order", 1, True])
def test_refuses_what_is_no_object(raw: object) -> None:
    assert faults(raw) == [("", "not-an-object")]


def test_names_every_member_that_is_missing() -> None:
    assert faults({}) == [
        ("/reference", "missing"),
        ("/buyer", "missing"),
        ("/date", "missing"),
        ("/lines", "no-lines"),
    ]


def test_refuses_members_nobody_knows() -> None:
    raw = order(customer="10042", lines=[{"item": "1", "quantity": "1", "price/unit": "2"}])

    assert faults(raw) == [
        ("/customer", "unknown-member"),
        ("/lines/0/price~1unit", "unknown-member"),
    ]


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("", "missing"), ("  ", "missing"), (None, "missing"), (1001, "not-a-text"),
        ("x" * 41, "too-long"), ("\U0001f6d2" * 21, "too-long"), (" WEB-1", "stray-blanks"),
        ("WEB-1 ", "stray-blanks"), ("WEB  1", "stray-blanks"), ("WEB\n1", "unprintable"),
        ("WEB\x001", "unprintable"), ("WEB\ud800", "unprintable"), ("WEB\u00a01", "unprintable"),
    ],
)  # fmt: skip
def test_refuses_a_reference_that_would_not_survive(reference: object, code: str) -> None:
    assert faults(order(reference=reference)) == [("/reference", code)]


@pytest.mark.parametrize(
    "reference", ["x" * 40, "2024/001", "WEB 1", "Ærøskøbing-1", "\U0001f6d2" * 20]
)
def test_takes_any_printable_reference(reference: str) -> None:
    assert faults(order(reference=reference)) == []


def test_counts_the_prefix_into_the_reference() -> None:
    assert faults(order(reference="x" * 37), prefix="SHOP") == [
        ("/reference", "reference-too-long")
    ]
    assert faults(order(reference="x" * 36), prefix="SHOP") == []


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("2010-12-1", "not-a-date"), ("2010-02-30", "not-a-date"), ("20101201", "not-a-date"),
        ("2010-12-01T10:00:00", "not-a-date"), ("2010-W48-3", "not-a-date"),
        ("", "missing"), (20101201, "not-a-date"), ("1899-12-31", "date-out-of-range"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_date(date: object, code: str) -> None:
    assert faults(order(date=date)) == [("/date", code)]


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("0", "not-positive"), ("-1", "not-positive"), ("", "missing"), (None, "missing"),
        ("1,5", "not-a-number"), ("1e3", "not-a-number"), ("six", "not-a-number"),
        ("NaN", "not-a-number"), (1.5, "not-a-number"), (True, "not-a-number"),
        ("\u0661", "not-a-number"), ("0.0000001", "too-precise"),
        ("1234567890.123456", "too-precise"),
        ("100000000000", "too-large"), (Decimal("1e999999999"), "not-a-number"),
        (Decimal("1e-999999999"), "not-a-number"), (10**400, "not-a-number"),
    ],
)  # fmt: skip
def test_refuses_a_quantity_that_is_none(quantity: object, code: str) -> None:
    assert faults(line(quantity=quantity)) == [("/lines/0/quantity", code)]


def test_takes_a_price_of_nothing_but_none_below() -> None:
    assert faults(line(unit_price="0")) == []
    assert faults(line(unit_price="-0.01")) == [("/lines/0/unit_price", "negative")]


def test_refuses_an_order_larger_than_we_can_add_up() -> None:
    raw = order(lines=[{"item": "1", "quantity": "999999", "unit_price": "999999"}])

    assert faults(raw) == [("/lines", "too-large")]


def test_bounds_the_lines() -> None:
    lines = [{"item": "1", "quantity": "1"}]

    assert faults(order(lines=lines * 1000)) == []
    assert faults(order(lines=lines * 1001)) == [("/lines", "too-many-lines")]
    assert faults(order(lines={})) == [("/lines", "not-a-list")]
    assert faults(order(lines=["22622"])) == [("/lines/0", "not-an-object")]


@pytest.mark.parametrize(
    ("member", "longest"),
    [("item", 30), ("description", 256), ("unit", 6), ("warehouse", 30), ("tax_category", 10)],
)
def test_bounds_texts_as_visma_does(member: str, longest: int) -> None:
    fits, too_long = line(**{member: "x" * longest}), line(**{member: "x" * (longest + 1)})

    assert faults(fits) == []
    assert faults(too_long) == [(f"/lines/0/{member}", "too-long")]


def test_names_every_fault_of_an_order_at_once() -> None:
    raw = order(buyer="", lines=[{"item": "", "quantity": "-1"}, {"item": "1", "quantity": "x"}])

    assert faults(raw) == [
        ("/buyer", "missing"),
        ("/lines/0/item", "missing"),
        ("/lines/0/quantity", "not-positive"),
        ("/lines/1/quantity", "not-a-number"),
    ]


def test_quotes_the_value_it_refuses() -> None:
    (fault,) = check(line(quantity="six\x1b[31m")).faults

    assert fault.value == "six\N{REPLACEMENT CHARACTER}[31m"
    assert fault.message == "A number is expected here, with a point for decimals, like 12.50."
