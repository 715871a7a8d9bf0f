"""A table of rows becomes orders: good ones, and refused ones with every fault named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from integrations.deliveries.models import Delivery
from integrations.intake.services.grouping import Group, close, gather
from integrations.intake.services.mappings import Header, Mapping, WrongColumns, find_columns
from integrations.intake.services.refusals import RowFault
from integrations.intake.services.rows import Table, Unreadable

TOLD_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class GoodOrder:
    """An order that may be accepted: checked content, and where it stood."""

    first_row: int
    row_count: int
    content: dict[str, Any]
    priority: Delivery.Priority | None = None


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """An order that can't be taken, with every fault found in it.

    A row without an order number is refused by itself, under an empty reference.
    """

    reference: str
    row_count: int
    faults: list[RowFault]


@dataclass(slots=True)
class Reading:
    """What became of a file. ``row_count`` is the sum of the rows of all orders in it."""

    good: list[GoodOrder] = field(default_factory=list)
    refused: list[RefusedOrder] = field(default_factory=list)
    row_count: int = 0
    notes: list[str] = field(default_factory=list)


def read(
    table: Table,
    mapping: Mapping,
    *,
    prefix: str = "",
    tell: Callable[[int], None] = lambda rows: None,
) -> Reading:
    """Read every row, gather those of one order number, and check each order as a whole.

    Orders come in the order of their first rows. ``prefix`` is the integration's. ``tell`` hears
    now and then how many rows were read. Raises Unreadable for a file that is no such table.
    """
    header = _header(table, mapping)
    reading = Reading(notes=_notes(table, header))
    groups: dict[str, Group] = {}
    for row in table.rows:
        gather(groups, row, header, mapping, decimal_comma=table.decimal_comma)
        reading.row_count += 1
        if reading.row_count % TOLD_EVERY == 0:
            tell(reading.row_count)
    if not reading.row_count:
        raise Unreadable(_("The file has a header but no rows. Put the orders below the header."))
    for group in groups.values():
        content = close(group, mapping, prefix=prefix)
        if content is None:
            refused = RefusedOrder(group.reference, group.row_count, group.faults)
            reading.refused.append(refused)
        else:
            good = GoodOrder(group.first_row, group.row_count, content, group.priority)
            reading.good.append(good)
    return reading


def _header(table: Table, mapping: Mapping) -> Header:
    first = next(table.rows, None)
    if first is None:
        raise Unreadable(_("The file is empty. Put a header row and the orders in it."))
    try:
        return find_columns(mapping, first.cells)
    except WrongColumns as wrong:
        raise Unreadable(_wrong(wrong, mapping)) from wrong


def _wrong(wrong: WrongColumns, mapping: Mapping) -> str:
    if wrong.absent:
        sentence = _(
            "The header row lacks %(columns)s. Choose another kind of file than “%(mapping)s”, "
            "or name the columns in the first row."
        )
        return sentence % {"columns": ", ".join(wrong.absent), "mapping": mapping.label}
    if wrong.twice:
        sentence = _("The header row names %(columns)s twice. Take one of them out.")
        return sentence % {"columns": ", ".join(wrong.twice)}
    sentence = _("The template has no column %(columns)s. Take it out, or mend its name.")
    return sentence % {"columns": ", ".join(wrong.unknown[:5])}


def _notes(table: Table, header: Header) -> list[str]:
    notes = []
    if header.unused:
        columns = ", ".join(header.unused[:10])
        notes.append(_("Columns that are not used: %(columns)s.") % {"columns": columns})
    if table.left_out:
        sheets = ", ".join(table.left_out[:10])
        notes.append(_("Only the first sheet is read, not: %(sheets)s.") % {"sheets": sheets})
    return notes
