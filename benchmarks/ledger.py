"""What the target took, from whom, and under which terms it answers."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

WINDOW = 1.0  # seconds; Visma's windows are fixed too, and longer
WIDE = 1_000_000  # the limit where none is wanted
TENANT_LENGTH = 6  # each token begins with its tenant
_read = json.JSONDecoder().raw_decode


class Refused(Exception):
    """The request is none that Visma would take. ``status`` is 400, 401, 404 or 429."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Terms:
    """How a round is answered.

    ``drop_every``: of so many orders on connections that were used before, one is taken and its
    answer dropped. ``limit`` is what a tenant may ask in a window, 0 for as good as everything.
    The tenant called ``odd`` gets no answer at all, or only 429 where it is ``throttled``.
    """

    latency_ms: float = 0.0
    drop_every: int = 0
    limit: int = 0
    odd: str = ""
    throttled: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Terms:
        """Terms as they come in a query; what is not named is as usual."""
        return cls(
            latency_ms=float(asked.get("latency_ms", 0)),
            drop_every=int(asked.get("drop_every", 0)),
            limit=int(asked.get("limit", 0)),
            odd=asked.get("odd", ""),
            throttled=asked.get("throttled") == "1",
        )


@dataclass(slots=True)
class Ledger:
    """Every order taken: the numbers it was given, by reference. More than one is a double.

    ``count`` goes on from round to round, as a number belongs to one order for good.
    """

    numbers: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0
    throttled: int = 0
    dropped: int = 0
    # What each window let in, over all tenants: the answer to how well an allowance was used.
    windows: Counter[int] = field(default_factory=Counter)
    _used: dict[str, tuple[int, int]] = field(default_factory=dict)
    _bodies: defaultdict[str, list[tuple[str, bytes]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def accept(self, tenant: str, body: bytes) -> str:
        """Take an order in and return its number. Raises Refused unless it is one."""
        try:
            text = body.decode()
            order, end = _read(text)
            reference = order["customer"]["refNo"]
            well_formed = isinstance(reference, str) and reference and order["orderLines"]
        except (ValueError, TypeError, KeyError):
            well_formed, text, end = False, "", 0
        if not well_formed or end != len(text):
            raise Refused(400)
        self.count += 1
        number = f"{self.count:07}"
        self.numbers.setdefault(reference, []).append(number)
        self._bodies[tenant].append((number, body))
        return number

    def spend(self, tenant: str, limit: int, now: float) -> tuple[int, int]:
        """Count a request. Returns what is left of the window, in requests and whole seconds.

        Raises Refused with 429 when the window is spent.
        """
        window = int(now // WINDOW)
        known, used = self._used.get(tenant, (window, 0))
        used = used if known == window else 0
        if used >= limit:
            self.throttled += 1
            raise Refused(429)
        self._used[tenant] = window, used + 1
        self.windows[window] += 1
        return limit - used - 1, ceil((window + 1) * WINDOW - now)

    def listed(self, tenant: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """A page of the tenant's orders, newest first, in the shape of Sales Order V3's list."""
        size, page = int(asked.get("pageSize", 100)), int(asked.get("pageIndex", 0))
        orders = [(number, json.loads(body)) for number, body in reversed(self._bodies[tenant])]
        rows = [_row(number, order) for number, order in orders]
        for name, texts in _NARROWED.items():
            if name in asked:
                rows = [row for row in rows if any(asked[name] in row[text] for text in texts)]
        shown = rows[page * size : (page + 1) * size]
        more = len(rows) > (page + 1) * size
        return {"value": shown, "totalCount": len(rows), "nextPage": "more" if more else None}


_NARROWED = {"customerId": ["customerId"], "filter": ["orderId", "customerOrder"]}


def _row(number: str, order: dict[str, Any]) -> dict[str, Any]:
    total = sum(
        Decimal(str(line["quantity"])) * Decimal(str(line["unitPrice"]))
        for line in order["orderLines"]
    )
    return {
        "type": "SO",
        "orderId": number,
        "customerId": order["customer"]["id"],
        "customerOrder": order["customer"]["order"],
        "customerRefNo": order["customer"]["refNo"],
        "orderTotal": float(total),
        "status": "Open",
    }
