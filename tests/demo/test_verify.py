"""The demo's own check must see every way an order can be wrong."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from demo import verify

ROWS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Lamp,2,2010-12-01 08:34:00,9.95,13047,Norway
1,B,Cup,3,2010-12-01 08:34:00,5.9,13047,Norway
C2,A,Lamp,-1,2010-12-01 08:34:00,9.95,13047,Norway
3,A,Lamp,1,2010-12-01 08:34:00,9.95,,Norway
4,A,Lamp,1,2010-12-01 08:34:00,9.95,13047,Norway
4,,Lamp,1,2010-12-01 08:34:00,9.95,13047,Norway
"""
HELD: dict[str, Any] = {
    "customer": {"id": "13047", "refNo": "W-1"},
    "date": "2010-12-01T12:00:00Z",
    "lines": [
        {"inventoryId": "A", "quantity": 2, "unitPrice": 9.95},
        {"inventoryId": "B", "quantity": "3.00", "unitPrice": "5.90"},
    ],
}
REFUSED = {"C2": "A credit note.", "3": "No customer.", "4": "No item."}


@pytest.fixture
def contents(tmp_path: Path) -> verify.Contents:
    file = tmp_path / "orders.csv"
    file.write_text(ROWS)
    return verify.read_file(file)


def check(contents: verify.Contents, *held: Any, refused: Any = REFUSED) -> list[str]:
    return verify.faults(contents, held, refused, prefix="W-")


def test_finds_nothing_where_all_is_well(contents: verify.Contents) -> None:
    assert check(contents, HELD) == []


def test_sees_an_order_that_is_missing(contents: verify.Contents) -> None:
    assert check(contents) == ["1 is in the ERP 0 times."]


def test_sees_an_order_that_is_there_twice(contents: verify.Contents) -> None:
    assert check(contents, HELD, HELD) == ["1 is in the ERP 2 times."]


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("customer", "id"), "13048"),
        (("date",), "2010-12-02T12:00:00Z"),
        (("lines", 0, "inventoryId"), "X"),
        (("lines", 0, "quantity"), 3),
        (("lines", 1, "unitPrice"), "5.91"),
        (("lines", 1), HELD["lines"][0]),
        (("lines",), HELD["lines"][:1]),
    ],
)
def test_sees_an_order_that_differs(
    contents: verify.Contents, where: tuple[Any, ...], value: object
) -> None:
    held: Any = deepcopy(HELD)
    inner = held
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value

    assert [fault[:10] for fault in check(contents, held)] == ["1 differs:"]


def test_sees_a_bad_order_that_was_sent(contents: verify.Contents) -> None:
    sent = {**HELD, "customer": {"id": "13047", "refNo": "W-C2"}}

    assert check(contents, HELD, sent) == ["C2 is in the ERP but not in the file."]


@pytest.mark.parametrize("refused", [{"3": "x", "4": "x"}, {**REFUSED, "C2": ""}])
def test_sees_a_bad_order_without_a_reason(
    contents: verify.Contents, refused: dict[str, str]
) -> None:
    assert check(contents, HELD, refused=refused) == ["C2 was not refused with a reason."]
