"""What a change of route does to orders that wait, are under way, or are looked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import Settings

from integrations.connections.models import Connection, Grant, Integration
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import outbox
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant
from tests.deliveries.conftest import Push, Submit
from tests.deliveries.ways import ERP_SCOPES, V3_SCOPES, connect_over, set_addresses
from tests.sandbox_process import SandboxProcess

State = Delivery.State


@pytest.fixture(autouse=True)
def addresses(settings: Settings, at_sandbox: SandboxProcess) -> None:
    set_addresses(settings, at_sandbox)


@pytest.fixture
def switch(connection: Connection, at_sandbox: SandboxProcess) -> Callable[[str], None]:
    """Moves the connection's integration to a route, under a token that is good for both."""
    grant = Grant.objects.get(connections=connection)
    scopes = [*V3_SCOPES, *ERP_SCOPES]
    token = at_sandbox.token("isv_nordhandel_service", connection.company.visma_key, scopes=scopes)
    grant.sealed_access_token = grant.sealed("access_token", token)
    grant.save()

    def switched(route: str) -> None:
        Integration.objects.update(route=route)
        connection.refresh_from_db()

    return switched


def test_an_order_that_waits_is_built_anew_for_the_route_of_today(
    switch, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("status", status=403)
    delivery = submit("WEB-1")
    push()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.route) == (State.PENDING, "salesorder-v3")
    assert json.loads(delivery.payload)["type"] == "SO"
    Lane.objects.update(shut_at=None)

    switch("erp-v1")
    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.route) == (State.DELIVERED, "erp-v1")
    assert json.loads(delivery.payload)["orderType"] == {"value": "SO"}
    assert [a.route for a in delivery.attempts.all()] == ["salesorder-v3", "erp-v1"]
    assert at_sandbox.verdict()["orders"] == 1


@pytest.mark.parametrize(
    ("before", "after"), [("salesorder-v3", "erp-v1"), ("erp-v1", "salesorder-v3")]
)
def test_an_order_whose_answer_was_lost_is_looked_for_over_the_route_of_today(
    before: str, after: str, switch, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    switch(before)
    kinds = {"salesorder-v3": "salesorders", "erp-v1": "erp.orders"}
    at_sandbox.fault("commit_then_drop", f"{kinds[before]}.post")
    delivery = submit("WEB-1")
    push(first_look=timedelta(seconds=30))
    delivery.refresh_from_db()
    assert delivery.state == State.UNCERTAIN
    Delivery.objects.update(look_at=database_now())

    switch(after)
    push(idle=timedelta(milliseconds=600))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt) == (State.DELIVERED, 1)
    assert at_sandbox.requests(kind=f"{kinds[before]}.list") == []
    assert at_sandbox.verdict()["orders"] == 1


def test_what_a_dead_worker_left_is_quarantined_by_the_route_it_went_over(
    connection: Connection, submit: Submit
) -> None:
    for number, route in enumerate(("salesorder-v3", "erp-v1")):
        delivery = submit(f"WEB-{number}")
        Delivery.objects.filter(pk=delivery.pk).update(
            state="sending", attempt=1, epoch=0, route=route
        )
    now, lane = database_now(), Lane.objects.get()

    outbox.flip(
        {lane.pk: 1},
        now=now,
        quarantined_until=now + timedelta(seconds=180),
        erp_quarantined_until=now + timedelta(seconds=300),
        look_at=now + timedelta(seconds=5),
    )

    found = Delivery.objects.values_list("route", "quarantined_until", "look_at").order_by("pk")
    look_at = now + timedelta(seconds=5)
    assert list(found) == [
        ("salesorder-v3", now + timedelta(seconds=180), look_at),
        ("erp-v1", now + timedelta(seconds=300), look_at),
    ]


def test_an_empty_list_that_may_be_another_companys_proves_nothing(
    integration: Integration, tenant: Tenant, at_sandbox: SandboxProcess, push: Push, submit: Submit
) -> None:
    """VNI: a token without a right to the company may be answered with rows of none."""
    vni = connect_over("vni", integration, tenant, at_sandbox)
    at_sandbox.fault("commit_then_drop", "erp.orders.post")
    delivery = submit("WEB-1", to=vni)
    push(first_look=timedelta(seconds=30))
    at_sandbox.switch(foreign_company="empty_list")
    vni.company.context_id = "1"
    vni.company.save()
    Delivery.objects.update(look_at=database_now(), quarantined_until=database_now())

    push(idle=timedelta(milliseconds=600))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.misses) == (State.UNCERTAIN, 0)
    assert set(delivery.looks.values_list("finding", flat=True)) == {"failed"}


def test_an_empty_list_of_the_company_itself_is_witnessed_and_counts(
    integration: Integration, tenant: Tenant, at_sandbox: SandboxProcess, push: Push, submit: Submit
) -> None:
    vni = connect_over("vni", integration, tenant, at_sandbox)
    at_sandbox.fault("drop_before_commit", "erp.orders.post")
    delivery = submit("WEB-1", to=vni)
    push(first_look=timedelta(seconds=30))
    Delivery.objects.update(look_at=database_now(), quarantined_until=database_now())

    push(idle=timedelta(milliseconds=600), read_lag=timedelta(seconds=30))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.misses) == (State.UNCERTAIN, 1)
    assert [look.finding for look in delivery.looks.all()] == ["miss"]
    assert len(at_sandbox.requests(kind="organization")) == 1
