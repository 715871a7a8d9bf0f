from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.intake.services.mappings import MAPPINGS
from integrations.intake.services.reading import Reading, read
from integrations.intake.services.rows import Unreadable
from integrations.intake.services.spreadsheets import read_table
from tests.intake.workbooks import RETAIL, saved, workbook

HEADER = "order_number;customer;order_date;item;quantity;unit_price;item_text"
RETAIL_LINE = "536365,85123A,WHITE HEART ,6,2010-12-01 08:26:00,2.55,17850,United Kingdom"
SAMPLES = Path(__file__).parents[2] / "examples"


def plain(tmp_path: Path, *lines: str, header: str = HEADER) -> Reading:
    path = saved(tmp_path, "\n".join([header, *lines]))
    return added_up(read(read_table(path), MAPPINGS["plain"]))


def retail(tmp_path: Path, *lines: str) -> Reading:
    path = saved(tmp_path, "\n".join([",".join(RETAIL), *lines]))
    return added_up(read(read_table(path), MAPPINGS["online-retail"]))


def added_up(reading: Reading) -> Reading:
    good_rows = sum(order.row_count for order in reading.good)
    refused_rows = sum(order.row_count for order in reading.refused)
    assert good_rows + refused_rows == reading.row_count
    return reading


def refused(reading: Reading) -> list[tuple[str, list[tuple[int, str, str, str]]]]:
    return [
        (order.reference, [(f.row, f.column, f.value, f.code) for f in order.faults])
        for order in reading.refused
    ]


def contents(reading: Reading) -> list[dict[str, Any]]:
    return [order.content for order in reading.good]


def test_makes_an_order_of_the_lines_with_one_number(tmp_path: Path) -> None:
    reading = plain(
        tmp_path,
        "1001;10042;2026-11-20;22622;6;9,95;Blocks",
        "1002;10043;2026-11-20;21755;2;;",
        "1001;10042;2026-11-20;POST;1;18;",
    )

    assert contents(reading) == [
        {
            "reference": "1001",
            "buyer": "10042",
            "date": "2026-11-20",
            "lines": [
                {"item": "22622", "quantity": "6", "unit_price": "9.95", "description": "Blocks"},
                {"item": "POST", "quantity": "1", "unit_price": "18"},
            ],
        },
        {
            "reference": "1002",
            "buyer": "10043",
            "date": "2026-11-20",
            "lines": [{"item": "21755", "quantity": "2"}],
        },
    ]
    assert [(order.first_row, order.row_count) for order in reading.good] == [(2, 2), (3, 1)]


def test_takes_what_is_said_once_for_the_whole_order(tmp_path: Path) -> None:
    reading = plain(tmp_path, "1001;;;22622;6;;", "1001;10042;2026-11-20;21755;1;;")

    (content,) = contents(reading)
    assert (content["buyer"], content["date"]) == ("10042", "2026-11-20")


def test_reads_every_column_of_the_template(tmp_path: Path) -> None:
    header = [column.heading for column in MAPPINGS["plain"].columns]
    line = "1;2;2026-11-20;3;4;5;Text;EA;W1;25;NOK;SO;B1;Order text"

    (content,) = contents(plain(tmp_path, line, header=";".join(header)))

    assert content == {
        "reference": "1",
        "buyer": "2",
        "date": "2026-11-20",
        "currency": "NOK",
        "type": "SO",
        "branch": "B1",
        "description": "Order text",
        "lines": [
            {
                "item": "3",
                "quantity": "4",
                "unit_price": "5",
                "description": "Text",
                "unit": "EA",
                "warehouse": "W1",
                "tax_category": "25",
            }
        ],
    }


def test_reads_the_online_retail_columns(tmp_path: Path) -> None:
    (content,) = contents(retail(tmp_path, RETAIL_LINE))

    assert content == {
        "reference": "536365",
        "buyer": "17850",
        "date": "2010-12-01",
        "currency": "GBP",
        "lines": [
            {
                "item": "85123A",
                "description": "WHITE HEART",
                "quantity": "6",
                "unit_price": "2.55",
            }
        ],
    }


def test_reads_a_workbook_like_the_same_csv(tmp_path: Path) -> None:
    moment = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 - a spreadsheet knows no zone
    cells = [536365, 22622, "BLOCKS ", 6, moment, 2.55, 17850.0, "United Kingdom"]
    as_book = read(
        read_table(saved(tmp_path, workbook([RETAIL, cells]))), MAPPINGS["online-retail"]
    )
    as_text = retail(tmp_path, "536365,22622,BLOCKS ,6,2010-12-01 08:26:00,2.55,17850.0,UK")

    assert contents(as_book) == contents(as_text)


def test_takes_times_of_one_day_for_one_date(tmp_path: Path) -> None:
    reading = retail(tmp_path, RETAIL_LINE, RETAIL_LINE.replace("08:26", "08:27"))

    assert [order.row_count for order in reading.good] == [2]


