"""The orders of a run: drawn from the seed, some of them such that Visma must refuse them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

CUSTOMERS = {str(10_000 + number): f"Buyer {number}" for number in range(20)}
ITEMS = {f"BLK-{number:04}": f"Block {number}" for number in range(50)}
NO_ITEM = "NO-SUCH-ITEM"
REFUSED_SHARE = 0.02
PREFIX = "CH-"


@dataclass(frozen=True, slots=True)
class Planned:
    """An order to be accepted: when (seconds from the start), in whose name, and what."""

    at: float
    shop: int
    content: dict[str, Any]
    good: bool

    @property
    def reference(self) -> str:
        return str(self.content["reference"])

    @property
    def total(self) -> Decimal:
        return sum(
            (Decimal(line["quantity"]) * Decimal(line["unit_price"])
             for line in self.content["lines"]),
            Decimal(0),
        )  # fmt: skip


def plan(seed: int, count: int, shops: int, seconds: float, name: str = "WEB") -> list[Planned]:
    """Orders over so many seconds, in the order of their time; ``name`` begins references."""
    chance = Random(f"{seed}/orders")  # noqa: S311 - to be repeated, not to be secret
    moments = sorted(chance.uniform(0, seconds) for _ in range(count))
    return [_planned(chance, at, f"{name}-{number:06}", shops) for number, at in enumerate(moments)]


def _planned(chance: Random, at: float, reference: str, shops: int) -> Planned:
    good = chance.random() >= REFUSED_SHARE
    lines = [_line(chance) for _ in range(chance.randint(1, 4))]
    if not good:
        lines[0]["item"] = NO_ITEM
    content = {
        "reference": reference,
        "buyer": chance.choice(list(CUSTOMERS)),
        "date": "2026-11-20",
        "lines": lines,
    }
    return Planned(at, chance.randrange(shops), content, good)


def _line(chance: Random) -> dict[str, str]:
    return {
        "item": chance.choice(list(ITEMS)),
        "quantity": str(chance.randint(1, 20)),
        "unit_price": f"{chance.randint(100, 99_999) / 100:.2f}",
    }
