"""CSV files a person opens in a spreadsheet: semicolons and a byte order mark, as Excel likes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from django.utils.translation import gettext as _

from integrations.intake.models import Upload
from integrations.intake.services.mappings import PLAIN

BOM = "\ufeff"
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
TEMPLATE_ROWS = (
    ("1001", "10042", "2026-11-20", "22622", "6", "9.95", "Vintage alphabet blocks"),
    ("1001", "10042", "2026-11-20", "POST", "1", "18", "Postage"),
    ("1002", "10043", "2026-11-20", "21755", "2", "5.95", "Building block word"),
)


class _Line:
    """A file for csv.writer that hands back what it was given."""

    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a CSV file, with every cell made harmless to a spreadsheet."""
    writer = csv.writer(_Line(), delimiter=";")
    yield BOM
    for row in rows:
        yield writer.writerow([harmless(str(cell)) for cell in row])


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a plain number stays one."""
    is_formula = text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def refusals(upload: Upload) -> Iterator[str]:
    """Every fault of a file, in the order of its rows."""
    header = [_("Row"), _("Order number"), _("Column"), _("Value"), _("Reason"), _("Code")]
    names = ("row", "reference", "column", "value", "reason", "code")
    rows = upload.refusals.order_by("pk").values_list(*names).iterator(chunk_size=1000)
    yield from lines(chain([header], rows))


def template() -> Iterator[str]:
    """The plain template with two orders as an example."""
    headings = [column.heading for column in PLAIN.columns]
    width = len(headings)
    members = ["reference", "buyer", "date", "item", "quantity", "unit_price", "description"]
    places = [headings.index(PLAIN.heading_of(member)) for member in members]
    yield from lines([headings, *(_row(cells, places, width) for cells in TEMPLATE_ROWS)])


def _row(cells: tuple[str, ...], places: list[int], width: int) -> list[str]:
    row = [""] * width
    for place, cell in zip(places, cells, strict=True):
        row[place] = cell
    return row
