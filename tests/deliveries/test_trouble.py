"""A drain in trouble with its own database: nothing is sent twice, nothing stays stuck."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.db import connection as database

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services import claiming
from integrations.deliveries.services.drain import drain
from integrations.deliveries.services.holding import DrainOptions
from tests.deliveries.conftest import Push, Submit
from tests.deliveries.workers import until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State, Ending = Delivery.State, Attempt.Ending


@contextmanager
def draining(options: DrainOptions) -> Iterator[None]:
    """A drain in a thread of its own, asked to stop at the end of the block and waited for."""
    stop = threading.Event()

    def run() -> None:
        try:
            drain(options, stop)
        finally:
            database.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


def test_a_claim_whose_commit_is_in_doubt_is_taken_back_and_made_again(
    submit: Submit, push: Push, in_visma, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = submit("WEB-1")
    claim, doubts = claiming.claim, [True]

    def committed_and_cut(*args, **kwargs):
        jobs = claim(*args, **kwargs)
        if jobs and doubts:
            doubts.clear()
            raise OperationalError("the session was cut after COMMIT")
        return jobs

    monkeypatch.setattr(claiming, "claim", committed_and_cut)

    push(idle=timedelta(seconds=2))

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert in_visma("WEB-1") == [delivery.visma_number]
    assert [a.ending for a in delivery.attempts.all()] == [Ending.WITHDRAWN, Ending.ANSWERED]


@pytest.mark.needs_postgres
def test_an_answer_outlives_the_session_it_was_to_be_written_in(
    submit: Submit, quick: DrainOptions, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("slow", seconds=1)
    delivery = submit("WEB-1")

    with draining(replace(quick, idle=timedelta(seconds=10))):
        until(lambda: Delivery.objects.filter(state=State.SENDING).exists())
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        until(lambda: Delivery.objects.filter(state=State.DELIVERED).exists())

    delivery.refresh_from_db()
    assert in_visma("WEB-1") == [delivery.visma_number]
    assert [a.ending for a in delivery.attempts.all()] == [Ending.ANSWERED]


@pytest.mark.needs_postgres
def test_a_row_that_is_locked_delays_only_the_writing(
    submit: Submit, quick: DrainOptions, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("slow", seconds=1)
    delivery = submit("WEB-1")

    with draining(replace(quick, idle=timedelta(seconds=10))):
        until(lambda: Delivery.objects.filter(state=State.SENDING).exists())
        with transaction.atomic():
            Delivery.objects.select_for_update().get(pk=delivery.pk)
            until(lambda: in_visma("WEB-1") != [])
            threading.Event().wait(3)
        until(lambda: Delivery.objects.filter(state=State.DELIVERED).exists())

    delivery.refresh_from_db()
    assert in_visma("WEB-1") == [delivery.visma_number]


def test_listens_out_what_is_under_way_when_asked_to_stop(
    submit: Submit, quick: DrainOptions, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("slow", seconds=1)
    delivery, later = submit("WEB-1"), submit("WEB-2")

    with draining(replace(quick, slots=1, slots_per_lane=1)):
        until(lambda: Delivery.objects.filter(state=State.SENDING).exists())

    delivery.refresh_from_db()
    later.refresh_from_db()
    assert (delivery.state, later.state) == (State.DELIVERED, State.PENDING)
    assert in_visma("WEB-1") == [delivery.visma_number]


def test_goes_on_claiming_while_slow_answers_are_awaited(
    submit: Submit, quick: DrainOptions, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("slow", seconds=3)
    submit("WEB-SLOW")

    with draining(quick):
        until(lambda: Delivery.objects.filter(state=State.SENDING).exists())
        second = submit("WEB-2")
        until(lambda: Delivery.objects.get(pk=second.pk).state == State.DELIVERED, seconds=2.5)
        assert Delivery.objects.filter(state=State.SENDING).count() == 1
