"""What it costs to read /metrics with a table full of delivered orders, and how long it takes."""

from __future__ import annotations

import json
import statistics
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from rich.console import Console

from benchmarks import orders
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.models.lanes import LONG_AGO
from integrations.deliveries.services import tallies
from integrations.orders.models import SalesOrder

TOKEN = "for-measurements-only-0123456789abcdef"  # noqa: S105 - of a server that ends with this run
WAITING, LANES = 10_000, 1_000
READS = 50


def run(delivered: int, *, json_line: bool) -> int:
    """Measure and tell. Returns the exit code: 1 when a count is not the table's."""
    console = Console(highlight=False)
    settings.METRICS_TOKEN = TOKEN
    settings.ALLOWED_HOSTS = ["testserver"]
    connections = orders.connect_tenants(LANES)
    orders.fill(connections, WAITING)
    console.print(
        f"{len(connections)} lanes, {WAITING:,} orders waiting; adding {delivered:,} delivered"
    )
    _add_delivered(delivered)
    client = Client()
    _read(client)
    milliseconds = sorted(_read(client) for _ in range(READS))
    told = {
        "metrics_ms": round(statistics.median(milliseconds), 1),
        "metrics_ms_p95": round(milliseconds[int(READS * 0.95)], 1),
        "metrics_wrong": sum(map(abs, tallies.differences().values())),
    }
    console.print(
        f"/metrics: {told['metrics_ms']} ms (median of {READS}), {told['metrics_ms_p95']} ms (95th"
        f" percentile); {told['metrics_wrong']} orders counted wrong"
    )
    if json_line:
        console.file.write(f"{json.dumps(told)}\n")
    return 1 if told["metrics_wrong"] else 0


def _read(client: Client) -> float:
    began = time.perf_counter()
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    if answer.status_code != 200:
        raise RuntimeError(f"/metrics answered {answer.status_code}")
    return (time.perf_counter() - began) * 1000


def _add_delivered(count: int) -> None:
    """Copies of what waits, delivered; by the database itself, since a million would take long."""
    ours = {"reference": "'OLD-' || n || '-' || s.id"}
    _copy(SalesOrder, ours, f"CROSS JOIN generate_series(1, {-(-count // WAITING)}) n")
    states = {
        "order_id": "o.id", "state": "'delivered'", "settled_at": "now()",
        "visma_type": "'SO'", "visma_number": "o.id::text",
    }  # fmt: skip
    _copy(
        Delivery,
        states,
        "JOIN (SELECT connection_id, min(d.id) AS first FROM deliveries_delivery d"
        " JOIN deliveries_lane l ON l.id = d.lane_id GROUP BY 1) heads ON heads.first = s.id"
        " JOIN orders_salesorder o ON o.connection_id = heads.connection_id"
        " AND o.reference LIKE 'OLD-%%'",
    )
    Lane.objects.update(leased_until=LONG_AGO)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(model: type[SalesOrder | Delivery], changed: dict[str, str], joined: str) -> None:
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(changed.get(str(column), f's."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} s {joined}",  # noqa: S608 - our own names
        )
