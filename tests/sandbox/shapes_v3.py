"""Holds an answer against the published shapes of V3."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sandbox.salesorders.answer_shapes import EXPANDED_STOCK, SECTIONS, SHAPES, Shape

__all__ = ["EXPANDED_STOCK", "SECTIONS", "Shape", "faults", "page"]


def faults(value: Any, kind: str, more: dict[str, Shape] | None = None) -> list[str]:
    """Where the value leaves its kind. ``more`` adds members to shapes for one expansion."""
    return _faults(value, kind, "$", more or {})


def page(kind: str) -> dict[str, Shape]:
    """The envelope of a list, to be given as ``more`` for the kind ``Page``."""
    return {"Page": {"value": f"[{kind}]?", "nextPage": "text?", "totalCount": "whole?"}}


def _faults(value: Any, kind: str, where: str, more: dict[str, Shape]) -> list[str]:
    if kind.endswith("?"):
        return [] if value is None else _faults(value, kind[:-1], where, more)
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{where} is no array"]
        return [f for one in value for f in _faults(one, kind[1:-1], f"{where}[]", more)]
    if kind.startswith("{"):
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        return [f for one in value.values() for f in _faults(one, kind[1:-1], f"{where}.*", more)]
    if kind in TESTS:
        return [] if TESTS[kind](value) else [f"{where} is no {kind}: {value!r}"]
    return _faults_of_object(value, SHAPES.get(kind, {}) | more.get(kind, {}), where, more)


def _faults_of_object(value: Any, shape: Shape, where: str, more: dict[str, Shape]) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where} is no object: {value!r}"]
    found = [f"{where}.{name} is missing" for name in shape.keys() - value.keys()]
    found += [f"{where}.{name} is not known" for name in value.keys() - shape.keys()]
    for name in value.keys() & shape.keys():
        found += _faults(value[name], shape[name], f"{where}.{name}", more)
    return sorted(found)


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9T:.-]+(Z|[+-]\d\d:\d\d)", value):
        return False
    return datetime.fromisoformat(value).tzinfo is not None


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and str(UUID(value)) == value


def _is_base64(value: Any) -> bool:
    return isinstance(value, str) and base64.b64encode(base64.b64decode(value)).decode() == value


TESTS = {
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
    "whole": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "number": lambda value: type(value) in {int, float},
    "moment": _is_moment,
    "bytes": _is_base64,
    "uuid": _is_uuid,
}
