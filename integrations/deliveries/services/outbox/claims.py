"""The hot statements of a claim: what is due, taking it, and giving it back unsent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.outbox.rowsets import Columns, Row, as_table
from integrations.deliveries.services.outbox.statements import (
    execute,
    moment,
    select,
    skip_locked,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many deliveries to claim of one lane and priority."""

    lane_id: int
    epoch: int
    priority: int
    limit: int


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery as it stands before its next attempt, with what its order says."""

    id: int
    lane_id: int
    priority: int
    attempt: int
    payload: str
    route: str
    after_doubt: bool
    charged: int
    set_aside: int
    reference: str
    content: str  # JSON


_COLUMNS = """d.id, d.lane_id, d.priority, d.attempt, d.payload, d.route,
      d.uncertain_at IS NOT NULL, d.charged, d.set_aside, o.reference, o.content"""
_IS_DUE = "d.state = 'pending' AND d.paused_at IS NULL AND NOT d.behind"
_IN_TURN = "ORDER BY d.due_at, d.id"


def due_of(wanted: list[Wanted], *, now: datetime) -> list[Due]:
    """The deliveries to claim, at most so many of each lane, of lanes that are held and send.

    On PostgreSQL they, and their lanes, stay as they are until commit.
    """
    if not wanted:
        return []
    rows = _due_at_once(wanted, now) if skip_locked() else _due_in_turn(wanted, now)
    return [Due(*row) for row in sorted(rows, key=itemgetter(0))]


_WANTED: Columns = {
    "lane": "bigint", "epoch": "bigint", "priority": "bigint", "most": "bigint",
}  # fmt: skip


def _due_at_once(wanted: list[Wanted], now: datetime) -> list[tuple[Any, ...]]:
    # The limit is written out: for a parameter the planner would guess, and sort whole lanes.
    most = max(one.limit for one in wanted)
    table, given = as_table(
        "w", _WANTED, [(one.lane_id, one.epoch, one.priority, one.limit) for one in wanted]
    )
    return select(
        f"WITH {table} SELECT {_COLUMNS} FROM w"
        " JOIN deliveries_lane l ON l.id = w.lane AND l.epoch = w.epoch AND l.leased_until > %s"
        " AND l.shadow_since IS NULL"
        " CROSS JOIN LATERAL unnest((ARRAY(SELECT d.id FROM deliveries_delivery d"
        f" WHERE d.lane_id = w.lane AND d.priority = w.priority AND {_IS_DUE} AND d.due_at <= %s"
        f" {_IN_TURN} LIMIT {most}))[:w.most]) AS picked(id)"
        f" JOIN deliveries_delivery d ON d.id = picked.id AND {_IS_DUE}"
        " JOIN orders_salesorder o ON o.id = d.order_id"
        " FOR SHARE OF l FOR UPDATE OF d SKIP LOCKED",
        [*given, now, now],
    )


def _due_in_turn(wanted: list[Wanted], now: datetime) -> list[tuple[Any, ...]]:
    """SQLite knows no LATERAL, and one more statement costs no way to a server."""
    found = []
    for one in wanted:
        found += select(
            f"SELECT {_COLUMNS} FROM deliveries_delivery d"
            " JOIN deliveries_lane l ON l.id = d.lane_id AND l.epoch = %s AND l.leased_until > %s"
            " AND l.shadow_since IS NULL"
            " JOIN orders_salesorder o ON o.id = d.order_id"
            f" WHERE d.lane_id = %s AND d.priority = %s AND {_IS_DUE} AND d.due_at <= %s"
            f" {_IN_TURN} LIMIT %s",
            [one.epoch, moment(now), one.lane_id, one.priority, moment(now), one.limit],
        )
    return found


def classes_due(lane_ids: list[int], *, now: datetime) -> list[tuple[int, int]]:
    """Which priorities wait in which lane: every (lane, priority) with an order that is due."""
    priorities = [(lane, value) for lane in lane_ids for value in Delivery.Priority.values]
    table, given = as_table("w", {"lane": "bigint", "priority": "bigint"}, priorities)
    return [
        (lane, priority)
        for lane, priority in select(
            f"WITH {table} SELECT w.lane, w.priority FROM w WHERE EXISTS (SELECT 1"
            " FROM deliveries_delivery d WHERE d.lane_id = w.lane AND d.priority = w.priority"
            f" AND {_IS_DUE} AND d.due_at <= %s)",
            [*given, moment(now)],
        )
    ]


def take(taken: list[tuple[Due, int, str, str]], *, now: datetime) -> None:
    """Move deliveries that ``due_of`` found to ``sending``: (delivery, epoch, route, payload)."""
    if not taken:
        return
    table, given = as_table(
        "v", _TAKEN, ((due.id, due.attempt, epoch, *built) for due, epoch, *built in taken)
    )
    execute(
        f"WITH {table}"
        " UPDATE deliveries_delivery SET state = 'sending', epoch = v.v_epoch,"
        " attempt = attempt + 1, first_sent_at = COALESCE(first_sent_at, %s),"
        " route = v.v_route, payload = v.v_payload"
        " FROM v WHERE deliveries_delivery.id = v.v_id"
        " AND deliveries_delivery.attempt = v.v_attempt"
        " AND deliveries_delivery.state = 'pending'",
        [*given, moment(now)],
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
    execute(
        f"WITH {table} INSERT INTO deliveries_attempt (delivery_id, number, epoch, route,"
        " token_number, opened_at, ending, fault, visma_type, visma_number, answer)"
        " SELECT v_delivery, v_number, v_epoch, v_route, v_token, v_opened, '', '', '', '', ''"
        " FROM v",
        given,
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
    execute(
        f"WITH {table}"
        " UPDATE deliveries_delivery SET epoch = NULL,"
        " state = CASE WHEN cancel_wanted_at IS NULL THEN 'pending' ELSE 'cancelled' END"
        " FROM v WHERE deliveries_delivery.id = v.v_id"
        " AND deliveries_delivery.attempt = v.v_attempt"
        " AND deliveries_delivery.state = 'sending'",
        given,
    )
    execute(
        f"WITH {table}"
        " UPDATE deliveries_attempt SET ended_at = %s, ending = 'withdrawn', fault = %s"
        " FROM v WHERE delivery_id = v.v_id AND number = v.v_attempt AND ended_at IS NULL",
        [*given, moment(now), fault],
    )
