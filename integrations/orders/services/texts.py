"""Texts and numbers as an order may hold them: pure checks, each answering a code or nothing."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

DIGITS = 15  # what a double, and so any reader of JSON, keeps exactly
PLACES = 6
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_UNSHOWABLE = {"Cc", "Cs", "Cn", "Zl", "Zp"}


def width(text: str) -> int:
    """The length as Visma's side counts it: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def text_fault(value: object, longest: int) -> str | None:
    """Why a value is no showable text of 1 to ``longest`` characters; None when it is."""
    if not isinstance(value, str):
        return "not-a-text"
    if not value.strip():
        return "missing"
    if width(value) > longest:
        return "too-long"
    if not value.isprintable() and not _UNSHOWABLE.isdisjoint(map(unicodedata.category, value)):
        return "unprintable"
    return None


def name_fault(value: object, longest: int) -> str | None:
    """As ``text_fault``, for what is compared letter by letter: numbers of items, references."""
    fault = text_fault(value, longest)
    if fault or not isinstance(value, str):
        return fault
    if not value.isprintable():
        return "unprintable"
    if value != value.strip() or "  " in value:
        return "stray-blanks"
    return None


def decimal_of(value: object) -> Decimal | None:
    """The number a decimal text (or a JSON number) stands for; None when it is none.

    A float is never taken: it has lost what was written.
    """
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    # A few letters of JSON (1e999999999) can stand for gigabytes of digits.
    number = Decimal(value)
    is_sane = number.is_finite() and abs(number.adjusted()) <= 40
    return number if is_sane and len(number.as_tuple().digits) <= 80 else None


def canonical(number: Decimal) -> str:
    """One text per number: no exponent, no plus, no closing zeros."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text.lstrip("+")


def is_exact(number: Decimal) -> bool:
    """Whether the number travels unchanged: at most 15 digits, 6 of them decimals."""
    whole, _, places = canonical(abs(number)).partition(".")
    return len(places) <= PLACES and len(whole) + len(places) <= DIGITS
