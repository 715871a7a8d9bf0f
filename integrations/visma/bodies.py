"""Reads JSON that may have been cut, doubled or made up by something between us and Visma."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from typing import Any, NoReturn

from integrations.visma.errors import Malformed


def read_json(body: bytes) -> Any:
    """Return the JSON value of a body, fractions as Decimal.

    Raises Malformed for anything but one UTF-8 JSON value without repeated keys.
    """
    with contextlib.suppress(ValueError, RecursionError, ArithmeticError):
        return json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
    # Raised out here, since the parser's own exception quotes the body, which may hold a token.
    raise Malformed("The answer is not one JSON value")


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raises Malformed for anything else."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise Malformed("The answer is not a JSON object")
    return value


def clean(value: object, limit: int) -> str:
    """Return an outside text fit to store and show: one line of at most ``limit`` characters."""
    if value is None:
        return ""
    text = "".join(c if c.isprintable() else " " for c in str(value)[: limit * 4])
    return " ".join(text.split())[:limit]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated key")
    return members
