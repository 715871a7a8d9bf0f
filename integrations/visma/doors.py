"""The one interface behind which Visma's two APIs for sales orders stand.

A door is where the orders of one company are taken, and as whom; a route knows how to knock there
and how to read what comes back. Routes hold no state and send nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from integrations.visma.calls import Answer, Call, Deadline
from integrations.visma.listings import ListedOrder, ListedPage
from integrations.visma.problems import Problem

SENDS_JSON = "Content-Type: application/json"


@dataclass(frozen=True, slots=True)
class Door:
    """One company over one route under one token; made once, used for every call.

    ``timeout`` bounds a call in seconds; 0 leaves it to the pump.
    """

    base_url: str
    orders_url: str
    token: str = field(repr=False)
    reading: tuple[str, ...] = field(repr=False)
    writing: tuple[str, ...] = field(repr=False)
    # Whether header lines beside the token name the company.
    names_company: bool = False
    timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders a list is asked for: changed since then, of one buyer where one is named.

    ``reference`` may narrow it further where the route can; narrowed lists find, and prove nothing.
    """

    since: datetime
    buyer: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a list has been read: the page that is asked for, from 0, and what came before."""

    page: int = 0
    page_size: int = 100
    rows: int = 0
    total: int | None = None


class OrderRoute(Protocol):
    """What the push needs of an API that takes sales orders."""

    def door(
        self, base_url: str, token: str, more: tuple[str, ...] = (), timeout: float = 0.0
    ) -> Door:
        """Where orders are taken. Raises ValueError for a token that no header can carry."""

    def create(self, door: Door, body: bytes, key: object, deadline: Deadline) -> Call:
        """Create an order; the body is UTF-8 JSON made for this route."""

    def page(
        self, door: Door, wanted: Wanted, reading: Reading, key: object, deadline: Deadline
    ) -> Call:
        """Ask for one page of the list."""

    def one(
        self, door: Door, order_type: str, number: str, key: object, deadline: Deadline
    ) -> Call:
        """Ask for one order, with buyer and references."""

    def witness(self, door: Door, key: object, deadline: Deadline) -> Call | None:
        """What to ask when a list has no rows and that alone doesn't tell that it is ours."""

    def since(self, first_sent: datetime, offset: timedelta | None) -> datetime:
        """From when on to list; ``offset`` is how far Visma's clock is ahead, where known."""

    def created(self, answer: Answer, sent: bytes) -> tuple[str, str] | None:
        """Type and number that a 201 names; None where its Location is absent, doubled or odd."""

    def refuses_order(self, said: Problem, answer: Answer) -> bool:
        """Whether a 400 is about the order, and not about the company or the way to it."""

    def read_page(self, answer: Answer, reading: Reading) -> ListedPage:
        """One page. Raises Malformed, and ListMoved when the list changed while it was read."""

    def read_one(self, answer: Answer) -> ListedOrder:
        """The order of ``one``. Raises Malformed."""

    def has_witness(self, answer: Answer) -> bool:
        """Whether the witness says that the company is there. Raises Malformed."""
