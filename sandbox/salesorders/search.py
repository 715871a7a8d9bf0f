"""Finds orders by a text without looking at each of them: reconciling lists come by thousands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from operator import attrgetter

from sandbox.salesorders.store import Order, OrderBook

BLOCK = 4096
MANY = 5000
VERSION = attrgetter("version_number")


@dataclass(slots=True)
class Block:
    """The texts of some orders in one; ``starts`` is where each begins."""

    first: int
    text: str = ""
    starts: list[int] = field(default_factory=list)

    def add(self, texts: list[str]) -> None:
        at = len(self.text)
        for text in texts:
            self.starts.append(at)
            at += len(text)
        self.text += "".join(texts)

    def hits(self, needle: str) -> list[int]:
        """Numbers of the orders in whose text the needle is, counted through all blocks."""
        found = []
        at = self.text.find(needle)
        while at >= 0:
            number = bisect_right(self.starts, at)
            found.append(self.first + number - 1)
            if number == len(self.starts):
                break
            at = self.text.find(needle, self.starts[number])
        return found


class Finder:
    """What was once in a book, by text. It learns of new orders whenever it is asked."""

    def __init__(self, book: OrderBook) -> None:
        self._book = book
        self._forget()

    def is_of(self, book: OrderBook) -> bool:
        return self._book is book

    def candidates(self, text: str) -> list[Order]:
        """Orders that may have the text in one of their fields, in the order of creation.

        None is missing; those that were changed since they were made are always among them.
        All are, where so many have it that looking at each is quicker.
        """
        self._catch_up()
        needle = text.lower()
        numbers: set[int] = set()
        for block in self._blocks:
            numbers.update(block.hits(needle))
            if len(numbers) > MANY:
                return list(self._known)
        versions = map(VERSION, self._known)
        numbers.update(number for number, version in enumerate(versions) if version > 1)
        return [self._known[number] for number in sorted(numbers)]

    def _forget(self) -> None:
        self._known: list[Order] = []
        self._blocks: list[Block] = []

    def _catch_up(self) -> None:
        self._learn()
        if len(self._known) != len(self._book.orders):
            # Orders were deleted.
            self._forget()
            self._learn()

    def _learn(self) -> None:
        last = self._known[-1] if self._known else None
        fresh: list[Order] = []
        for order in reversed(self._book.orders.values()):
            if order is last:
                break
            fresh.append(order)
        fresh.reverse()
        for at in range(0, len(fresh), BLOCK):
            self._add(fresh[at : at + BLOCK])

    def _add(self, orders: list[Order]) -> None:
        if not self._blocks or len(self._blocks[-1].starts) >= BLOCK:
            self._blocks.append(Block(len(self._known)))
        self._blocks[-1].add([searched_text(order).lower() for order in orders])
        self._known.extend(orders)


def searched_text(order: Order) -> str:
    """The fields that a filter looks into, each behind a line break."""
    return f"\n{order.order_id}\n{order.customer_order or ''}\n{order.customer_name}"
