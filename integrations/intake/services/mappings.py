"""Named mappings: which column of a file says what of an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.intake.services.rows import COLUMNS_LIMIT, Broken, Cell, is_empty

NAME, SENTENCE, NUMBER, DAY = "name", "sentence", "number", "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, the member it fills, what its cells hold.

    ``of_order`` members must be alike on all lines of an order, or stand on one of them.
    ``needed`` columns must be there and filled. ``whole_numbers`` may be exported as the text
    17850.0. A column with an empty ``member`` is read over.
    """

    heading: str
    member: str
    holds: str = NAME
    of_order: bool = False
    needed: bool = False
    whole_numbers: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of one kind of file.

    ``credit_note_mark`` begins the numbers of credit notes. A ``strict`` mapping refuses columns
    it doesn't know: in a template of ours they are misspelt.
    """

    name: str
    label: str | Promise
    columns: tuple[Column, ...]
    constants: dict[str, str] = field(default_factory=dict)
    credit_note_mark: str = ""
    strict: bool = False

    def column(self, member: str) -> Column:
        return next(column for column in self.columns if column.member == member)

    def heading_of(self, member: str) -> str:
        """The heading of a member's column; empty when the mapping has none."""
        return next((c.heading for c in self.columns if c.member == member), "")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a file has the columns of its mapping, which headings nobody knows, how wide it is."""

    places: dict[int, Column]
    unused: list[str]
    width: int


class WrongColumns(Exception):
    """The header row doesn't fit. Lists headings: absent, twice there, not known."""

    def __init__(self, absent: list[str], twice: list[str], unknown: list[str]) -> None:
        super().__init__()
        self.absent, self.twice, self.unknown = absent, twice, unknown


def find_columns(mapping: Mapping, cells: Sequence[Cell]) -> Header:
    """Read a header row; case, blanks and underscores don't count. Raises WrongColumns."""
    known = {_bare(h): c for c in mapping.columns for h in (c.heading, *c.also)}
    places: dict[int, Column] = {}
    unused: list[str] = []
    for index, cell in enumerate(cells[:COLUMNS_LIMIT]):
        heading = "" if isinstance(cell, Broken) else str(cell).strip()
        if _bare(heading) in known:
            places[index] = known[_bare(heading)]
        elif not is_empty(heading):
            unused.append(heading[:80])
    found = [column.heading for column in places.values()]
    absent = [c.heading for c in mapping.columns if c.needed and c.heading not in found]
    twice = sorted({heading for heading in found if found.count(heading) > 1})
    unknown = unused if mapping.strict else []
    if absent or twice or unknown:
        raise WrongColumns(absent, twice, unknown)
    return Header(places, unused, len(cells))


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading).casefold()


PLAIN = Mapping(
    name="plain",
    label=_("The plain template"),
    columns=(
        Column("order_number", "reference", of_order=True, needed=True),
        Column("customer", "buyer", of_order=True, needed=True),
        Column("order_date", "date", DAY, of_order=True, needed=True),
        Column("item", "item", needed=True),
        Column("quantity", "quantity", NUMBER, needed=True),
        Column("unit_price", "unit_price", NUMBER),
        Column("item_text", "description", SENTENCE),
        Column("unit", "unit"),
        Column("warehouse", "warehouse"),
        Column("tax_category", "tax_category"),
        Column("currency", "currency", of_order=True),
        Column("order_type", "type", of_order=True),
        Column("branch", "branch", of_order=True),
        Column("order_text", "order_description", SENTENCE, of_order=True),
        Column("priority", "priority", of_order=True),
    ),
    strict=True,
)

ONLINE_RETAIL = Mapping(
    name="online-retail",
    label=_("Online Retail export"),
    columns=(
        Column("InvoiceNo", "reference", of_order=True, needed=True, whole_numbers=True,
               also=("Invoice",)),
        Column("CustomerID", "buyer", of_order=True, needed=True, whole_numbers=True),
        Column("InvoiceDate", "date", DAY, of_order=True, needed=True),
        Column("StockCode", "item", needed=True, whole_numbers=True),
        Column("Quantity", "quantity", NUMBER, needed=True),
        Column("UnitPrice", "unit_price", NUMBER, needed=True, also=("Price",)),
        Column("Description", "description", SENTENCE),
        Column("Country", ""),
    ),
    constants={"currency": "GBP"},
    credit_note_mark="C",
)  # fmt: skip

MAPPINGS = {mapping.name: mapping for mapping in (PLAIN, ONLINE_RETAIL)}
