"""The hot statements about lanes: which are due, taking, renewing and giving them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services.outbox.pauses import NOT_PAUSED
from integrations.deliveries.services.outbox.rowsets import Columns, as_table
from integrations.deliveries.services.outbox.statements import (
    column_type,
    moment,
    select,
    skip_locked,
)

# A lane can be asked for (read or sent to) when its grant has a token that is neither refused nor
# about to lapse, and its quota isn't closed. It may claim when its connection works besides, and
# its application has no incident of its own. The routes to a host that is down are left out.
_LANES_DUE = f"""
    SELECT l.id FROM deliveries_lane l
    JOIN connections_connection c ON c.id = l.connection_id
    JOIN connections_integration n ON n.id = c.integration_id
    LEFT JOIN connections_grant g ON g.id = c.grant_id
    WHERE l.leased_until < %s AND (
      EXISTS (SELECT 1 FROM deliveries_delivery d WHERE d.lane_id = l.id AND d.state = 'sending')
      OR (
        c.state <> 'disconnected' AND g.ended_at IS NULL /* hosts */
        AND g.token_number > g.stale_number
        AND (g.access_expires_at IS NULL OR g.access_expires_at > %s)
        AND NOT EXISTS (
          SELECT 1 FROM connections_quota q WHERE q.application_id = g.application_id
          AND q.company_key IN (l.company_key, '')
          AND (q.closed_until > %s OR q.spent_until > %s))
        AND (l.rests_until IS NULL OR l.rests_until <= %s)
        AND (
          EXISTS (SELECT 1 FROM deliveries_delivery d
                  WHERE d.lane_id = l.id AND d.state = 'uncertain' AND d.look_at <= %s)
          OR (l.shadow_since IS NOT NULL AND c.state = 'connected' AND EXISTS (
                SELECT 1 FROM deliveries_delivery d WHERE d.lane_id = l.id AND d.state = 'pending'
                AND d.rehearsed_at IS NULL AND (d.look_at IS NULL OR d.look_at <= %s)))
          OR (c.state = 'connected' AND c.confirmed_at IS NOT NULL AND c.paused_at IS NULL
              AND l.shut_at IS NULL AND l.shadow_since IS NULL
              AND {NOT_PAUSED}
              AND NOT EXISTS (SELECT 1 FROM connections_incident i
                              WHERE i.application_id = g.application_id
                              AND i.connection_id IS NULL AND i.cleared_at IS NULL)
              AND EXISTS (SELECT 1 FROM deliveries_delivery d WHERE d.lane_id = l.id
                          AND d.state = 'pending' AND d.paused_at IS NULL AND NOT d.behind
                          AND d.due_at <= %s)))))
    ORDER BY l.served_at, l.id LIMIT %s"""


def _due_statement(shut: Sequence[tuple[str, str]]) -> str:
    unless = " AND NOT (g.kind = %s AND n.route = %s)" * len(shut)
    return _LANES_DUE.replace(" /* hosts */", unless)


def _due_parameters(
    now: datetime, token_until: datetime, limit: int, shut: Sequence[tuple[str, str]]
) -> list[Any]:
    told = moment(now)
    return [told, *chain.from_iterable(shut), moment(token_until), *[told] * 6, limit]


def lanes_due(
    *, now: datetime, token_until: datetime, limit: int, shut: Sequence[tuple[str, str]] = ()
) -> list[int]:
    """Lanes a drain could lease now; takes none of them. ``shut`` as for ``lease``."""
    parameters = _due_parameters(now, token_until, limit, shut)
    return [row[0] for row in select(_due_statement(shut), parameters)]


def lease(
    *,
    now: datetime,
    until: datetime,
    token_until: datetime,
    limit: int,
    shut: Sequence[tuple[str, str]] = (),
) -> dict[int, int]:
    """Lease due lanes, those served longest ago first. Returns lane → epoch.

    ``token_until`` is how long an access token must still be good for. Lanes of the kinds of grant
    and routes in ``shut`` are taken only where a dead holder left something in ``sending``.
    """
    rows = select(
        "UPDATE deliveries_lane SET leased_until = %s, epoch = epoch + 1, served_at = %s"
        f" WHERE id IN ({_due_statement(shut)}{skip_locked('l')}) AND leased_until < %s"
        " RETURNING id, epoch",
        [
            moment(until),
            moment(now),
            *_due_parameters(now, token_until, limit, shut),
            moment(now),
        ],
    )
    return dict(rows)


_EPOCHS: Columns = {"v_lane": "bigint", "v_epoch": "bigint"}


def flip(
    lanes: dict[int, int],
    *,
    now: datetime,
    quarantined_until: datetime,
    erp_quarantined_until: datetime,
    look_at: datetime,
) -> list[int]:
    """Make what a dead holder left in ``sending`` uncertain, and close its attempts.

    The quarantine goes by the route an order was sent over. Belongs into the transaction of the
    lease. Returns the deliveries.
    """
    if not lanes:
        return []
    table, given = as_table("v", _EPOCHS, sorted(lanes.items()))
    until = f"CAST(%s AS {column_type(Delivery, 'quarantined_until')})"
    rows = select(
        f"WITH {table}"
        " UPDATE deliveries_delivery SET state = 'uncertain', epoch = NULL,"
        " uncertain_at = %s, look_at = %s, misses = 0, missed_at = NULL, quarantined_until ="
        f" CASE route WHEN 'erp-v1' THEN {until} ELSE {until} END"
        " FROM v WHERE deliveries_delivery.lane_id = v.v_lane"
        " AND deliveries_delivery.state = 'sending' AND deliveries_delivery.epoch < v.v_epoch"
        " RETURNING deliveries_delivery.id",
        [
            *given,
            *map(moment, (now, look_at, erp_quarantined_until, quarantined_until)),
        ],
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
    rows = select(
        f"WITH {table}"
        " UPDATE deliveries_lane SET leased_until = %s FROM v"
        " WHERE deliveries_lane.id = v.v_lane AND deliveries_lane.epoch = v.v_epoch"
        " RETURNING deliveries_lane.id",
        [*given, moment(until)],
    )
    return {row[0] for row in rows}


def release(lanes: dict[int, int], *, now: datetime) -> None:
    """Give lanes back: they may be leased by anybody at once."""
    renew(lanes, until=now)
