"""Rules about one value that is there and not null, each from its code or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.salesorders import codes

# Returns the code of what is wrong with the value, or None.
Rule = Callable[[Any], str | None]

INT32 = 2**31
# Doubles go higher; amounts beyond this are no trade, and would not fit a sum of lines.
LARGEST = Decimal(10) ** 20
SHIPPING_RULES = ("CancelRemainder", "BackOrderAllowed", "ShipComplete")


@dataclass(frozen=True, slots=True)
class ListOf:
    shape: Shape


@dataclass(frozen=True, slots=True)
class Shape:
    """The members of an object. ``not_nullable`` ones are refused as null, ``required`` absent."""

    members: Mapping[str, tuple[str, Member]]
    required: tuple[str, ...] = ()
    not_nullable: frozenset[str] = frozenset()


Member = Rule | Shape | ListOf


def shape(
    members: Mapping[str, Member],
    required: tuple[str, ...] = (),
    not_nullable: tuple[str, ...] = (),
) -> Shape:
    """Each member is kept with its name as written here, so that orders share the names."""
    return Shape(
        {name: (name, rule) for name, rule in members.items()},
        required,
        frozenset(required + not_nullable),
    )


# What the sandbox's own OpenAPI document says of a rule.
SCHEMAS: dict[Rule, dict[str, Any]] = {}


def described(rule: Rule, kind: str, **more: Any) -> Rule:
    """The rule, with its JSON schema in ``SCHEMAS``; members that are None are left out."""
    limits = {name: value for name, value in more.items() if value is not None}
    SCHEMAS[rule] = {"type": kind, **limits}
    return rule


def text(longest: int | None = None, *, least: int = 0) -> Rule:
    def check(value: Any) -> str | None:
        if value.__class__ is not str or not (value.isascii() or _is_utf8(value)):
            return codes.VALUE
        if longest is not None and len(value) > longest:
            return codes.LENGTH
        return codes.EMPTY if len(value) < least else None

    limits = {"maxLength": longest, "minLength": least or None}
    return described(check, "string", **limits)


def one_of(*allowed: str, code: str = codes.VALUE) -> Rule:
    """Any letter case; empty counts as not given."""
    known = {choice.lower() for choice in allowed} | {""}

    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and value.lower() in known else code

    return described(check, "string", description=f"One of {', '.join(allowed)}")


def number(lowest: float | None = None, highest: float | None = None) -> Rule:
    def check(value: Any) -> str | None:
        if value.__class__ is not int and value.__class__ is not Decimal:
            return codes.VALUE
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            return codes.RANGE
        return None if -LARGEST < value < LARGEST else codes.RANGE

    return described(check, "number", format="double", minimum=lowest, maximum=highest)


def four_decimals(value: Any) -> str | None:
    """A free decimal column, which has four places."""
    if code := number()(value):
        return code
    exponent = Decimal(value).normalize().as_tuple().exponent
    return codes.VALUE if isinstance(exponent, int) and exponent < -4 else None


def whole(value: Any) -> str | None:
    return None if value.__class__ is int and -INT32 <= value < INT32 else codes.VALUE


def flag(value: Any) -> str | None:
    return None if value is True or value is False else codes.VALUE


def moment(value: Any) -> str | None:
    """A date, with a time or without; not the shorter and weekly forms of ISO 8601."""
    if value.__class__ is not str or value[4:5] != "-" or value[7:8] != "-":
        return codes.VALUE
    return codes.VALUE if read_moment(value) is None else None


def texts(value: Any) -> str | None:
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return None if is_list else codes.VALUE


def text_by_text(value: Any) -> str | None:
    is_map = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return None if is_map else codes.VALUE


def read_moment(value: str) -> datetime | None:
    """Read an ISO 8601 date-time; without an offset it is UTC. None when it is none."""
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


described(four_decimals, "number", format="double")
described(whole, "integer", format="int32")
described(flag, "boolean")
described(moment, "string", format="date-time")
described(texts, "array", items={"type": "string"})
described(text_by_text, "object", additionalProperties={"type": "string"})


def _is_utf8(value: str) -> bool:
    """JSON can name half a character, which cannot be written back."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
