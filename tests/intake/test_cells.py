from __future__ import annotations

from datetime import date, datetime, time

import pytest

from integrations.intake.services import cells
from integrations.intake.services.rows import Broken, Cell

MOMENT = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 - a spreadsheet knows no zone


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 85123A ", "85123A"), (17850.0, "17850"), (17850, "17850"), (12.5, "12.5"),
        (536365.0, "536365"), ("017850", "017850"), ("17850.0", "17850.0"), ("", ""),
        (123456789012345.0, "123456789012345"),
    ],
)  # fmt: skip
def test_reads_a_text_as_a_person_does(cell: Cell, text: str) -> None:
    assert cells.text_of(cell) == text


def test_reads_whole_numbers_also_where_they_come_as_texts() -> None:
    assert cells.text_of("17850.0", whole_numbers=True) == "17850"
    assert cells.text_of("17850.5", whole_numbers=True) == "17850.5"
    assert cells.text_of("85123A", whole_numbers=True) == "85123A"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (MOMENT, "date-in-text"), (date(2010, 12, 1), "date-in-text"), (time(8), "date-in-text"),
        (True, "not-a-text"), (Broken.CELL, "broken-cell"), (1.23456789012346e18, "digits-lost"),
        (float("inf"), "digits-lost"),
    ],
)  # fmt: skip
def test_takes_no_text_a_spreadsheet_has_changed(cell: Cell, code: str) -> None:
    with pytest.raises(cells.Unclear, match=f"^{code}$"):
        cells.text_of(cell)


@pytest.mark.parametrize(
    ("cell", "decimal_comma", "number"),
    [
        (2.55, False, "2.55"), (6.0, False, "6"), (0.1 + 0.2, False, "0.3"),
        (1e-05, False, "0.00001"),
        ("2.55", False, "2.55"), ("1.234", False, "1.234"), ("", False, ""), ("-1", False, "-1"),
        ("2,55", True, "2.55"), ("1,234", True, "1.234"), ("2.55", True, "2.55"),
        ("0.001", True, "0.001"), ("1234", True, "1234"),
    ],
)  # fmt: skip
def test_reads_a_number(cell: Cell, decimal_comma: bool, number: str) -> None:
    assert cells.decimal_of(cell, decimal_comma=decimal_comma) == number


@pytest.mark.parametrize(
    ("cell", "decimal_comma", "code"),
    [
        ("1,234", False, "unclear-number"), ("2,55", False, "unclear-number"),
        ("1 234", False, "unclear-number"), ("1.234", True, "unclear-number"),
        ("1.234,50", True, "not-a-number"), ("six", False, "not-a-number"),
        ("1e3", False, "not-a-number"), (True, False, "not-a-number"),
        (MOMENT, False, "not-a-number"),
        (Broken.CELL, False, "broken-cell"), (float("nan"), False, "digits-lost"),
    ],
)  # fmt: skip
def test_does_not_guess_at_a_number(cell: Cell, decimal_comma: bool, code: str) -> None:
    with pytest.raises(cells.Unclear, match=f"^{code}$"):
        cells.decimal_of(cell, decimal_comma=decimal_comma)


@pytest.mark.parametrize(
    "cell",
    [
        MOMENT, date(2010, 12, 1), "2010-12-01", "2010-12-01 08:26:00", "2010-12-01T08:26",
        "1.12.2010", "01.12.2010 08:26",
    ],
)  # fmt: skip
def test_reads_a_day(cell: Cell) -> None:
    assert cells.day_of(cell) == "2010-12-01"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12/1/2010", "unclear-date"), ("30.02.2010", "not-a-date"), ("2010-13-01", "not-a-date"),
        ("yesterday", "not-a-date"), (40513.35, "not-a-date"), (time(8), "not-a-date"),
        (Broken.CELL, "broken-cell"),
    ],
)  # fmt: skip
def test_does_not_guess_at_a_day(cell: Cell, code: str) -> None:
    with pytest.raises(cells.Unclear, match=f"^{code}$"):
        cells.day_of(cell)


def test_shows_a_text_for_people_without_what_cannot_be_shown() -> None:
    assert cells.sentence_of(" WHITE\n HEART\x00 ") == "WHITE  HEART"
