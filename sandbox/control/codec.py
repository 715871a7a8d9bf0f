"""Writes records as JSON and reads them back, guided by the type hints of their classes.

Records that are held in several places stay one: the second time only their number is
written. ``Any`` holds what came as JSON, fractions as Decimal.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

PLAIN = (bool, int, str, NoneType)
TAG = "$"


class NotCarried(Exception):
    """A value has a type, or a document a member, that can't be carried; the text says where."""


@cache
def members(kind: type) -> dict[str, Any]:
    """The hints of a record's members, in the order they are written."""
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


class Writer:
    """Makes JSON of records; one writer per document."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []  # As long as we number by id, nothing may be freed.

    def write(self, value: Any, hint: Any) -> Any:
        """Raises NotCarried."""
        if hint is Any:
            return self._any(value)
        if value is None or hint in PLAIN or get_origin(hint) is Literal:
            return value
        if is_dataclass(hint):
            return self._record(value)
        if alternatives := _alternatives(hint):
            return self._one_of(value, alternatives)
        if get_origin(hint) is dict:
            return self._mapping(value, get_args(hint))
        if get_origin(hint) in {list, set, frozenset, tuple}:
            return self._several(value, hint)
        return _write_scalar(value, hint)

    def _record(self, value: Any) -> Any:
        number = self._numbers.get(id(value))
        if number is not None:
            return {TAG: number}
        self._numbers[id(value)] = len(self._numbers)
        self._kept.append(value)
        return {
            name: self.write(getattr(value, name), hint)
            for name, hint in members(value.__class__).items()
        }

    def _one_of(self, value: Any, alternatives: list[Any]) -> Any:
        if len(alternatives) == 1:
            return self.write(value, alternatives[0])
        number = next((n for n, one in enumerate(alternatives) if _is_of(value, one)), None)
        if number is None:
            raise NotCarried(f"A {type(value).__name__} is none of {alternatives}")
        if alternatives[number] in PLAIN or alternatives[number] is float:
            return value
        return {TAG: number, "value": self.write(value, alternatives[number])}

    def _mapping(self, value: dict[Any, Any], hints: tuple[Any, ...]) -> Any:
        key_hint, hint = hints
        if key_hint is str:
            return {key: self.write(one, hint) for key, one in value.items()}
        return [[self.write(key, key_hint), self.write(one, hint)] for key, one in value.items()]

    def _several(self, value: Any, hint: Any) -> Any:
        hints = _hints_of(hint, len(value))
        written = [self.write(one, of) for one, of in zip(value, hints, strict=True)]
        return sorted(written, key=repr) if isinstance(value, set | frozenset) else written

    def _any(self, value: Any) -> Any:
        if isinstance(value, (*PLAIN, float)):
            return value
        if isinstance(value, Decimal):
            return {TAG: str(value)}
        if isinstance(value, list | tuple):
            return [self._any(one) for one in value]
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            written = {key: self._any(one) for key, one in value.items()}
            return {TAG: None, "value": written} if TAG in written else written
        raise NotCarried(f"A {type(value).__name__} among what came as JSON")


class Reader:
    """Makes records of JSON again; one reader per document."""

    def __init__(self) -> None:
        self._records: list[Any] = []

    def read(self, content: Any, hint: Any, where: str) -> Any:
        """Raises NotCarried that says where."""
        try:
            return self._read(content, hint, where)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError) as e:
            raise NotCarried(f"{where} cannot be read: {e}") from e

    def _read(self, content: Any, hint: Any, where: str) -> Any:
        if hint is Any:
            return _read_any(content)
        alternatives = _alternatives(hint)
        if content is None and (hint is NoneType or alternatives):
            return None
        if alternatives:
            return self._one_of(content, alternatives, where)
        if hint in PLAIN or get_origin(hint) is Literal:
            return _checked(content, hint, where)
        if is_dataclass(hint) and isinstance(hint, type):
            return self._record(content, hint, where)
        if get_origin(hint) is dict:
            return self._mapping(content, get_args(hint), where)
        if get_origin(hint) in {list, set, frozenset, tuple}:
            hints = _hints_of(hint, len(content))
            several = (
                self.read(one, of, f"{where}[{number}]")
                for number, (one, of) in enumerate(zip(content, hints, strict=True))
            )
            return get_origin(hint)(several)
        return _read_scalar(content, hint)

    def _record(self, content: Any, kind: type, where: str) -> Any:
        if not isinstance(content, dict):
            raise NotCarried(f"{where} is no {kind.__name__}")
        if TAG in content:
            return self._records[content[TAG]]
        record: Any = object.__new__(kind)
        self._records.append(record)
        hints = members(kind)
        if unknown := content.keys() - hints.keys():
            raise NotCarried(f"{where} has a member {min(unknown)!r}, which is not known here")
        for one in fields(kind):
            if one.name in content:
                value = self.read(content[one.name], hints[one.name], f"{where}.{one.name}")
            elif one.default is not MISSING:
                value = one.default
            elif one.default_factory is not MISSING:
                value = one.default_factory()
            else:
                raise NotCarried(f"{where} has no {one.name!r}")
            object.__setattr__(record, one.name, value)
        return record

    def _one_of(self, content: Any, alternatives: list[Any], where: str) -> Any:
        if len(alternatives) == 1:
            return self.read(content, alternatives[0], where)
        if isinstance(content, dict) and TAG in content:
            return self.read(content["value"], alternatives[content[TAG]], where)
        return content

    def _mapping(self, content: Any, hints: tuple[Any, ...], where: str) -> Any:
        key_hint, hint = hints
        if key_hint is str:
            return {key: self.read(one, hint, f"{where}.{key}") for key, one in content.items()}
        return {
            self.read(key, key_hint, where): self.read(one, hint, f"{where}[{key}]")
            for key, one in content
        }


def uncarried(hint: Any, where: str, _seen: set[Any] | None = None) -> Iterator[str]:
    """Where, among all types reachable from a hint, one is that can't be carried."""
    seen = set() if _seen is None else _seen
    if hint in seen or hint is Any or get_origin(hint) is Literal:
        return
    if hint in PLAIN or hint in SCALARS or (isinstance(hint, type) and issubclass(hint, Enum)):
        return
    if is_dataclass(hint) and isinstance(hint, type):
        seen.add(hint)
        for name, inner in members(hint).items():
            yield from uncarried(inner, f"{hint.__name__}.{name}", seen)
    elif get_origin(hint) in {dict, list, set, frozenset, tuple, Union, UnionType}:
        for inner in get_args(hint):
            if inner is not Ellipsis:
                yield from uncarried(inner, where, seen)
    else:
        yield f"{where}: {hint}"


