"""The orders of a measurement, and the tenants they belong to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from benchmarks.ledger import TENANT_LENGTH
from integrations.connections.models import (
    Application,
    Company,
    Connection,
    Grant,
    Integration,
    Quota,
)
from integrations.connections.models.applications import Kind
from integrations.deliveries.models import Breaker, Delivery, Lane
from integrations.deliveries.models.lanes import LONG_AGO
from integrations.deliveries.services import lanes, queueing
from integrations.deliveries.services.clock import database_now
from integrations.orders.models import SalesOrder, content_digest
from integrations.orders.services import payloads
from integrations.tenants.models import Tenant

TENANTS = 50
PREFIX = "NH-"
POLICY = "4-fixed-window"
BATCH = 1000


def content(number: int) -> dict[str, Any]:
    """A checked order of two lines, about 540 bytes on the wire."""
    lines = [
        {"item": f"BLK-{(number + line) % 4000:04}", "description": text, "quantity": quantity,
         "unit_price": price, "unit": "PCS", "warehouse": "1", "tax_category": "25"}
        for line, (text, quantity, price) in enumerate(
            [("White hanging heart T-light holder", "6", "2.55"), ("Metal lantern", "12", "3.39")]
        )
    ]  # fmt: skip
    return {
        "reference": f"WEB-{number:07}",
        "buyer": f"{10_000 + number % 500}",
        "date": "2026-11-20",
        "currency": "NOK",
        "description": "From the web shop",
        "lines": lines,
    }


def token(tenant: int) -> str:
    """The tenant's access token, as long as those of Visma."""
    return f"{tenant:0{TENANT_LENGTH}}-" + "x" * 830


def payload(content: dict[str, Any]) -> dict[str, Any]:
    """The order as Visma gets it; the same for every design."""
    reference = payloads.wire_reference(PREFIX, content["reference"])
    return payloads.new_sales_order(content, reference=reference, defaults=payloads.Defaults())


def bodies(count: int) -> Iterator[tuple[str, bytes]]:
    """Reference on the wire and body of each order, as the engine would send them."""
    for number in range(count):
        order = payload(content(number))
        yield order["customer"]["refNo"], payloads.as_text(order).encode()


def connect_tenants(count: int = TENANTS, *, first: int = 0) -> list[Connection]:
    """Tenants with a connected company each, which have been pushing for a while.

    Their tokens are good for hours and their quotas known, so no lane begins with the two
    requests at a time that an unknown quota is given. Those before ``first`` are there already.
    """
    application, _ = Application.objects.get_or_create(
        slug="measured", name="Measured", kind=Kind.SERVICE, client_id="measured"
    )
    integration, _ = Integration.objects.get_or_create(
        application=application, name="Webshop orders", slug="measured", reference_prefix=PREFIX
    )
    return [_connect(integration, number) for number in range(first, count)]


def _connect(integration: Integration, number: int) -> Connection:
    now, tenant_id = database_now(), uuid.UUID(int=number + 1)
    tenant = Tenant.objects.create(name=f"Tenant {number}", slug=f"tenant-{number}")
    company = Company.objects.create(tenant=tenant, visma_tenant_id=tenant_id, name=tenant.name)
    grant = Grant(
        tenant=tenant, application=integration.application, kind="service",
        visma_tenant_id=tenant_id,
        token_number=1, access_expires_at=now + timedelta(hours=12),
    )  # fmt: skip
    grant.sealed_access_token = grant.sealed("access_token", token(number))
    grant.save()
    Quota.objects.create(
        application=integration.application, company_key=company.visma_key, policy=POLICY,
        seen_at=now, limit=1_000_000, remaining=999_999, seconds=3600,
        resets_at=now + timedelta(hours=1),
    )  # fmt: skip
    return Connection.objects.create(
        integration=integration, company=company, grant=grant, proven_at=now, confirmed_at=now,
        state=Connection.State.CONNECTED,
    )  # fmt: skip


def fill(
    connections: list[Connection], count: int, *, after: int = 0, slots_per_lane: int = 8
) -> list[int]:
    """Accept so many orders, the tenants taking turns. Returns their deliveries.

    The outbox is emptied before, unless orders are numbered ``after`` others that stay. The lanes
    remember ``slots_per_lane``, as they would of tenants that push all day.
    """
    if not after:
        empty()
    Breaker.objects.all().delete()
    Lane.objects.update(
        leased_until=LONG_AGO, rests_until=None, setbacks=0, shut_at=None, slots=slots_per_lane
    )
    queues = [lanes.lane_for(one) for one in connections]
    now, last = database_now(), _last_delivery()
    for at, lane in enumerate(queues):
        numbers = iter(range(after + at, after + count, len(queues)))
        while orders := [_order(lane.connection, n, now) for n in islice(numbers, BATCH)]:
            with transaction.atomic():
                SalesOrder.objects.bulk_create(orders)
                queueing.enqueue(orders, lane, now=now)
    analyze()
    new = Delivery.objects.filter(pk__gt=last).order_by("order__reference")
    return list(new.values_list("pk", flat=True))


def allow(limit: int, seconds: int) -> None:
    """From now on each tenant may ask so much in a window that long, and the engine knows it."""
    now = database_now()
    Quota.objects.update(
        policy=POLICY, limit=limit, remaining=limit, seconds=seconds, spent_until=None,
        closed_until=None, resets_at=now, seen_at=now - timedelta(seconds=seconds),
    )  # fmt: skip


def analyze() -> None:
    """As autovacuum would have by the time so many orders wait; every round plans alike."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def delivered(ledger: Iterable[str]) -> dict[str, str]:
    """Reference on the wire → Visma's number, of those of the ledger that we call delivered too."""
    rows = Delivery.objects.filter(
        state=Delivery.State.DELIVERED,
        order__reference__in=[reference.removeprefix(PREFIX) for reference in ledger],
    )
    return {
        PREFIX + reference: number
        for reference, number in rows.values_list("order__reference", "visma_number")
    }


def under_way(apart_from: Connection | None = None) -> bool:
    """Whether anything is still to be sent or written. Each part has an index of its own."""
    rows = Delivery.objects.exclude(lane__connection=apart_from) if apart_from else Delivery.objects
    waiting = rows.filter(state=Delivery.State.PENDING, paused_at=None, behind=False)
    return (
        waiting.exists()
        or rows.filter(state=Delivery.State.SENDING).exists()
        or rows.filter(state=Delivery.State.UNCERTAIN).exists()
    )


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE orders_salesorder, deliveries_attempt CASCADE")


def _last_delivery() -> int:
    return Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _order(to: Connection, number: int, now: datetime) -> SalesOrder:
    stored = content(number)
    return SalesOrder(
        connection=to,
        reference=stored["reference"],
        content=stored,
        content_digest=content_digest(stored),
        buyer=stored["buyer"],
        ordered_on=date.fromisoformat(stored["date"]),
        total=payloads.expected_total(stored),
        line_count=len(stored["lines"]),
        source=SalesOrder.Source.API,
        submitted_at=now,
    )
