"""A push worker that is killed, frozen or cut off: the order is in Visma once all the same."""

from __future__ import annotations

import os
import signal
from contextlib import closing

import pytest
from django.core.cache import cache

from integrations.connections.models import Connection, Grant
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.tasks import ring
from tests.deliveries.conftest import Connect, Submit
from tests.deliveries.workers import ClosedDoor, push_worker, until
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending


@pytest.fixture(autouse=True)
def quiet() -> None:
    """No bell of an earlier test is outstanding."""
    cache.clear()


def is_delivered(delivery: Delivery) -> bool:
    delivery.refresh_from_db()
    if delivery.state not in (State.DELIVERED, State.PARKED):
        ring()
    return delivery.state == State.DELIVERED


def test_killed_between_send_and_settle(
    process_environment, submit: Submit, at_sandbox: SandboxProcess, in_visma
) -> None:
    at_sandbox.fault("hang", commit=True, seconds=60)
    delivery = submit("WEB-1")

    with push_worker(process_environment, at_sandbox.url) as killed:
        ring()
        until(lambda: in_visma("WEB-1") != [])
        os.kill(killed.pid, signal.SIGKILL)
    with push_worker(process_environment, at_sandbox.url):
        until(lambda: is_delivered(delivery))

    assert in_visma("WEB-1") == [delivery.visma_number]
    assert [a.ending for a in delivery.attempts.all()] == [Ending.UNKNOWN]


# Frozen in a transaction it would hold SQLite's only write lock, and nobody could go on.
@pytest.mark.needs_postgres
def test_frozen_between_claim_and_send_past_lease_and_quarantine(
    process_environment, submit: Submit, at_sandbox: SandboxProcess, in_visma
) -> None:
    delivery = submit("WEB-1")

    with (
        closing(ClosedDoor(at_sandbox.url)) as door,
        push_worker(process_environment, door.url, VISMA_CONNECT_TIMEOUT="29") as frozen,
    ):
        ring()
        until(lambda: Delivery.objects.filter(state=State.SENDING).exists())
        os.kill(frozen.pid, signal.SIGSTOP)
        with push_worker(process_environment, at_sandbox.url):
            until(lambda: is_delivered(delivery))
        door.open()
        until(lambda: door.let_in > 0)
        os.kill(frozen.pid, signal.SIGCONT)
        frozen.terminate()
        until(lambda: frozen.poll() is not None)

    assert door.received == 0
    assert in_visma("WEB-1") == [delivery.visma_number]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt) == (State.DELIVERED, 2)


def test_answer_lost_after_commit_on_a_kept_connection(
    process_environment, submit: Submit, at_sandbox: SandboxProcess, in_visma
) -> None:
    deliveries = [submit(f"WEB-{n}") for n in range(6)]
    at_sandbox.fault("commit_then_drop", only_reused=True)

    with push_worker(process_environment, at_sandbox.url, PUSH_SLOTS="1", PUSH_SLOTS_PER_LANE="1"):
        until(lambda: all(is_delivered(d) for d in deliveries))

    assert [in_visma(d.order.reference) for d in deliveries] == [
        [d.visma_number] for d in deliveries
    ]
    assert Attempt.objects.filter(ending=Ending.UNKNOWN).count() == 1


def test_a_poison_order_and_a_poison_lane_among_healthy_ones(
    process_environment,
    connect: Connect,
    connection: Connection,
    submit: Submit,
    at_sandbox: SandboxProcess,
    in_visma,
) -> None:
    poison = submit("WEB-POISON")
    poison.order.content = {"lines": "not a list"}
    poison.order.save()
    poisoned = connect("Fjordlys Sverige AB")
    held = submit("WEB-HELD", to=poisoned)
    stranger = Grant.objects.get(connections=connection)
    Grant.objects.filter(connections=poisoned).update(
        sealed_access_token=stranger.sealed_access_token
    )
    healthy = [submit(f"WEB-{n}") for n in range(5)]

    with push_worker(process_environment, at_sandbox.url):
        until(lambda: all(is_delivered(d) for d in healthy))
        until(lambda: Lane.objects.get(connection=poisoned).shut_at is not None)

    assert [in_visma(d.order.reference) for d in healthy] == [[d.visma_number] for d in healthy]
    poison.refresh_from_db()
    held.refresh_from_db()
    assert (poison.state, poison.reason) == (State.PARKED, Reason.FAULT_OF_OURS)
    assert (held.state, held.attempt) == (State.PENDING, 0)
