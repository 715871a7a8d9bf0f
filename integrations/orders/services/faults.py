"""What can be wrong with a member of an order, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _later

SENTENCES = {
    "missing": _later("This is missing."),
    "unknown-member": _later("An order has no member of this name."),
    "not-an-object": _later("An object is expected here."),
    "not-a-list": _later("A list is expected here."),
    "not-a-text": _later("A text is expected here."),
    "not-a-number": _later("A number is expected here, with a point for decimals, like 12.50."),
    "not-a-date": _later("A date is expected here, written like 2026-11-20."),
    "too-long": _later("This may have at most %(longest)d characters."),
    "reference-too-long": _later(
        "With this integration's prefix %(prefix)s it has more than 40 characters."
    ),
    "unprintable": _later("This holds characters that can't be shown, such as a line break."),
    "stray-blanks": _later("Blanks at the start, at the end or two in a row are not allowed here."),
    "not-a-currency": _later("A currency is three capital letters, like NOK."),
    "not-an-order-type": _later("An order type is one to four letters or digits, like SO."),
    "not-a-priority": _later("This is urgent, normal or bulk."),
    "not-positive": _later("The quantity must be above zero. A return is not a sales order."),
    "negative": _later("The price can't be below zero."),
    "too-precise": _later("At most 15 digits travel unchanged, 6 of them after the point."),
    "too-large": _later("This is larger than an order can be."),
    "no-lines": _later("An order needs at least one line."),
    "too-many-lines": _later("An order may have at most %(most)d lines."),
    "date-out-of-range": _later("The year must lie between 1990 and 2100."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where (a JSON pointer, RFC 6901), a stable code, a sentence, the value."""

    path: str
    code: str
    message: str
    value: str


def fault(path: str, code: str, value: object = "", **facts: Any) -> Fault:
    """A fault with its sentence in the language that is active now."""
    message = _(SENTENCES[code])
    return Fault(path, code, message % facts if facts else message, shown(value))


def shown(value: object) -> str:
    """A value as a refusal may quote it: one short line."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value) if not isinstance(value, bool) else str(value).lower()
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:200])


def pointer(*names: str | int) -> str:
    """The JSON pointer to a member (RFC 6901, 3)."""
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)