SCALARS: tuple[type, ...] = (float, Decimal, datetime, bytes, random.Random)


def _write_scalar(value: Any, hint: Any) -> Any:
    match value:
        case float() | int() if hint is float:
            return value if abs(value) != float("inf") else str(value)
        case Decimal():
            return str(value)
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case random.Random():
            return value.getstate()
        case Enum():
            return value.name
        case _:
            raise NotCarried(f"A {type(value).__name__} can't be carried")


def _read_scalar(content: Any, hint: Any) -> Any:
    if hint is float:
        return float(content)
    if hint is Decimal:
        return Decimal(content)
    if hint is datetime:
        return datetime.fromisoformat(content)
    if hint is bytes:
        return base64.b64decode(content, validate=True)
    if hint is random.Random:
        chance = random.Random()  # noqa: S311 - chances, not secrets
        version, numbers, gauss = content
        chance.setstate((version, tuple(numbers), gauss))
        return chance
    return hint[content]


def _read_any(content: Any) -> Any:
    if isinstance(content, list):
        return [_read_any(one) for one in content]
    if not isinstance(content, dict):
        return content
    if TAG not in content:
        return {key: _read_any(one) for key, one in content.items()}
    if content[TAG] is None:
        return {key: _read_any(one) for key, one in content["value"].items()}
    return Decimal(content[TAG])


def _checked(content: Any, hint: Any, where: str) -> Any:
    fits = content in get_args(hint) if get_origin(hint) is Literal else type(content) is hint
    if not fits:
        raise NotCarried(f"{where} can't be {content!r}")
    return content


def _alternatives(hint: Any) -> list[Any]:
    if get_origin(hint) not in {Union, UnionType}:
        return []
    return [one for one in get_args(hint) if one is not NoneType]


def _hints_of(hint: Any, length: int) -> list[Any]:
    of = get_args(hint)
    if get_origin(hint) is tuple and of[-1:] != (Ellipsis,):
        return list(of)
    return [of[0]] * length


def _is_of(value: Any, hint: Any) -> bool:
    kind = get_origin(hint) or hint
    if kind is Literal:
        return value in get_args(hint)
    return type(value) is kind
