"""Fifty orders through the bare loop and through the engine; how fast is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import designs, orders, processor_time
from benchmarks.children import TargetProcess, start_target
from benchmarks.figures import Run
from integrations.deliveries.models import Attempt, Delivery

LATENCY_MS, SLOTS = 5, 20


@pytest.fixture(scope="module")
def target() -> Iterator[TargetProcess]:
    with start_target() as process:
        yield process


def outcome(run: Run) -> tuple[str, int, int, int]:
    return run.design, run.orders, run.lost, run.doubled


def test_the_bare_loop_sends_every_order_once(
    live_settings: dict[str, str], target: TargetProcess
) -> None:
    run = designs.run_bare(target, 50, latency_ms=LATENCY_MS, in_flight=SLOTS)

    assert outcome(run) == ("bare loop", 50, 0, 0)
    assert run.seconds > 0
    assert run.cpu > 0


@pytest.mark.needs_postgres
def test_the_engine_sends_the_same_orders_once(
    process_environment: dict[str, str], target: TargetProcess
) -> None:
    connections = orders.connect_tenants()
    environment = process_environment | {"VISMA_CONNECT_SALES_ORDER_URL": target.url}

    run = designs.run_engine(
        target, connections, 50, environment=environment, latency_ms=LATENCY_MS, in_flight=SLOTS
    )

    assert outcome(run) == ("engine", 50, 0, 0)
    assert set(target.ledger()) == {reference for reference, _ in orders.bodies(50)}
    assert list(Delivery.objects.values_list("state", flat=True).distinct()) == ["delivered"]
    assert Attempt.objects.count() == 50
    assert processor_time.of_database() > 0


@pytest.mark.needs_postgres
def test_every_design_sends_the_same_bodies(
    process_environment: dict[str, str], target: TargetProcess
) -> None:
    connections = orders.connect_tenants()
    environment = process_environment | {"VISMA_CONNECT_SALES_ORDER_URL": target.url}

    designs.run_engine(
        target, connections, 3, environment=environment, latency_ms=LATENCY_MS, in_flight=SLOTS
    )

    sent = {text.encode() for text in Delivery.objects.values_list("payload", flat=True)}
    assert sent == {body for _, body in orders.bodies(3)}
