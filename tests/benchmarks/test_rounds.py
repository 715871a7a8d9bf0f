"""Fifty orders through the bare loop and through the engine; how fast is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db.models import F

from benchmarks import barest, designs, orders, processor_time
from benchmarks.children import TargetProcess, start_target
from benchmarks.databases import multiply
from benchmarks.engines import Setting, run_engine
from benchmarks.figures import Run
from integrations.connections.models import Connection
from integrations.deliveries.models import Attempt, Delivery
from integrations.orders.models import SalesOrder

SETTING = Setting(latency_ms=5, in_flight=20)


@pytest.fixture(scope="module")
def target() -> Iterator[TargetProcess]:
    with start_target() as process:
        yield process


def outcome(run: Run) -> tuple[str, int, int, int]:
    return run.design, run.orders, run.lost, run.doubled


def test_the_bare_loop_sends_every_order_once(
    live_settings: dict[str, str], target: TargetProcess
) -> None:
    run = designs.run_bare(target, 50, latency_ms=5, in_flight=20)

    assert outcome(run) == ("bare loop", 50, 0, 0)
    assert run.seconds > 0
    assert run.cpu > 0


@pytest.fixture
def at_the_target(
    process_environment: dict[str, str], target: TargetProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes begun in this test use its database, and the target as Visma."""
    environment = process_environment | {"VISMA_CONNECT_SALES_ORDER_URL": target.url}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.needs_postgres
@pytest.mark.usefixtures("at_the_target")
def test_the_engine_sends_the_same_orders_once(target: TargetProcess) -> None:
    run = run_engine(target, orders.connect_tenants(), 50, SETTING)

    assert outcome(run) == ("engine", 50, 0, 0)
    bodies = dict(orders.bodies(50))
    assert set(target.ledger()) == set(bodies)
    assert list(Delivery.objects.values_list("state", flat=True).distinct()) == ["delivered"]
    sent = {text.encode() for text in Delivery.objects.values_list("payload", flat=True)}
    assert sent == set(bodies.values())
    assert Attempt.objects.count() == 50
    assert processor_time.of_database() > 0


@pytest.mark.needs_postgres
@pytest.mark.usefixtures("at_the_target")
def test_a_bad_neighbours_orders_are_not_waited_for(target: TargetProcess) -> None:
    bad, other = orders.connect_tenants(2)
    beside = replace(SETTING, terms={"odd": orders.token(0)[:6]}, apart_from=bad)

    run = run_engine(target, [bad, other], 6, beside)

    assert outcome(run) == ("engine", 3, 0, 0)
    delivered = Delivery.objects.filter(state=Delivery.State.DELIVERED)
    assert set(delivered.values_list("lane__connection", flat=True)) == {other.pk}


@pytest.mark.needs_postgres
@pytest.mark.usefixtures("transactional_db")
def test_copies_have_references_and_numbers_of_their_own() -> None:
    orders.fill(orders.connect_tenants(2), 4)
    Delivery.objects.update(state=Delivery.State.DELIVERED, visma_type="SO", visma_number=F("pk"))

    multiply(2)

    told = Delivery.objects.values_list("order__reference", "order__content__reference")
    assert len(set(told)) == 12
    assert all(column == content for column, content in told)
    assert Delivery.objects.values("visma_number").distinct().count() == 12
    orders.fill(list(Connection.objects.all()), 2, after=4)
    assert SalesOrder.objects.count() == 14


@pytest.mark.needs_postgres
@pytest.mark.usefixtures("transactional_db")
def test_the_barest_claim_completes_every_order() -> None:
    run = barest.run(150)

    assert outcome(run) == ("barest claim", 150, 0, 0)
