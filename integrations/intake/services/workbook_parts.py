"""What is inside an .xlsx file, measured before anything unpacks it into memory.

A workbook is a zip of XML parts (ECMA-376). A few kilobytes of it can stand for gigabytes: of
XML, of cells between two far corners, or of one long text repeated. And a cell that shows an error
reads as if it were empty, which is told here from its XML.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from integrations.intake.services.rows import COLUMNS_LIMIT, ROWS_LIMIT, Unreadable

PARTS_LIMIT = 2_000
EXPANDED_LIMIT = 400 * 1024 * 1024
SMALL_PART_LIMIT = 4 * 1024 * 1024
PIECE_LIMIT = 16 * 1024 * 1024
CELLS_LIMIT = 6_000_000
TEXT_LIMIT = 500 * 1024 * 1024
CHUNK = 1 << 20

# No piece of these can be tried twice over the same text: a hostile part costs no more than its
# length. What a tag encloses ends at the next one of its own name. No possessive repeats: Python
# 3.11 before 3.11.5, Debian 12's among them, finds the wrong text with them.
_SHARED = re.compile(
    rb"<(?:\w+:)?si(?:[\s/][^<>]*)?(?:(?<=/)>|>"
    rb"(?:[^<]*(?:<(?!/?(?:\w+:)?si[\s>/])[^<]*)*)</(?:\w+:)?si>)"
)
_CELL = re.compile(
    rb"<(?:\w+:)?row(?P<row>(?:[\s/][^<>]*)?)>"
    rb"|<(?:\w+:)?c(?P<cell>(?:[\s/][^<>]*)?)(?:(?<=/)>|>"
    rb"(?P<holds>[^<]*(?:<(?!/?(?:\w+:)?c[\s>/])[^<]*)*)</(?:\w+:)?c>)"
)
_ROW_NUMBER = re.compile(rb"""\br=["'](\d{1,9})["']""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,4})(\d{1,9})["']""")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v>(\d{1,9})</")


@dataclass(slots=True)
class Measured:
    """One sheet: how far it reaches, and which cells (row, column; from 1 and 0) are broken."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0
    broken: dict[int, list[int]] = field(default_factory=dict)


def measure(archive: zipfile.ZipFile) -> dict[str, Measured]:
    """Each sheet of the workbook by its part's name. Raises Unreadable beyond a bound."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(_("This is no workbook of Excel's. Save it as .xlsx and send it again."))
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > EXPANDED_LIMIT:
        raise Unreadable(_too_large())
    texts = _shared_texts(archive) if "xl/sharedStrings.xml" in names else array("L")
    sheets = {}
    for part in parts:
        # Every part is read to its end: the zip's own checks tell a size that lies.
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            sheets[part.filename] = _measured(archive, part, texts)
        elif part.filename != "xl/sharedStrings.xml":
            _read_to_the_end(archive, part)
    return sheets


def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet; empty when the workbook doesn't say."""
    book = _tree(archive, "xl/workbook.xml")
    links = _tree(archive, "xl/_rels/workbook.xml.rels")
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            wanted = next((v for k, v in element.items() if k.endswith("}id")), None)
            target = next((e.get("Target", "") for e in links if e.get("Id") == wanted), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > SMALL_PART_LIMIT:
        raise Unreadable(_too_large())
    try:
        return ElementTree.fromstring(archive.read(name))  # noqa: S314 - bounded, and expat bounds entities
    except ElementTree.ParseError as error:
        raise zipfile.BadZipFile(name) from error


def _measured(archive: zipfile.ZipFile, part: zipfile.ZipInfo, texts: array[int]) -> Measured:
    sheet = Measured()
    row = column = 0
    for piece in _pieces(archive, part, tag=b"row"):
        for found in _CELL.finditer(piece):
            if found["cell"] is None:
                number = _ROW_NUMBER.search(found["row"])
                row, column = int(number[1]) if number else row + 1, 0
                continue
            place = _PLACE.search(found["cell"])
            row, column = (int(place[2]), _column(place[1])) if place else (row, column + 1)
            if found["holds"]:
                _count(sheet, row, column, found["cell"], found["holds"], texts)
    return sheet


def _count(
    sheet: Measured, row: int, column: int, marks: bytes, holds: bytes, texts: array[int]
) -> None:
    sheet.cells += 1
    sheet.rows, sheet.columns = max(sheet.rows, row), max(sheet.columns, column)
    kind = _TYPE.search(marks)
    value = _VALUE.search(holds)
    if kind and kind[1] == b"s" and value:
        index = int(value[1])
        sheet.text += texts[index] if index < len(texts) else 0
    elif (kind and kind[1] == b"e") or (b"<f" in holds and b"v>" not in holds):
        sheet.broken.setdefault(row, []).append(column - 1)
    if sheet.rows > ROWS_LIMIT or sheet.columns > COLUMNS_LIMIT:
        raise Unreadable(
            _("The sheet is larger than %(rows)d rows or %(columns)d columns. Send it in parts.")
            % {"rows": ROWS_LIMIT, "columns": COLUMNS_LIMIT}
        )
    if sheet.rows * sheet.columns > CELLS_LIMIT or sheet.text > TEXT_LIMIT:
        raise Unreadable(_too_large())


def _shared_texts(archive: zipfile.ZipFile) -> array[int]:
    """The length of each text that cells refer to by its number."""
    part = archive.getinfo("xl/sharedStrings.xml")
    pieces = _pieces(archive, part, tag=b"si")
    return array("L", (len(found[0]) for piece in pieces for found in _SHARED.finditer(piece)))


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo, tag: bytes) -> Iterator[bytes]:
    """The part in pieces that each end after a closing tag of that name."""
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            rest += chunk
            if end := _last_closing(rest, tag):
                yield rest[:end]
                rest = rest[end:]
            elif len(rest) > PIECE_LIMIT:
                raise Unreadable(_too_large())
    yield rest


def _last_closing(text: bytes, tag: bytes) -> int:
    end = len(text)
    while (end := text.rfind(tag + b">", 0, end)) >= 0:
        start = text.rfind(b"<", 0, end)
        if text[start + 1 : start + 2] == b"/":
            return end + len(tag) + 1
    return 0


def _read_to_the_end(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as file:
        while file.read(CHUNK):
            pass


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large() -> str:
    return _("Unpacked, the workbook is larger than we read. Send the orders in smaller files.")
