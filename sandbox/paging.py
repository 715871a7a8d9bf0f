"""Zero-based paging, as V3 does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Row = TypeVar("Row")


class BadPaging(Exception):
    """pageSize or pageIndex is out of range."""


@dataclass(frozen=True, slots=True)
class Page:
    index: int
    size: int

    def cut(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[self.index * self.size : (self.index + 1) * self.size]

    def has_next(self, total: int) -> bool:
        return (self.index + 1) * self.size < total


def read_page(query: dict[str, str], *, default_size: int, largest: int) -> Page:
    """Parameter names in any letter case. Raises BadPaging."""
    given = {name.lower(): value for name, value in query.items()}
    size = _whole(given.get("pagesize"), default_size, "pageSize")
    index = _whole(given.get("pageindex"), 0, "pageIndex")
    if not 1 <= size <= largest:
        raise BadPaging(f"pageSize must be between 1 and {largest}.")
    if index < 0:
        raise BadPaging("pageIndex must not be negative.")
    return Page(index, size)


def _whole(value: str | None, default: int, name: str) -> int:
    if value is None or value == "":
        return default
    try:
        return int(value)
    except ValueError as error:
        raise BadPaging(f"{name} must be a number.") from error
