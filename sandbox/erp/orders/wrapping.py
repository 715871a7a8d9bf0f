"""Takes values out of their ``{"value": ...}``, and refuses those that come without."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.erp.orders.fields import ADDRESS, CONTACT, Field
from sandbox.salesorders.shapes import read_moment


class Unreadable(Exception):
    """The body is not a SalesOrderUpdateDto; the text names the member."""


def unwrap(body: Any, fields: dict[str, Field], where: str, *, strict: bool) -> dict[str, Any]:
    """Return the members of ``fields`` that carry a value. Raises Unreadable.

    An unknown member is ignored; so is a wrapper without a value. ``where`` names the object
    in messages; ``strict`` refuses a bare value.
    """
    if not isinstance(body, dict):
        raise Unreadable(f"{where or 'The body'} must be an object.")
    found: dict[str, Any] = {}
    for name, sent in body.items():
        field = fields.get(name)
        if field is None or sent is None:
            continue
        place = f"{where}.{name}" if where else name
        value = _bare(sent, field, place, strict=strict)
        if value is not None:
            found[name] = _typed(value, field, place, strict=strict)
    return found


def _bare(sent: Any, field: Field, place: str, *, strict: bool) -> Any:
    if isinstance(sent, dict) and (strict or "value" in sent or not sent):
        return sent.get("value")
    if strict:
        raise Unreadable(f"{place} must be sent as an object with a member value.")
    return sent


def _typed(value: Any, field: Field, place: str, *, strict: bool) -> Any:
    if field.kind == "address":
        return unwrap(value, ADDRESS, place, strict=strict)
    if field.kind == "contact":
        return unwrap(value, CONTACT, place, strict=strict)
    if field.kind == "text" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not _FITS[field.kind](value):
        raise Unreadable(f"The value of {place} is not a {_NAMES[field.kind]}.")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


_FITS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "moment": lambda value: isinstance(value, str) and read_moment(value) is not None,
}
_NAMES = {
    "text": "text",
    "whole": "whole number",
    "number": "number",
    "flag": "true or false",
    "moment": "date and time",
}
