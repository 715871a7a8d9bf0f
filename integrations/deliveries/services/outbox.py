"""The hot statements: one text each for PostgreSQL and SQLite, many rows at a time.

What keeps two holders of a lane apart is on the row: a claim raises the delivery's attempt number,
and every settlement names the attempt it is about. PostgreSQL looks again at a row it has waited
for, not at a joined one, so nothing here is fenced by the lane alone.

On SQLite a column of RETURNING takes no alias, and an aware datetime in a raw cursor would be
compared as text with a zone: hence full table names, and ``_moment``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services.rowsets import Columns, Row, as_table


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _skip_locked(table: str = "") -> str:
    if not connection.features.has_select_for_update_skip_locked:
        return ""
    return f" FOR UPDATE OF {table} SKIP LOCKED" if table else " FOR UPDATE SKIP LOCKED"


def _type(model: type[Delivery | Attempt], column: str) -> str:
    """The column's type for CAST, the only spelling that is right on both databases."""
    return str(model._meta.get_field(column).cast_db_type(connection))  # type: ignore[union-attr]  # ours are columns


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


# A lane can be asked for (read or sent to) when its grant has a token that is neither refused nor
# about to lapse, and its quota isn't closed. It may claim when its connection works besides, and
# its application has no incident of its own. Both go over the routes the engine speaks.
_LANES_DUE = """
    SELECT l.id FROM deliveries_lane l
    JOIN connections_connection c ON c.id = l.connection_id
    JOIN connections_integration n ON n.id = c.integration_id
    LEFT JOIN connections_grant g ON g.id = c.grant_id
    WHERE l.leased_until < %s AND (
      EXISTS (SELECT 1 FROM deliveries_delivery d WHERE d.lane_id = l.id AND d.state = 'sending')
      OR (
        c.state <> 'disconnected' AND n.route = 'salesorder-v3'
        AND g.ended_at IS NULL AND g.token_number > g.stale_number
        AND (g.access_expires_at IS NULL OR g.access_expires_at > %s)
        AND NOT EXISTS (
          SELECT 1 FROM connections_quota q WHERE q.application_id = g.application_id
          AND q.company_key = l.company_key AND q.closed_until > %s)
        AND (l.rests_until IS NULL OR l.rests_until <= %s)
        AND (
          EXISTS (SELECT 1 FROM deliveries_delivery d
                  WHERE d.lane_id = l.id AND d.state = 'uncertain' AND d.look_at <= %s)
          OR (c.state = 'connected' AND c.confirmed_at IS NOT NULL AND c.paused_at IS NULL
              AND l.shut_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM connections_incident i
                              WHERE i.application_id = g.application_id
                              AND i.connection_id IS NULL AND i.cleared_at IS NULL)
              AND EXISTS (SELECT 1 FROM deliveries_delivery d WHERE d.lane_id = l.id
                          AND d.state = 'pending' AND d.paused_at IS NULL AND d.due_at <= %s)))))
    ORDER BY l.served_at, l.id LIMIT %s"""


def _due_parameters(now: datetime, token_until: datetime, limit: int) -> list[Any]:
    moment = _moment(now)
    return [moment, _moment(token_until), moment, moment, moment, moment, limit]


def lanes_due(*, now: datetime, token_until: datetime, limit: int) -> list[int]:
    """Lanes a drain could lease now; takes none of them."""
    return [row[0] for row in _rows(_LANES_DUE, _due_parameters(now, token_until, limit))]


def lease(*, now: datetime, until: datetime, token_until: datetime, limit: int) -> dict[int, int]:
    """Lease due lanes, those served longest ago first. Returns lane → epoch.

    ``token_until`` is how long an access token must still be good for.
    """
    rows = _rows(
        "UPDATE deliveries_lane SET leased_until = %s, epoch = epoch + 1, served_at = %s"
        f" WHERE id IN ({_LANES_DUE}{_skip_locked('l')}) AND leased_until < %s"
        " RETURNING id, epoch",
        [
            _moment(until),
            _moment(now),
            *_due_parameters(now, token_until, limit),
            _moment(now),
        ],
    )
    return dict(rows)


_EPOCHS: Columns = {"v_lane": "bigint", "v_epoch": "bigint"}


