"""The hot statements of an outcome: what becomes of a delivery, and how its attempt ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services.outbox.keys import let_go
from integrations.deliveries.services.outbox.rowsets import Columns, as_table
from integrations.deliveries.services.outbox.statements import column_type, execute, select


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a delivery after its attempt. ``from_any``: a 201 counts from any open state.

    ``state`` ``pending`` becomes ``cancelled`` where a person wished so meanwhile.
    """

    delivery_id: int
    attempt: int
    state: str
    due_at: datetime
    from_uncertain: bool = True
    from_pending: bool = False
    reason: str = ""
    visma_type: str = ""
    visma_number: str = ""
    quarantined_until: datetime | None = None
    look_at: datetime | None = None
    uncertain_at: datetime | None = None
    charge: int = 0
    aside: int = 0
    kept_refusal: bool = False
    problem: str | None = None
    settled_at: datetime | None = None


_SETTLED: Columns = {
    "state": "text",
    "due_at": "timestamptz",
    "reason": "text",
    "visma_type": "text",
    "visma_number": "text",
    "quarantined_until": "timestamptz",
    "look_at": "timestamptz",
    "uncertain_at": "timestamptz",
    "problem": "text",
    "settled_at": "timestamptz",
}
_SETTLE: Columns = {
    "v_id": "bigint",
    "v_attempt": "bigint",
    "v_from_uncertain": "boolean",
    "v_from_pending": "boolean",
    "v_charge": "bigint",
    "v_aside": "bigint",
    "v_kept": "boolean",
    **{f"v_{column}": kind for column, kind in _SETTLED.items()},
}


def settle(batch: Sequence[Settlement]) -> set[int]:
    """Write outcomes. Returns the deliveries written; the others aren't in a state to take them."""
    if not batch:
        return set()
    ordered = sorted(batch, key=lambda s: s.delivery_id)
    table, given = as_table(
        "v",
        _SETTLE,
        (
            (
                s.delivery_id, s.attempt, s.from_uncertain, s.from_pending, s.charge, s.aside,
                s.kept_refusal, *(getattr(s, column) for column in _SETTLED),
            )
            for s in ordered
        ),
    )  # fmt: skip
    cast = {c: f"CAST(v.v_{c} AS {column_type(Delivery, c)})" for c in _SETTLED}
    wished = f"{cast['state']} = 'pending' AND cancel_wanted_at IS NOT NULL"
    rows = select(
        f"WITH {table}"
        " UPDATE deliveries_delivery SET epoch = NULL,"
        f" state = CASE WHEN {wished} THEN 'cancelled' ELSE {cast['state']} END,"
        f" settled_at = CASE WHEN {wished} THEN {cast['due_at']} ELSE {cast['settled_at']} END,"
        f" due_at = {cast['due_at']}, reason = {cast['reason']},"
        f" visma_type = {cast['visma_type']}, visma_number = {cast['visma_number']},"
        f" quarantined_until = {cast['quarantined_until']}, look_at = {cast['look_at']},"
        f" uncertain_at = COALESCE({cast['uncertain_at']}, uncertain_at),"
        f" problem = {cast['problem']},"
        " misses = 0, missed_at = NULL, kept_refusal = v.v_kept,"
        " charged = charged + v.v_charge, set_aside = set_aside + v.v_aside"
        " FROM v WHERE deliveries_delivery.id = v.v_id"
        " AND deliveries_delivery.attempt = v.v_attempt"
        f" AND (late_number = '' OR {cast['state']} = 'uncertain')"
        " AND (deliveries_delivery.state = 'sending'"
        " OR (deliveries_delivery.state = 'uncertain' AND v.v_from_uncertain)"
        " OR (deliveries_delivery.state = 'pending' AND v.v_from_pending))"
        " RETURNING deliveries_delivery.id, queue_key",
        given,
    )
    let_go(row[0] for row in rows if row[1])
    return {row[0] for row in rows}


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """The two parts of an attempt; a part that is written already stays as it is."""

    delivery_id: int
    number: int
    ended_at: datetime
    ending: str
    curl_code: int
    fault: str = ""
    answered_at: datetime | None = None
    status: int | None = None
    visma_type: str = ""
    visma_number: str = ""
    answer: str = ""


_END: Columns = {
    "ended_at": "timestamptz", "ending": "text", "curl_code": "bigint", "fault": "text",
}  # fmt: skip
_ANSWER: Columns = {
    "answered_at": "timestamptz", "status": "bigint", "visma_type": "text",
    "visma_number": "text", "answer": "text",
}  # fmt: skip
_ENDED: Columns = {
    "v_delivery": "bigint",
    "v_number": "bigint",
    **{f"v_{column}": kind for column, kind in (_END | _ANSWER).items()},
}


def end_attempts(ends: Sequence[AttemptEnd]) -> None:
    """Write how attempts ended and what was answered, each part at most once."""
    if not ends:
        return
    ordered = sorted(ends, key=lambda e: (e.delivery_id, e.number))
    columns = (*_END, *_ANSWER)
    table, given = as_table(
        "v",
        _ENDED,
        ((e.delivery_id, e.number, *(getattr(e, name) for name in columns)) for e in ordered),
    )
    kept = ", ".join(
        f"{column} = CASE WHEN {marker} IS NULL"
        f" THEN CAST(v.v_{column} AS {column_type(Attempt, column)}) ELSE {column} END"
        for marker, part in (("ended_at", _END), ("answered_at", _ANSWER))
        for column in part
    )
    execute(
        f"WITH {table}"
        f" UPDATE deliveries_attempt SET {kept} FROM v"
        " WHERE delivery_id = v.v_delivery AND number = v.v_number",
        given,
    )
