"""CSV as it comes in life: UTF-8 with or without its mark, Windows-1252, comma, semicolon, tab."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from integrations.intake.services.rows import CELL_LENGTH_LIMIT, Row, Table, Unreadable

DELIMITERS = (",", ";", "\t")
CHUNK = 1 << 20
HEADER_LENGTH_LIMIT = 20_000
ROW_LENGTH_LIMIT = 2_000_000


def read_table(path: Path) -> Table:
    """The rows of a CSV file, streamed. Raises Unreadable, also while the rows are read."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as lines:
        said, header = _header(lines)
    delimiter = said or _delimiter(header)
    return Table(_rows(path, encoding, delimiter, skip=bool(said)), decimal_comma=delimiter == ";")


def _rows(path: Path, encoding: str, delimiter: str, *, skip: bool) -> Iterator[Row]:
    csv.field_size_limit(CELL_LENGTH_LIMIT)
    with path.open(encoding=encoding, newline="") as lines:
        bounded = _Lines(lines)
        reader = csv.reader(islice(bounded, int(skip), None), delimiter=delimiter, strict=True)
        number = int(skip)
        try:
            for cells in reader:
                number += 1
                bounded.room = ROW_LENGTH_LIMIT
                if any(cell.strip() for cell in cells):
                    yield Row(number, list(cells))
        except csv.Error as error:
            raise Unreadable(
                _(
                    "Row %(row)d can't be read: a quotation mark is open or stands in the middle "
                    "of a text, or a cell is too long. Mend the row and send the file again."
                )
                % {"row": number + 1}
            ) from error


class _Lines:
    """The lines of a file, as long as they make rows of a bearable length."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.room = ROW_LENGTH_LIMIT

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self.room + 1)
        self.room -= len(line)
        if not line:
            raise StopIteration
        if self.room < 0:
            raise csv.Error
        return line


def _header(lines: TextIO) -> tuple[str, str]:
    """The delimiter a first line ``sep=;`` names, and the first line that holds something."""
    first = lines.readline(HEADER_LENGTH_LIMIT)
    if first.lower().startswith("sep=") and first[4:5] in DELIMITERS:
        return first[4:5], ""
    rest = iter(lambda: lines.readline(HEADER_LENGTH_LIMIT), "")
    return "", next((line for line in chain([first], rest) if line.strip()), "")


def _delimiter(header: str) -> str:
    """The one that makes the most columns of the header."""

    def columns(delimiter: str) -> int:
        return len(next(csv.reader([header], delimiter=delimiter), []))

    return max(DELIMITERS, key=columns)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(CHUNK)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in head:
            raise Unreadable(
                _("This is neither a workbook nor a text file. Save it as .xlsx or .csv.")
            )
        file.seek(0)
        for encoding in ("utf-8-sig", "cp1252"):
            file.seek(0)
            if _decodes(iter(lambda: file.read(CHUNK), b""), encoding):
                return encoding
    raise Unreadable(_("The letters of this file can't be read. Save it as CSV in UTF-8."))


def _decodes(chunks: Iterator[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
