"""Why a row of a file was not taken: a stable code and a sentence, beside its place and value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _later

from integrations.orders.services.faults import SENTENCES as ORDER_SENTENCES
from integrations.orders.services.faults import Fault, shown

SENTENCES = ORDER_SENTENCES | {
    "no-order-number": _later("The row has no order number."),
    "credit-note": _later("This is a credit note. Only sales orders go to Visma.net from here."),
    "conflict": _later("Row %(other)d of the same order says %(said)s."),
    "broken-cell": _later("The cell shows an error or a formula that was never worked out."),
    "date-in-text": _later("The spreadsheet has made a date of this. Format the cell as text."),
    "digits-lost": _later("The spreadsheet has cut this number to 15 digits. Enter it as text."),
    "unclear-number": _later(
        "The comma or blank may part thousands or decimals. Write 1234 or 1234.5."
    ),
    "unclear-date": _later("Day and month could be swapped. Write it like 2026-11-20."),
    "too-many-cells": _later(
        "The row has more cells than the header. A comma may stand in a text."
    ),
    "reference-reused": _later("This order number was taken in before, with other content."),
}

# Said of a file in words of its own; the member where one is named.
IN_A_FILE = {
    ("missing", "buyer"): _later("The order names no customer."),
    ("missing", "date"): _later("The order has no date."),
    ("missing", "item"): _later("The line names no item."),
    ("missing", "quantity"): _later("The line has no quantity."),
    ("missing", ""): _later("The cell is empty."),
    ("not-a-number", ""): _later("A number is expected here, like 12.50."),
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in one cell; ``row`` and ``column`` as a spreadsheet names them."""

    row: int
    column: str
    value: str
    code: str
    reason: str


def row_fault(row: int, column: str, value: object, code: str, **facts: Any) -> RowFault:
    """A fault with its sentence in the language that is active now."""
    reason = _(IN_A_FILE.get((code, ""), SENTENCES[code]))
    return RowFault(row, column, shown(value), code, reason % facts if facts else reason)


def of_order(row: int, column: str, member: str, found: Fault) -> RowFault:
    """A fault the order's own check found, at its place in the file."""
    said = IN_A_FILE.get((found.code, member)) or IN_A_FILE.get((found.code, ""))
    return RowFault(row, column, found.value, found.code, _(said) if said else found.message)


def reused_fault(row: int, column: str, reference: str) -> RowFault:
    """The order number was taken in before, and that order said something else."""
    return row_fault(row, column, reference, "reference-reused")
