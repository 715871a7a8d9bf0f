"""The hot statements of what nearly always happens: Visma took the order and named its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.deliveries.services.outbox.keys import let_go
from integrations.deliveries.services.outbox.rowsets import Columns, as_table
from integrations.deliveries.services.outbox.statements import select


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole 201 with a well-formed Location, at ``at``."""

    delivery_id: int
    attempt: int
    visma_type: str
    visma_number: str
    at: datetime


_ARRIVED: Columns = {
    "v_id": "bigint", "v_attempt": "bigint", "v_type": "text", "v_number": "text",
    "v_at": "timestamptz",
}  # fmt: skip


def arrive(batch: Sequence[Arrival]) -> set[int]:
    """Write arrivals of deliveries that are still out, and end their attempts.

    Returns those written whole; what the others need is decided one by one (``settle``, ``late``).
    """
    if not batch:
        return set()
    rows = sorted((a.delivery_id, a.attempt, a.visma_type, a.visma_number, a.at) for a in batch)
    table, given = as_table("v", _ARRIVED, rows)
    ended = select(
        f"WITH {table}"
        " UPDATE deliveries_attempt SET ended_at = v.v_at, ending = 'answered', curl_code = 0,"
        " answered_at = v.v_at, status = 201, visma_type = v.v_type, visma_number = v.v_number"
        " FROM v WHERE delivery_id = v.v_id AND number = v.v_attempt AND ended_at IS NULL"
        " RETURNING delivery_id",
        given,
    )
    written = select(
        f"WITH {table}"
        " UPDATE deliveries_delivery SET state = 'delivered', epoch = NULL, settled_at = v.v_at,"
        " visma_type = v.v_type, visma_number = v.v_number, problem = NULL, misses = 0,"
        " missed_at = NULL, quarantined_until = NULL, look_at = NULL"
        " FROM v WHERE deliveries_delivery.id = v.v_id"
        " AND deliveries_delivery.attempt = v.v_attempt"
        " AND state = 'sending' AND late_number = ''"
        " RETURNING deliveries_delivery.id, queue_key",
        given,
    )
    let_go(delivery_id for delivery_id, key in written if key)
    return {row[0] for row in ended} & {row[0] for row in written}
