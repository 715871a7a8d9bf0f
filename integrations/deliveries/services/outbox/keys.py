"""The hot statement of order in a key: the first that is open goes, the others stay behind."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.connections.models.applications import OrderInKey
from integrations.deliveries.services.outbox.rowsets import Columns, as_table
from integrations.deliveries.services.outbox.statements import select

# As the partial index has it, so that both databases see that it fits.
_OPEN = "NOT ({0}.queue_key = '') AND NOT ({0}.state IN ('delivered', 'cancelled'))"
_KEYS = """
    SELECT DISTINCT d.lane_id, d.queue_key, n.order_in_key FROM deliveries_delivery d
    JOIN deliveries_lane l ON l.id = d.lane_id
    JOIN connections_connection c ON c.id = l.connection_id
    JOIN connections_integration n ON n.id = c.integration_id
    WHERE NOT (d.queue_key = '') AND {which}"""
_LET_GO = f"""
    UPDATE deliveries_delivery SET behind = %s WHERE behind AND id IN (
      SELECT (SELECT f.id FROM deliveries_delivery f
              WHERE f.lane_id = k.lane_id AND f.queue_key = k.queue_key AND {_OPEN.format("f")}
              AND (k.order_in_key = '{OrderInKey.BLOCKS}' OR f.state NOT IN ('rejected', 'parked'))
              ORDER BY f.id LIMIT 1)
      FROM ({{keys}}) k)
    RETURNING id"""
_GIVEN: Columns = {"v_id": "bigint"}


def let_go(delivery_ids: Iterable[int]) -> int:
    """Let the next of each key go, now that these deliveries came to an end. Says how many went.

    Belongs into the transaction that ended them. Costs nothing without ids.
    """
    rows = [(delivery_id,) for delivery_id in delivery_ids]
    if not rows:
        return 0
    table, given = as_table("v", _GIVEN, rows)
    keys = _KEYS.format(which="d.id IN (SELECT v_id FROM v)")
    return len(select(f"WITH {table}{_LET_GO.format(keys=keys)}", [*given, False]))


def let_go_left_over() -> int:
    """The same for every key with one behind: for ends that met a change beside them."""
    keys = _KEYS.format(which=f"d.behind AND {_OPEN.format('d')}")
    return len(select(_LET_GO.format(keys=keys), [False]))
