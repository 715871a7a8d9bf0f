from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

import pytest
from openpyxl import Workbook

from integrations.intake.services import workbook_parts
from integrations.intake.services.rows import Broken, Cell, Unreadable
from integrations.intake.services.spreadsheets import read_table
from tests.intake.workbooks import altered, saved, workbook

SHEET = "xl/worksheets/sheet1.xml"


def rows(path: Path) -> list[tuple[int, list[Cell]]]:
    return [(row.number, row.cells) for row in read_table(path).rows]


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        list(read_table(path).rows)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_reads_csv_as_it_comes(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"item{delimiter}text\r\n1{delimiter}Blåbærsyltetøy\r\n"

    assert rows(saved(tmp_path, text.encode(encoding))) == [
        (1, ["item", "text"]),
        (2, ["1", "Blåbærsyltetøy"]),
    ]


def test_numbers_rows_as_a_spreadsheet_does(tmp_path: Path) -> None:
    text = 'a,b\n\n1,"two\nlines"\n , \n3,4\n'

    assert rows(saved(tmp_path, text)) == [
        (1, ["a", "b"]),
        (3, ["1", "two\nlines"]),
        (5, ["3", "4"]),
    ]


def test_takes_the_delimiter_a_file_names(tmp_path: Path) -> None:
    assert rows(saved(tmp_path, "sep=;\na,x;b\n1;2\n")) == [(2, ["a,x", "b"]), (3, ["1", "2"])]


def test_knows_where_a_comma_parts_decimals(tmp_path: Path) -> None:
    assert read_table(saved(tmp_path, "a;b\n1;2\n")).decimal_comma
    assert not read_table(saved(tmp_path, "a,b\n1,2\n")).decimal_comma
    assert not read_table(saved(tmp_path, workbook([["a", "b"]]))).decimal_comma


def test_reads_a_workbook_from_wherever_its_cells_begin(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B3"], sheet["C3"] = "item", "price"
    sheet["B5"], sheet["C5"] = 22622, 2.55
    file = io.BytesIO()
    book.save(file)

    assert rows(saved(tmp_path, file.getvalue())) == [(3, ["item", "price"]), (5, [22622, 2.55])]


def test_keeps_the_kinds_of_a_workbooks_cells(tmp_path: Path) -> None:
    moment = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 - a spreadsheet knows no zone
    content = workbook([["a", "b", "c", "d"], [17850.0, moment, True, None]])

    assert rows(saved(tmp_path, content))[1] == (2, [17850.0, moment, True, ""])


def test_marks_cells_that_show_an_error_or_an_unworked_formula(tmp_path: Path) -> None:
    content = altered(
        workbook([["a", "b", "c"], [1, 2, "=B2*2"]]), SHEET,
        '<c r="B2" t="n"><v>2</v></c>', '<c r="B2" t="e"><v>#N/A</v></c>',
    )  # fmt: skip

    assert rows(saved(tmp_path, content))[1] == (2, [1, Broken.CELL, Broken.CELL])


def test_reads_the_first_sheet_and_names_the_others(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, workbook([["a"]], Notes=[["b"]])))

    assert [row.cells for row in table.rows] == [["a"]]
    assert table.left_out == ("Notes",)


def test_reads_over_cells_that_only_have_a_format(tmp_path: Path) -> None:
    content = altered(
        workbook([["a"], ["b"]]), SHEET, "</sheetData>",
        '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>',
    )  # fmt: skip

    assert rows(saved(tmp_path, content)) == [(1, ["a"]), (2, ["b"])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7\n\0\0\0", "This is neither a workbook nor a text file."),
        (b"PK\x03\x04 and then nothing", "The workbook is damaged."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "This is a workbook of the older format.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "The workbook is locked with a password.",
        ),
        (b"a,b\n\x81\x8d\xff,1\n", "The letters of this file can't be read."),
        (b'a,b\n1,2\n3,"open\n', "Row 3 can't be read"),
        (b"a,b\n1," + b"x" * 40_000 + b"\n", "Row 2 can't be read"),
        (b"a,b\n" + b"1," * 2_000_000, "Row 2 can't be read"),
        (b"a," * 101 + b"a\n1\n", "The file is larger than 200000 rows or 100 columns."),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert refusal(saved(tmp_path, content)).startswith(sentence)


def test_knows_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("holiday.jpg", b"...")

    assert refusal(saved(tmp_path, file.getvalue())).startswith("This is no workbook of Excel's.")


@pytest.mark.parametrize("cut", [100, 1000, 3000])
def test_says_of_a_cut_workbook_that_it_is_damaged(tmp_path: Path, cut: int) -> None:
    content = workbook([["a", "b"]] * 100)[:-cut]

    assert refusal(saved(tmp_path, content)).startswith("The workbook is damaged.")


def test_refuses_a_workbook_that_unpacks_to_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_parts, "EXPANDED_LIMIT", 100_000)
    content = workbook([["x" * 1000]] * 200)

    assert len(content) < 10_000
    assert refusal(saved(tmp_path, content)).startswith("Unpacked, the workbook is larger")


def test_refuses_a_workbook_whose_corners_are_too_far_apart(tmp_path: Path) -> None:
    far = altered(
        workbook([["a"], ["b"]]), SHEET, "</sheetData>",
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    )  # fmt: skip

    assert refusal(saved(tmp_path, far)).startswith("The sheet is larger than 200000 rows")


def test_refuses_one_long_text_shown_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inline = '<c r="A1" t="inlineStr"><is><t>a</t></is></c>'
    shown = "".join(f'<c r="A{row}" t="s"><v>0</v></c>' for row in range(1, 101))
    file = io.BytesIO(altered(workbook([["a"]]), SHEET, inline, shown))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 1000}</t></si></sst>")
    monkeypatch.setattr(workbook_parts, "TEXT_LIMIT", 50_000)

    assert refusal(saved(tmp_path, file.getvalue())).startswith("Unpacked, the workbook is larger")


def test_refuses_a_size_in_the_zip_that_lies(tmp_path: Path) -> None:
    content = bytearray(workbook([["x" * 1000]] * 200))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo(SHEET).file_size
    place = content.rindex(size.to_bytes(4, "little"))
    content[place : place + 4] = (1000).to_bytes(4, "little")

    assert refusal(saved(tmp_path, bytes(content))).startswith("The workbook is damaged.")


def test_measures_parts_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = altered(
        workbook([["a", "b"], *[[row, "x"] for row in range(2, 300)]]), SHEET,
        '<c r="B250" t="inlineStr"><is><t>x</t></is></c>', '<c r="B250" t="e"><v>#REF!</v></c>',
    )  # fmt: skip
    monkeypatch.setattr(workbook_parts, "CHUNK", 100)

    found = rows(saved(tmp_path, content))

    assert [number for number, cells in found if Broken.CELL in cells] == [250]


@pytest.mark.parametrize("text", ["<c>", "<c ", "<row", "<c><v>", "<c/>", "<row><c>"])
def test_measures_a_hostile_part_in_no_time(tmp_path: Path, text: str) -> None:
    content = altered(workbook([["a"]]), SHEET, "<sheetData>", "<sheetData>" + text * 400_000)
    begun = monotonic()

    with zipfile.ZipFile(saved(tmp_path, content)) as archive, suppress(Unreadable):
        workbook_parts.measure(archive)

    assert monotonic() - begun < 10
