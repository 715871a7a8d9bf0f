"""Rows of one order number are one order, wherever they stand in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.deliveries.models import Delivery
from integrations.intake.services import asked_priority, cells
from integrations.intake.services.mappings import DAY, NUMBER, SENTENCE, Column, Header, Mapping
from integrations.intake.services.refusals import RowFault, of_order, row_fault
from integrations.intake.services.rows import Cell, Row, is_empty
from integrations.orders.services.content import check
from integrations.orders.services.faults import shown

# A file has a text for the order and one for each line; both are called description in an order.
ORDER_MEMBERS = {"order_description": "description"}


@dataclass(slots=True)
class Group:
    """The rows of one order so far: members of the order with their rows, its lines, its faults."""

    reference: str
    first_row: int
    row_count: int = 0
    order: dict[str, tuple[int, str]] = field(default_factory=dict)
    lines: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    priority: Delivery.Priority | None = None


def gather(
    groups: dict[str, Group], row: Row, header: Header, mapping: Mapping, *, decimal_comma: bool
) -> None:
    """Put a row to the order it belongs to; a row of no order stands for itself."""
    values: dict[Column, str] = {}
    faults: list[RowFault] = []
    for place, column in header.places.items():
        cell = row.cells[place] if place < len(row.cells) else ""
        try:
            values[column] = _value(cell, column, decimal_comma=decimal_comma)
        except cells.Unclear as unclear:
            faults.append(row_fault(row.number, column.heading, _quoted(cell), str(unclear)))
    beyond = next((cell for cell in row.cells[header.width :] if not is_empty(cell)), "")
    if beyond != "":
        faults.append(row_fault(row.number, "", _quoted(beyond), "too-many-cells"))
    number = mapping.column("reference")
    reference = values.get(number, "")
    if values.get(number) == "":
        faults.append(row_fault(row.number, number.heading, "", "no-order-number"))
    group = groups.setdefault(reference or f"\0{row.number}", Group(reference, row.number))
    group.faults += faults
    _add(group, row.number, values)


def _add(group: Group, row: int, values: dict[Column, str]) -> None:
    group.row_count += 1
    line: dict[str, str] = {}
    for column, value in values.items():
        if column.of_order:
            _add_to_order(group, row, column, value)
        elif value:
            line[column.member] = value
        elif column.needed:
            group.faults.append(row_fault(row, column.heading, "", "missing"))
    group.lines.append((row, line))


def _add_to_order(group: Group, row: int, column: Column, value: str) -> None:
    if not value:
        return
    said_in, said = group.order.setdefault(column.member, (row, value))
    if value != said:
        fault = row_fault(row, column.heading, value, "conflict", other=said_in, said=shown(said))
        group.faults.append(fault)


def close(group: Group, mapping: Mapping, *, prefix: str) -> dict[str, Any] | None:
    """The checked content of a whole order; None when it has faults, which are then all named."""
    order = {ORDER_MEMBERS.get(name, name): value for name, (_, value) in group.order.items()}
    raw, group.priority, unclear = asked_priority.taken_out(
        {**mapping.constants, **order, "lines": [line for _, line in group.lines]}
    )
    checked = check(raw, prefix=prefix)
    known = {(fault.row, fault.column) for fault in group.faults}
    for fault in [*checked.faults, *unclear] if group.reference else ():
        row, column, member = _place(group, mapping, fault.path)
        if (row, column) not in known:
            group.faults.append(of_order(row, column, member, fault))
    mark = mapping.credit_note_mark
    if mark and group.reference[: len(mark)].upper() == mark:
        _call_credit_note(group, mapping)
    places = {column.heading: place for place, column in enumerate(mapping.columns)}
    group.faults.sort(key=lambda fault: (fault.row, places.get(fault.column, len(places))))
    return None if group.faults else checked.content


def _call_credit_note(group: Group, mapping: Mapping) -> None:
    # What it takes back is no fault of its own.
    group.faults = [fault for fault in group.faults if fault.code != "not-positive"]
    heading = mapping.column("reference").heading
    group.faults.append(row_fault(group.first_row, heading, group.reference, "credit-note"))


def _place(group: Group, mapping: Mapping, path: str) -> tuple[int, str, str]:
    """Row, column and member of a fault the order's check found at a JSON pointer."""
    names = path.split("/")[1:]
    if len(names) == 3:
        row = group.lines[int(names[1])][0]
        return row, mapping.heading_of(names[2]), names[2]
    member = next((theirs for theirs, ours in ORDER_MEMBERS.items() if [ours] == names), names[0])
    row = group.order.get(member, (group.first_row, ""))[0]
    return row, mapping.heading_of(member), member


def _value(cell: Cell, column: Column, *, decimal_comma: bool) -> str:
    if not column.member:
        return ""
    if column.holds == NUMBER:
        return cells.decimal_of(cell, decimal_comma=decimal_comma)
    if column.holds == DAY:
        return cells.day_of(cell)
    if column.holds == SENTENCE:
        return cells.sentence_of(cell)
    return cells.text_of(cell, whole_numbers=column.whole_numbers)


def _quoted(cell: Cell) -> object:
    return cell if isinstance(cell, str | int | float) else getattr(cell, "isoformat", str)()
