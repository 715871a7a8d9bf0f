"""Asks the three witnesses: the intake, the portal's tables and API, and the sandbox's ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from chaos.intake import ask
from chaos.orders import PREFIX, Planned
from chaos.verdict import WAITING, Accepted, Key, There, Told
from chaos.visma_faults import LONGEST_WAIT
from chaos.world import Shop
from integrations.connections.models import Grant
from integrations.deliveries.models import Delivery
from sandbox.control.client import Visma

# Seconds: before a 429, in which a fault may still have kept it from being written; and after it.
AROUND, ON_ITS_WAY = 1.0, 0.25


def accepted(orders: Iterable[Planned], shops: Sequence[Shop]) -> dict[Key, Accepted]:
    return {
        (shops[one.shop].visma_tenant_id, PREFIX + one.reference): Accepted(
            one.content["buyer"], one.total
        )
        for one in orders
    }


def still_waiting() -> int:
    """How many orders the portal has neither settled nor given to a person."""
    return Delivery.objects.filter(state__in=WAITING).count()


def tables() -> dict[Key, Told]:
    rows = Delivery.objects.values_list(
        "lane__connection__company__visma_tenant_id", "order__reference",
        "state", "visma_type", "visma_number", "reason",
    )  # fmt: skip
    return {
        (str(company), PREFIX + reference): Told(state, *rest)
        for company, reference, state, *rest in rows
    }


def api(address: str, shops: Iterable[Shop]) -> dict[Key, Told]:
    """The same by the API's lists, page after page."""
    found = {}
    for shop in shops:
        path: str | None = f"{shop.orders}?limit=200"
        while path:
            status, body = ask(address, "GET", path, {"Authorization": f"Bearer {shop.api_key}"})
            page = json.loads(body) if status == 200 else {"orders": [], "next": None}
            for one in page["orders"]:
                number = one["visma"] or {"type": "", "number": ""}
                found[shop.visma_tenant_id, PREFIX + one["reference"]] = Told(
                    one["state"], number["type"], number["number"], one["reason"] or ""
                )
            parts = urlsplit(page["next"] or "")
            path = f"{parts.path}?{parts.query}" if page["next"] else None
    return found


def ledger(visma: Visma, name: str) -> dict[Key, list[There]]:
    """What is at Visma in any company under references that begin so, by company and reference."""
    found: dict[Key, list[There]] = {}
    for one in visma.control("GET", "orders")["orders"]:
        reference = one["customer"]["refNo"]
        if reference.startswith(f"{PREFIX}{name}-"):
            found.setdefault((one["tenant_id"], reference), []).append(_there(one))
    return found


def _there(one: dict[str, Any]) -> There:
    total = sum(
        (Decimal(str(line["quantity"])) * Decimal(str(line["unitPrice"])) for line in one["lines"]),
        Decimal(0),
    )
    return There(one["type"], one["orderId"], one["customer"]["id"], total)


def all_have_tokens() -> bool:
    """Whether the portal has fetched an access token for every grant."""
    return not Grant.objects.filter(sealed_access_token=None).exists()


def early_calls(visma: Visma, mute: Sequence[tuple[float, float]]) -> int:
    """Calls before a Retry-After was over, though somebody lived to tell of it.

    ``mute`` are spans of the wall clock in which the one that was told may have been ended. What
    came right after the 429 was on its way before that could be read.
    """
    told = visma.requests(status=429)
    count = 0
    for call in visma.requests(too_early="True"):
        same = [
            one["at"] + (one["seconds"] or 0)
            for one in told
            if one["tenant_id"] == call["tenant_id"]
            and one["number"] < call["number"]
            and one["at"] > call["at"] - LONGEST_WAIT - AROUND
        ]
        since = max(same, default=call["at"])
        excused = any(start <= call["at"] and end >= since - AROUND for start, end in mute)
        count += not excused and call["at"] - since > ON_ITS_WAY
    return count