def flip(
    lanes: dict[int, int], *, now: datetime, quarantined_until: datetime, look_at: datetime
) -> list[int]:
    """Make what a dead holder left in ``sending`` uncertain, and close its attempts.

    Belongs into the transaction of the lease. Returns the deliveries.
    """
    if not lanes:
        return []
    table, given = as_table("v", _EPOCHS, sorted(lanes.items()))
    rows = _rows(
        f"WITH {table}"
        " UPDATE deliveries_delivery SET state = 'uncertain', epoch = NULL,"
        " uncertain_at = %s, quarantined_until = %s, look_at = %s, misses = 0, missed_at = NULL,"
        " charged = charged + 1"
        " FROM v WHERE deliveries_delivery.lane_id = v.v_lane"
        " AND deliveries_delivery.state = 'sending' AND deliveries_delivery.epoch < v.v_epoch"
        " RETURNING deliveries_delivery.id",
        [given, _moment(now), _moment(quarantined_until), _moment(look_at)],
    )
    flipped = [row[0] for row in rows]
    Attempt.objects.filter(delivery__in=flipped, ended_at=None).update(
        ended_at=now, ending=Attempt.Ending.UNKNOWN, fault="the worker that sent it is gone"
    )
    return flipped


def renew(lanes: dict[int, int], *, until: datetime) -> set[int]:
    """Go on holding lanes. Those missing from the answer belong to somebody else by now."""
    if not lanes:
        return set()
    table, given = as_table("v", _EPOCHS, sorted(lanes.items()))
    rows = _rows(
        f"WITH {table}"
        " UPDATE deliveries_lane SET leased_until = %s FROM v"
        " WHERE deliveries_lane.id = v.v_lane AND deliveries_lane.epoch = v.v_epoch"
        " RETURNING deliveries_lane.id",
        [given, _moment(until)],
    )
    return {row[0] for row in rows}


def still_held(lanes: dict[int, int], *, now: datetime) -> set[int]:
    """Which lanes are still leased under these epochs; on PostgreSQL they stay so until commit."""
    lock = " FOR SHARE" if connection.features.has_select_for_update_skip_locked else ""
    marks = ", ".join(["%s"] * len(lanes))
    rows = _rows(
        f"SELECT id, epoch FROM deliveries_lane WHERE id IN ({marks}) AND leased_until > %s"
        f" ORDER BY id{lock}",
        [*sorted(lanes), _moment(now)],
    )
    return {lane_id for lane_id, epoch in rows if lanes[lane_id] == epoch}


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
    AND paused_at IS NULL AND due_at <= %s ORDER BY due_at, id LIMIT {most}"""


def due_of(wanted: list[Wanted], *, now: datetime) -> list[Due]:
    """The deliveries to claim, at most so many of each lane; on PostgreSQL locked until commit."""
    rows = _due_at_once(wanted, now) if _skip_locked() else _due_in_turn(wanted, now)
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
    lateral = f"SELECT q.* FROM unnest(%s::bigint[]) w(lane), LATERAL ({of_lane}{_skip_locked()}) q"
    return _rows(_DUE.format(of_lane=lateral), [[one.lane_id for one in wanted], now])


def _due_in_turn(wanted: list[Wanted], now: datetime) -> list[tuple[Any, ...]]:
    """SQLite knows no LATERAL, and one more statement costs no way to a server."""
    found = []
    for one in wanted:
        of_lane = _DUE_OF_LANE.format(lane="%s", most=one.limit)
        found += _rows(_DUE.format(of_lane=of_lane), [one.lane_id, _moment(now)])
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
            [given, _moment(now)],
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
            [given, _moment(now), fault],
        )


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
    cast = {c: f"CAST(v.v_{c} AS {_type(Delivery, c)})" for c in _SETTLED}
    wished = f"{cast['state']} = 'pending' AND cancel_wanted_at IS NOT NULL"
    rows = _rows(
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
        " RETURNING deliveries_delivery.id",
        [given],
    )
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
        f" THEN CAST(v.v_{column} AS {_type(Attempt, column)}) ELSE {column} END"
        for marker, part in (("ended_at", _END), ("answered_at", _ANSWER))
        for column in part
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {table}"
            f" UPDATE deliveries_attempt SET {kept} FROM v"
            " WHERE delivery_id = v.v_delivery AND number = v.v_number",
            [given],
        )


def release(lanes: dict[int, int], *, now: datetime) -> None:
    """Give lanes back: they may be leased by anybody at once."""
    renew(lanes, until=now)
