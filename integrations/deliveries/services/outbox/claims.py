"""The hot statements of a claim: what is due, taking it, and giving it back unsent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from integrations.deliveries.services.outbox.rowsets import Columns, Row, as_table
from integrations.deliveries.services.outbox.statements import moment, select, skip_locked


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many deliveries to claim of one lane."""

    lane_id: int
    epoch: int
    limit: int


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery as it stands before its next attempt, with what its order says."""

    id: int
    lane_id: int
    attempt: int
    payload: str
    route: str
    after_doubt: bool
    charged: int
    set_aside: int
    reference: str
    content: str  # JSON


_DUE = """
    SELECT d.id, d.lane_id, d.attempt, d.payload, d.route,
      d.uncertain_at IS NOT NULL, d.charged, d.set_aside, o.reference, o.content
    FROM ({of_lane}) d JOIN orders_salesorder o ON o.id = d.order_id"""
_DUE_OF_LANE = """
    SELECT * FROM deliveries_delivery WHERE lane_id = {lane} AND state = 'pending'
    AND paused_at IS NULL AND NOT behind AND due_at <= %s
    ORDER BY priority, due_at, id LIMIT {most}"""


def due_of(wanted: list[Wanted], *, now: datetime) -> list[Due]:
    """The deliveries to claim, at most so many of each lane; on PostgreSQL locked until commit."""
    rows = _due_at_once(wanted, now) if skip_locked() else _due_in_turn(wanted, now)
    left = {one.lane_id: one.limit for one in wanted}
    found = []
    for row in rows:
        due = Due(*row)
        if left[due.lane_id]:
            left[due.lane_id] -= 1
            found.append(due)
    return found


def _due_at_once(wanted: list[Wanted], now: datetime) -> list[tuple[Any, ...]]:
    # The limit is written out: for a parameter the planner would guess, and sort whole lanes.
    of_lane = _DUE_OF_LANE.format(lane="w.lane", most=max(one.limit for one in wanted))
    lateral = f"SELECT q.* FROM unnest(%s::bigint[]) w(lane), LATERAL ({of_lane}{skip_locked()}) q"
    return select(_DUE.format(of_lane=lateral), [[one.lane_id for one in wanted], now])


def _due_in_turn(wanted: list[Wanted], now: datetime) -> list[tuple[Any, ...]]:
    """SQLite knows no LATERAL, and one more statement costs no way to a server."""
    found = []
    for one in wanted:
        of_lane = _DUE_OF_LANE.format(lane="%s", most=one.limit)
        found += select(_DUE.format(of_lane=of_lane), [one.lane_id, moment(now)])
    return found


def take(taken: list[tuple[Due, int, str, str]], *, now: datetime) -> None:
    """Move deliveries that ``due_of`` found to ``sending``: (delivery, epoch, route, payload)."""
    if not taken:
        return
    table, given = as_table(
        "v", _TAKEN, ((due.id, due.attempt, epoch, *built) for due, epoch, *built in taken)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {table}"
            " UPDATE deliveries_delivery SET state = 'sending', epoch = v.v_epoch,"
            " attempt = attempt + 1, first_sent_at = COALESCE(first_sent_at, %s),"
            " route = v.v_route, payload = v.v_payload"
            " FROM v WHERE deliveries_delivery.id = v.v_id"
            " AND deliveries_delivery.attempt = v.v_attempt"
            " AND deliveries_delivery.state = 'pending'",
            [given, moment(now)],
        )


_TAKEN: Columns = {
    "v_id": "bigint",
    "v_attempt": "bigint",
    "v_epoch": "bigint",
    "v_route": "text",
    "v_payload": "text",
}


def open_attempts(attempts: list[Row]) -> None:
    """Insert open attempts: (delivery, number, epoch, route, token number, opened at)."""
    if not attempts:
        return
    table, given = as_table("v", _OPENED, attempts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {table} INSERT INTO deliveries_attempt (delivery_id, number, epoch, route,"
            " token_number, opened_at, ending, fault, visma_type, visma_number, answer)"
            " SELECT v_delivery, v_number, v_epoch, v_route, v_token, v_opened, '', '', '', '', ''"
            " FROM v",
            [given],
        )


_OPENED: Columns = {
    "v_delivery": "bigint",
    "v_number": "bigint",
    "v_epoch": "bigint",
    "v_route": "text",
    "v_token": "bigint",
    "v_opened": "timestamptz",
}
_CLAIM: Columns = {"v_id": "bigint", "v_attempt": "bigint"}


def unclaim(claims: list[tuple[int, int]], *, now: datetime, fault: str = "") -> None:
    """Give back claims (delivery, attempt) whose requests were never handed to libcurl."""
    if not claims:
        return
    table, given = as_table("v", _CLAIM, sorted(claims))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {table}"
            " UPDATE deliveries_delivery SET epoch = NULL,"
            " state = CASE WHEN cancel_wanted_at IS NULL THEN 'pending' ELSE 'cancelled' END"
            " FROM v WHERE deliveries_delivery.id = v.v_id"
            " AND deliveries_delivery.attempt = v.v_attempt"
            " AND deliveries_delivery.state = 'sending'",
            [given],
        )
        cursor.execute(
            f"WITH {table}"
            " UPDATE deliveries_attempt SET ended_at = %s, ending = 'withdrawn', fault = %s"
            " FROM v WHERE delivery_id = v.v_id AND number = v.v_attempt AND ended_at IS NULL",
            [given, moment(now), fault],
        )
