"""The least PostgreSQL can be asked for: claim in bulk, complete in bulk, and nothing beside.

A table of its own like an outbox without attempts, leases that anybody renews, events or quotas.
"""

from __future__ import annotations

import time

from django.db import connection

from benchmarks import orders, processor_time
from benchmarks.figures import BAREST, Run

BATCH = 100
_TABLE = """
    DROP TABLE IF EXISTS barest;
    CREATE TABLE barest (
      id bigserial PRIMARY KEY, tenant int NOT NULL, reference text NOT NULL,
      state text NOT NULL DEFAULT 'waiting', payload jsonb NOT NULL,
      due_at timestamptz NOT NULL DEFAULT now(), attempts int NOT NULL DEFAULT 0,
      leased_until timestamptz, worker text, number text, fault text,
      created_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz,
      UNIQUE (tenant, reference));
    CREATE INDEX ON barest (due_at, id) WHERE state = 'waiting';
    CREATE INDEX ON barest (leased_until) WHERE state = 'sending'"""
_CLAIM = """
    UPDATE barest b SET state = 'sending', leased_until = now() + interval '1 minute'
    FROM (SELECT id FROM barest WHERE state = 'waiting' AND due_at <= now()
          ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED) p
    WHERE b.id = p.id RETURNING b.id, b.reference, b.payload"""
_COMPLETE = """
    UPDATE barest b SET state = 'done', number = v.number, done_at = now()
    FROM unnest(%s::bigint[], %s::text[]) v(id, number) WHERE b.id = v.id"""


def run(count: int) -> Run:
    """Claim and complete so many orders. Only what PostgreSQL spent is of interest."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        rows = [
            (number % orders.TENANTS, reference, body.decode())
            for number, (reference, body) in enumerate(orders.bodies(count))
        ]
        cursor.execute(
            "INSERT INTO barest (tenant, reference, payload)"
            " SELECT * FROM unnest(%s::int[], %s::text[], %s::jsonb[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
        orders.analyze()
        database, began, done = processor_time.of_database(), time.monotonic(), 0
        spent = time.process_time()
        while True:
            cursor.execute(_CLAIM, [BATCH])
            claimed = [row[0] for row in cursor.fetchall()]
            if not claimed:
                break
            cursor.execute(_COMPLETE, [claimed, [f"{one:07}" for one in claimed]])
            done += cursor.rowcount
        seconds, spent = time.monotonic() - began, time.process_time() - spent
        database = processor_time.of_database() - database
        cursor.execute("DROP TABLE barest")
    return Run(BAREST, count, seconds, spent, database, count - done, 0)
