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
    """The header of the plain template. No example rows: they would be sent for real orders."""
    yield from lines([[column.heading for column in PLAIN.columns]])
