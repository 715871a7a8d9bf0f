"""What the rules look at, beside the value in hand."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sandbox.salesorders.problems import Problems
from sandbox.salesorders.store import Order
from sandbox.switches import Switches
from sandbox.world.companies import Company
from sandbox.world.records import Customer, OrderType
from sandbox.world.setup import Setup

Record = TypeVar("Record")


@dataclass(slots=True)
class Look:
    """``body`` is the head of the order as it would be. ``branch`` is the one it would have.

    ``orders`` are those of the company, by type and number.
    """

    company: Company
    switches: Switches
    problems: Problems
    order_type: OrderType
    body: dict[str, Any]
    customer: Customer | None = None
    branch: str = ""
    orders: Mapping[tuple[str, str], Order] = field(default_factory=dict)
    setup: Setup = field(init=False)

    def __post_init__(self) -> None:
        self.setup = self.company.setup

    def find(self, key: Any, records: Mapping[str, Record], code: str, where: str) -> Record | None:
        """The record. A strict company objects to an unknown one, a lenient one lets it be."""
        if not key:
            return None
        found = records.get(key)
        if found is None and not self.company.creates_unknown:
            self.problems.add(code, where)
        return found

    def expect(self, key: Any, known: Container[Any], code: str, where: str) -> None:
        """The same where only being known matters."""
        if key and key not in known and not self.company.creates_unknown:
            self.problems.add(code, where)


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of the body, empty when it is not there."""
    return body.get(name) or NOTHING


NOTHING: dict[str, Any] = {}
