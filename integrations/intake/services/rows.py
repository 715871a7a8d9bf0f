"""A file of orders as a table: numbered rows of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

ROWS_LIMIT = 200_000
COLUMNS_LIMIT = 100
CELL_LENGTH_LIMIT = 32_767  # what a cell of a spreadsheet holds


class Broken(Enum):
    """A cell that shows something but can't be read: an error, a formula never worked out."""

    CELL = "broken"


Cell = str | int | float | bool | datetime | date | time | timedelta | Broken


class Unreadable(Exception):
    """The file as a whole can't be read. Its text is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something; ``number`` is the one a spreadsheet shows beside it."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows from the header on. ``decimal_comma``: the file parts its cells by semicolons, as
    programs do where the comma parts decimals. ``left_out`` names sheets that aren't read.
    """

    rows: Iterator[Row]
    decimal_comma: bool = False
    left_out: tuple[str, ...] = ()


def is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()
