"""An outage of Visma's host, end to end: nothing is lost, doubled, charged or parked."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import Max, Sum

from integrations.connections.models import Connection, Incident, Mail
from integrations.deliveries.models import Breaker, Delivery
from integrations.deliveries.services.drain import drain
from integrations.deliveries.services.holding import DrainOptions
from integrations.deliveries.services.hosts import BLAMELESS
from integrations.tenants.models import User
from integrations.visma.calls import boot_time
from tests.deliveries.conftest import Connect, Push, Submit
from tests.sandbox_process import SandboxProcess

State = Delivery.State
ORDERS = 40


@pytest.fixture
def submitted(connect: Connect, connection: Connection, submit: Submit) -> list[Delivery]:
    """Orders of two companies."""
    lanes = [connection, connect("Fjordlys Sverige AB")]
    return [submit(f"WEB-{n}", to=lanes[n % 2]) for n in range(ORDERS)]


def calls(sandbox: SandboxProcess, **filters: str) -> int:
    return len([one for one in sandbox.requests(**filters) if "salesorders" in one["kind"]])


def push_on(push: Push) -> None:
    """Drain after drain, as the sweep rings for them."""
    until = boot_time() + 30
    while Delivery.objects.exclude(state=State.DELIVERED).exists() and boot_time() < until:
        push(idle=timedelta(seconds=0.5))


def assert_all_in_visma_once(sandbox: SandboxProcess) -> None:
    assert Delivery.objects.exclude(state=State.DELIVERED).count() == 0
    verdict = sandbox.verdict()
    assert (verdict["orders"], verdict["duplicates"]) == (ORDERS, 0)


def costs() -> tuple[int, int]:
    """What the outage cost all orders: attempts charged, and the most outages of one order."""
    told = Delivery.objects.aggregate(charged=Sum("charged"), outages=Max("outages"))
    return told["charged"], told["outages"]


def test_an_outage_costs_no_order_an_attempt_and_staff_hear_of_it_once(
    submitted: list[Delivery], push: Push, at_sandbox: SandboxProcess, staff: User
) -> None:
    at_sandbox.fault("status", on="*", status=503, repeat=True, ends_in=1.5)

    push_on(push)

    assert_all_in_visma_once(at_sandbox)
    assert costs() == (0, 1)
    assert Breaker.objects.get().closed_at is not None
    assert Mail.objects.count() == 1
    assert Incident.objects.get().cleared_at is not None
    assert calls(at_sandbox) < 2 * ORDERS


def test_a_host_that_reads_but_takes_no_orders_is_down(
    submitted: list[Delivery], push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("status", on="*", method="POST", status=500, repeat=True, ends_in=1.5)

    push_on(push)

    assert_all_in_visma_once(at_sandbox)
    assert costs() == (0, 1)
    assert Breaker.objects.count() == 1
    assert calls(at_sandbox) < 2 * ORDERS


def test_maintenance_is_asked_no_earlier_than_it_says(
    submitted: list[Delivery], push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("maintenance", on="*", repeat=True, ends_in=2)

    push_on(push)

    assert_all_in_visma_once(at_sandbox)
    # Until three calls agree it is one company's, and the other is still asked.
    assert at_sandbox.verdict()["too_early"] < BLAMELESS
    assert costs() == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_two_drains_share_a_breaker_and_send_one_probe_at_a_time(
    submitted: list[Delivery], quick: DrainOptions, at_sandbox: SandboxProcess, staff: User
) -> None:
    at_sandbox.control("POST", "listener", {"seconds": 2})
    threads = [threading.Thread(target=run_drains, args=[quick]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert_all_in_visma_once(at_sandbox)
    assert costs() == (0, 0)
    assert Breaker.objects.count() == 1
    assert Mail.objects.count() == 1
    assert len(at_sandbox.requests(kind="salesorders.list")) == 1


def run_drains(options: DrainOptions) -> None:
    def push(**changes: Any) -> None:
        drain(replace(options, **changes), threading.Event())

    try:
        push_on(push)
    finally:
        database.close()
