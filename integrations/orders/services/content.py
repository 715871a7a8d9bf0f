"""The portal's own order: what it may say, and the one way of writing it down.

An order is ``{"reference", "buyer", "date", "lines": [{"item", "quantity"}]}`` and may also hold
``currency``, ``type``, ``branch``, ``description``, and in a line ``description``, ``unit_price``,
``unit``, ``warehouse``, ``tax_category``. Lengths are those of Visma's NewSalesOrderCommand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.orders.models import REFERENCE_LENGTH
from integrations.orders.services import texts
from integrations.orders.services.faults import Fault, fault, pointer
from integrations.orders.services.totals import TOTAL_LIMIT, line_amount

LINES_LIMIT = 1000  # the API reads and deletes lines by the thousand; more is unproven
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ORDER_TYPE = re.compile(r"[A-Za-z0-9]{1,4}")

# A check answers the member's canonical text, or a code with the facts its sentence needs.
Refused = tuple[str, dict[str, Any]]
Check = Callable[[object], "str | Refused"]


@dataclass(frozen=True, slots=True)
class Checked:
    """Canonical content exactly when there are no faults."""

    content: dict[str, Any] | None
    faults: list[Fault] = field(default_factory=list)


def check(raw: object, *, prefix: str = "") -> Checked:
    """Check an order as it came in and write it canonically, every fault named.

    Decimals may come as texts or as JSON numbers read exactly (int, Decimal); they become texts.
    A member that is null counts as left out. ``prefix`` is the integration's: with it the
    reference must fit 40 characters.
    """
    if not isinstance(raw, dict):
        return Checked(None, [fault("", "not-an-object", raw)])
    content, faults = _members(raw, (), ORDER, optional=ORDER_OPTIONAL, beside={"lines"})
    lines, line_faults = _lines(raw.get("lines"))
    faults += line_faults + _prefix_faults(content, prefix) + _total_faults(lines, line_faults)
    return Checked(None, faults) if faults else Checked(content | {"lines": lines})


def _lines(raw: object) -> tuple[list[dict[str, str]], list[Fault]]:
    if raw is None or raw == []:
        return [], [fault("/lines", "no-lines")]
    if not isinstance(raw, list):
        return [], [fault("/lines", "not-a-list", raw)]
    if len(raw) > LINES_LIMIT:
        return [], [fault("/lines", "too-many-lines", len(raw), most=LINES_LIMIT)]
    lines: list[dict[str, str]] = []
    faults: list[Fault] = []
    for index, line in enumerate(raw):
        if not isinstance(line, dict):
            faults.append(fault(pointer("lines", index), "not-an-object", line))
            continue
        members, found = _members(line, ("lines", index), LINE, optional=LINE_OPTIONAL)
        lines.append(members)
        faults += found
    return lines, faults


def _members(
    raw: Mapping[Any, object],
    place: tuple[str | int, ...],
    needed: dict[str, Check],
    *,
    optional: dict[str, Check],
    beside: Set[str] = frozenset(),
) -> tuple[dict[str, str], list[Fault]]:
    members: dict[str, str] = {}
    faults = [
        fault(pointer(*place, name), "unknown-member")
        for name in raw
        if name not in needed and name not in optional and name not in beside
    ]
    for name, member_check in (needed | optional).items():
        value = raw.get(name)
        if value is None and name in optional:
            continue
        verdict = member_check(value)
        if isinstance(verdict, str):
            members[name] = verdict
        else:
            code, facts = verdict
            faults.append(fault(pointer(*place, name), code, value, **facts))
    return members, faults


def _prefix_faults(content: dict[str, str], prefix: str) -> list[Fault]:
    reference = content.get("reference", "")
    if not reference or texts.width(prefix + reference) <= REFERENCE_LENGTH:
        return []
    return [fault("/reference", "reference-too-long", reference, prefix=prefix)]


def _total_faults(lines: list[dict[str, str]], faults: list[Fault]) -> list[Fault]:
    if faults or sum(line_amount(line) for line in lines) < TOTAL_LIMIT:
        return []
    return [fault("/lines", "too-large")]


def _name(longest: int) -> Check:
    def named(value: object) -> str | Refused:
        code = "missing" if value is None else texts.name_fault(value, longest)
        return (code, {"longest": longest} if code == "too-long" else {}) if code else str(value)

    return named


def _text(longest: int) -> Check:
    def text(value: object) -> str | Refused:
        code = texts.text_fault(value, longest)
        return (code, {"longest": longest} if code == "too-long" else {}) if code else str(value)

    return text


def _pattern(pattern: re.Pattern[str], code: str) -> Check:
    def matching(value: object) -> str | Refused:
        return value if isinstance(value, str) and pattern.fullmatch(value) else (code, {})

    return matching


def _day(value: object) -> str | Refused:
    if value is None or value == "":
        return "missing", {}
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return "not-a-date", {}
    try:
        year = date.fromisoformat(value).year
    except ValueError:
        return "not-a-date", {}
    return value if 1990 <= year <= 2100 else ("date-out-of-range", {})


def _quantity(value: object) -> str | Refused:
    return _number(value, is_fit=lambda number: number > 0, code="not-positive")


def _price(value: object) -> str | Refused:
    return _number(value, is_fit=lambda number: number >= 0, code="negative")


def _number(value: object, *, is_fit: Callable[[Decimal], bool], code: str) -> str | Refused:
    if value is None or value == "":
        return "missing", {}
    number = texts.decimal_of(value)
    if number is None:
        return "not-a-number", {}
    if not is_fit(number):
        return code, {}
    if number >= TOTAL_LIMIT:
        return "too-large", {}
    return texts.canonical(number) if texts.is_exact(number) else ("too-precise", {})


ORDER: dict[str, Check] = {"reference": _name(REFERENCE_LENGTH), "buyer": _name(30), "date": _day}
ORDER_OPTIONAL: dict[str, Check] = {
    "currency": _pattern(_CURRENCY, "not-a-currency"),
    "type": _pattern(_ORDER_TYPE, "not-an-order-type"),
    "branch": _name(30),
    "description": _text(255),
}
LINE: dict[str, Check] = {"item": _name(30), "quantity": _quantity}
LINE_OPTIONAL: dict[str, Check] = {
    "description": _text(256),
    "unit_price": _price,
    "unit": _name(6),
    "warehouse": _name(30),
    "tax_category": _name(10),
}
