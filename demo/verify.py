"""Compares what the sandbox holds with the files, read anew and without the portal's code."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, str]
# Item, quantity, price.
Line = tuple[str, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Order:
    """One order as its file says it; ``date`` is the day, as YYYY-MM-DD."""

    reference: str
    buyer: str
    date: str
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Contents:
    """What a file holds: orders to be delivered, and order numbers to be refused."""

    good: dict[str, Order] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)


def read_file(path: Path) -> Contents:
    """Reads the shop's export: lines that share an order number are one order."""
    rows: dict[str, list[Row]] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            rows.setdefault(row["InvoiceNo"], []).append(row)
    contents = Contents()
    for reference, its_rows in rows.items():
        if all(_is_good(row) for row in its_rows):
            contents.good[reference] = _order(reference, its_rows)
        else:
            contents.bad.add(reference)
    return contents


def faults(
    contents: Contents,
    held: Iterable[Mapping[str, Any]],
    refused: Mapping[str, str],
    *,
    prefix: str,
) -> list[str]:
    """What is not as it must be, one sentence each.

    ``held`` are the orders of one company as ``/_control/orders`` shows them, ``refused`` the
    reasons by order number, ``prefix`` what stands before each reference on the wire.
    """
    by_reference: dict[str, list[Mapping[str, Any]]] = {}
    for one in held:
        by_reference.setdefault(one["customer"]["refNo"].removeprefix(prefix), []).append(one)
    found = [
        fault
        for reference, order in contents.good.items()
        for fault in _order_faults(order, by_reference.pop(reference, []))
    ]
    found += [f"{reference} is in the ERP but not in the file." for reference in by_reference]
    return found + [
        f"{reference} was not refused with a reason."
        for reference in sorted(contents.bad)
        if not refused.get(reference)
    ]


def _order_faults(order: Order, held: list[Mapping[str, Any]]) -> list[str]:
    if len(held) != 1:
        return [f"{order.reference} is in the ERP {len(held)} times."]
    there = _order_held(order.reference, held[0])
    return [] if there == order else [f"{order.reference} differs: {there} instead of {order}."]


def _order_held(reference: str, held: Mapping[str, Any]) -> Order:
    return Order(
        reference,
        held["customer"]["id"],
        held["date"][:10],
        tuple(
            (line["inventoryId"], Decimal(str(line["quantity"])), Decimal(str(line["unitPrice"])))
            for line in held["lines"]
        ),
    )


def _is_good(row: Row) -> bool:
    return (
        not row["InvoiceNo"].startswith("C")
        and bool(row["CustomerID"].strip())
        and bool(row["StockCode"].strip())
        and Decimal(row["Quantity"]) > 0
    )


def _order(reference: str, rows: list[Row]) -> Order:
    return Order(
        reference,
        rows[0]["CustomerID"],
        rows[0]["InvoiceDate"][:10],
        tuple(
            (row["StockCode"], Decimal(row["Quantity"]), Decimal(row["UnitPrice"])) for row in rows
        ),
    )