def test_refuses_a_credit_note(tmp_path: Path) -> None:
    reading = retail(tmp_path, "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,UK")

    assert refused(reading) == [("C536379", [(2, "InvoiceNo", "C536379", "credit-note")])]


def test_names_every_fault_of_an_order(tmp_path: Path) -> None:
    reading = plain(
        tmp_path,
        "1001;;2026-11-20;;0;x;",
        "1002;10042;2026-11-20;22622;1;;",
        "1001;;20/11/2026;22622;1,5;-2;",
    )

    assert refused(reading) == [
        (
            "1001",
            [
                (2, "customer", "", "missing"),
                (2, "item", "", "missing"),
                (2, "quantity", "0", "not-positive"),
                (2, "unit_price", "x", "not-a-number"),
                (4, "order_date", "20/11/2026", "unclear-date"),
                (4, "unit_price", "-2", "negative"),
            ],
        )
    ]
    assert [content["reference"] for content in contents(reading)] == ["1002"]


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ("1001;10043;2026-11-20;1;1;;", (3, "customer", "10043", "conflict")),
        ("1001;10042;2026-11-21;1;1;;", (3, "order_date", "2026-11-21", "conflict")),
    ],
)
def test_refuses_an_order_that_contradicts_itself(
    tmp_path: Path, second: str, fault: tuple[int, str, str, str]
) -> None:
    reading = plain(tmp_path, "1001;10042;2026-11-20;1;1;;", second)

    assert refused(reading) == [("1001", [fault])]
    assert "Row 2 of the same order says" in reading.refused[0].faults[0].reason


def test_refuses_rows_without_an_order_number_one_by_one(tmp_path: Path) -> None:
    reading = plain(tmp_path, ";10042;2026-11-20;1;1;;", ";10043;2026-11-20;1;1;;")

    assert refused(reading) == [
        ("", [(2, "order_number", "", "no-order-number")]),
        ("", [(3, "order_number", "", "no-order-number")]),
    ]


def test_refuses_a_row_that_is_wider_than_the_header(tmp_path: Path) -> None:
    reading = plain(tmp_path, "1001;10042;2026-11-20;1;1;2;Text; with a semicolon")

    assert refused(reading) == [("1001", [(2, "", " with a semicolon", "too-many-cells")])]


def test_refuses_a_line_without_the_price_its_export_always_has(tmp_path: Path) -> None:
    reading = retail(tmp_path, RETAIL_LINE.replace("2.55", ""))

    assert refused(reading) == [("536365", [(2, "UnitPrice", "", "missing")])]


def test_counts_the_prefix_into_the_order_number(tmp_path: Path) -> None:
    path = saved(tmp_path, f"{HEADER}\n{'9' * 37};10042;2026-11-20;1;1;;")

    reading = read(read_table(path), MAPPINGS["plain"], prefix="WEB-")

    assert refused(reading) == [("9" * 37, [(2, "order_number", "9" * 37, "reference-too-long")])]


def test_points_at_no_line_for_an_order_that_is_too_long(tmp_path: Path) -> None:
    reading = plain(tmp_path, *["1001;10042;2026-11-20;1;1;;"] * 1001)

    assert refused(reading) == [("1001", [(2, "", "1001", "too-many-lines")])]


def test_finds_columns_whatever_their_order_and_case(tmp_path: Path) -> None:
    header = "Quantity;ITEM;Order Date;customer;Order-Number"

    reading = plain(tmp_path, "6;22622;2026-11-20;10042;1001", header=header)

    assert contents(reading)[0]["lines"] == [{"item": "22622", "quantity": "6"}]


def test_names_the_columns_it_does_not_use(tmp_path: Path) -> None:
    path = saved(tmp_path, f"{','.join(RETAIL)},Colour\n{RETAIL_LINE},red")

    reading = read(read_table(path), MAPPINGS["online-retail"])

    assert reading.notes == ["Columns that are not used: Colour."]
    assert len(reading.good) == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["item;quantity", "1;2"], "The header row lacks order_number, customer, order_date."),
        ([HEADER.replace("item;", "item;Item;"), "1"], "The header row names item twice."),
        ([HEADER + ";unit prise", "1"], "The template has no column unit prise."),
        ([HEADER], "The file has a header but no rows."),
        (["", "  "], "The file is empty."),
    ],
)
def test_says_what_is_wrong_with_the_columns(
    tmp_path: Path, lines: Sequence[str], sentence: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        plain(tmp_path, *lines[1:], header=lines[0])

    assert str(refusal.value).startswith(sentence)


def test_tells_how_far_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path, "\n".join([HEADER, *["1001;1;2026-11-20;1;1;;"] * 5000]))
    told: list[int] = []

    read(read_table(path), MAPPINGS["plain"], tell=told.append)

    assert told == [2000, 4000]
