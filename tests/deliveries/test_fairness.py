"""Lanes take turns: nobody's long queue keeps a short one waiting."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from integrations.connections.models import Application, Company, Connection, Grant, Integration
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import outbox
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.lanes import lane_for
from integrations.deliveries.services.leasing import SLICE_ORDERS
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant
from tests.deliveries.conftest import Connect, Push, Submit
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

LANES, DRAINS, PLACES = 1000, 4, 64
Priority = Delivery.Priority


def test_ten_orders_beside_a_long_queue_wait_two_slices_at_most(
    connection: Connection, connect: Connect, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    other = connect("Fjordlys Sverige AB")
    for number in range(3 * SLICE_ORDERS):
        submit(f"LONG-{number}")
    for number in range(10):
        submit(f"SHORT-{number}", to=other)
    Lane.objects.update(slots=8)
    Lane.objects.filter(connection=other).update(served_at=database_now())

    push(slots=1, slots_per_lane=8)

    posts = at_sandbox.requests(kind="salesorders.post")
    names = [str(one["reference"]) for one in sorted(posts, key=lambda one: one["at"])]
    assert Counter(name.split("-")[1] for name in names) == {"LONG": 150, "SHORT": 10}
    last = max(at for at, name in enumerate(names) if "SHORT" in name)
    assert sum("LONG" in name for name in names[:last]) <= 2 * SLICE_ORDERS


def test_no_lane_of_a_thousand_is_leased_twice_before_all_were_once(
    integration: Integration, tenant: Tenant
) -> None:
    _make_lanes(integration, tenant)
    now, lease = database_now(), timedelta(seconds=15)
    leased: Counter[int] = Counter()

    for turn in range(LANES // PLACES + 1):
        for drain in range(DRAINS):
            at = now + timedelta(milliseconds=turn * DRAINS + drain)
            held = outbox.lease(now=at, until=at + lease, token_until=at, limit=PLACES // DRAINS)
            outbox.release(held, now=at)
            leased.update(held.keys())
        if turn == LANES // PLACES - 1:
            assert max(leased.values()) == 1

    assert (len(leased), max(leased.values())) == (LANES, 2)


def _make_lanes(integration: Integration, tenant: Tenant) -> None:
    now, application = database_now(), Application.objects.get()
    grant = Grant(
        tenant=tenant, application=application, kind="service", token_number=1,
        access_expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    grant.sealed_access_token = grant.sealed("access_token", "a token")
    grant.save()
    companies = Company.objects.bulk_create(
        Company(tenant=tenant, visma_tenant_id=f"00000000-0000-0000-0000-{number:012}", name="")
        for number in range(LANES)
    )
    connections = Connection.objects.bulk_create(
        Connection(
            integration=integration, company=company, grant=grant, proven_at=now,
            state=Connection.State.CONNECTED, confirmed_at=now,
        )
        for company in companies
    )  # fmt: skip
    lanes = Lane.objects.bulk_create(
        Lane(connection=one, company_key=one.company.visma_key) for one in connections
    )
    orders = SalesOrder.objects.bulk_create(
        SalesOrder(
            connection=one, reference="WEB-1", content={}, content_digest="", buyer="1",
            ordered_on="2026-11-20", line_count=1, source=SalesOrder.Source.API, submitted_at=now,
        )
        for one in connections
    )  # fmt: skip
    Delivery.objects.bulk_create(
        Delivery(order=order, lane=lane, due_at=now, visma_company=lane.company_key)
        for order, lane in zip(orders, lanes, strict=True)
    )


def test_each_priority_goes_out_by_its_share(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    lane_for(connection)
    Lane.objects.update(slots=8)
    for priority, count in ((Priority.BULK, 30), (Priority.NORMAL, 30), (Priority.URGENT, 30)):
        for number in range(count):
            delivery = submit(f"{priority.label}-{number}")
            Delivery.objects.filter(pk=delivery.pk).update(priority=priority)

    push(slots=1, slots_per_lane=8)

    posts = sorted(at_sandbox.requests(kind="salesorders.post"), key=lambda one: one["at"])
    first = Counter(str(one["reference"]).split("-")[1] for one in posts[:40])
    # 24, 12 and 4, but for what was claimed before the drain knew what waits, and at the cut.
    assert (first["Urgent"] >= 18, first["Normal"] >= 8, first["Bulk"] >= 2) == (True,) * 3
