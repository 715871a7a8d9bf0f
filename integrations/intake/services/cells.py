"""What a cell says: a text, a decimal or a day; where it can't be known, a code."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from integrations.intake.services.rows import Broken, Cell

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,\s\u00a0\u202f']\d{3})+")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: \d{1,2}[:.]\d{2}(?:[:.]\d{2})?)?")
_WHOLE = re.compile(r"\d+\.0")


class Unclear(Exception):
    """The cell can't be taken for what its column holds; ``args[0]`` is the code."""


def text_of(cell: Cell, *, whole_numbers: bool = False) -> str:
    """The text of a cell, without outer blanks; a number as a person reads it.

    With ``whole_numbers``, 17850.0 is 17850 also when it comes as a text, as some programs export
    it. Raises Unclear for dates and yes/no, and for numbers a spreadsheet has cut to 15 digits.
    """
    if isinstance(cell, str):
        text = cell.strip()
        return text[:-2] if whole_numbers and _WHOLE.fullmatch(text) else text
    if isinstance(cell, Broken):
        raise Unclear("broken-cell")
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Unclear("date-in-text" if not isinstance(cell, bool) else "not-a-text")
    return _digits(cell)


def sentence_of(cell: Cell) -> str:
    """A text that is only read by people: what can't be shown becomes a blank."""
    text = text_of(cell)
    return text if text.isprintable() else _showable(text)


def decimal_of(cell: Cell, *, decimal_comma: bool) -> str:
    """The number of a cell as a decimal text. Raises Unclear rather than guess at a comma."""
    if isinstance(cell, Broken):
        raise Unclear("broken-cell")
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _digits(cell)
    text = cell.strip() if isinstance(cell, str) else "?"
    if not text:
        return ""
    is_grouped = _THOUSANDS.fullmatch(text) is not None
    if _COMMA.fullmatch(text) and decimal_comma:
        return text.replace(",", ".")
    if is_grouped and (decimal_comma or "." not in text):
        raise Unclear("unclear-number")
    if not _PLAIN.fullmatch(text):
        raise Unclear("unclear-number" if _COMMA.fullmatch(text) else "not-a-number")
    return text


def day_of(cell: Cell) -> str:
    """The day of a cell as 2010-12-01. Raises Unclear where day and month could be swapped."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Broken):
        raise Unclear("broken-cell")
    text = cell.strip() if isinstance(cell, str) else "?"
    if not text:
        return ""
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DOTTED.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise Unclear("unclear-date" if "/" in text else "not-a-date")
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError as error:
        raise Unclear("not-a-date") from error


def _digits(number: float) -> str:
    # A spreadsheet keeps and shows 15 digits; what a double has beyond them is noise.
    text = format(number, ".15g")
    if "e" in text or "n" in text:
        if abs(number) >= 1e15 or "n" in text:
            raise Unclear("digits-lost")
        return format(Decimal(text), "f")
    return text


def _showable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()
