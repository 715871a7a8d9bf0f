"""How often and how soon something that failed is sent again; the clock is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from integrations.connections import checks
from integrations.connections.models import Connection
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services import judging, repeats
from integrations.deliveries.services.clock import database_now
from tests.deliveries.conftest import NOON, Push, Submit
from tests.sandbox_process import SandboxProcess

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def delivery(submit: Submit) -> Delivery:
    delivery = submit("WEB-1")
    Delivery.objects.update(due_at=NOON)
    return delivery


def failed(
    delivery: Delivery, at: datetime, *, status: int | None = 403, ending: str = Ending.ANSWERED
) -> None:
    number = delivery.attempts.count() + 1
    Attempt.objects.create(
        delivery=delivery, number=number, epoch=1, route="salesorder-v3", token_number=1,
        opened_at=at, ended_at=at, ending=ending, status=status,
        answered_at=at if status else None,
    )  # fmt: skip
    Delivery.objects.update(attempt=number)


def test_a_failed_request_is_repeated_at_most_twice_in_five_minutes(delivery: Delivery) -> None:
    sent: list[datetime] = []
    now = NOON
    while len(sent) < 9:
        failed(delivery, now)
        sent.append(now)
        now = repeats.not_before(delivery.pk, now=now + timedelta(seconds=1))

    again = sent[1:]
    for moment in again:
        assert sum(moment <= other < moment + FIVE_MINUTES for other in again) <= 2
    assert [int((moment - NOON).total_seconds()) for moment in sent[:5]] == [0, 1, 2, 301, 302]


def test_what_never_left_us_and_what_was_throttled_do_not_count(delivery: Delivery) -> None:
    for _ in range(3):
        failed(delivery, NOON, status=None, ending=Ending.GATE)
        failed(delivery, NOON, status=None, ending=Ending.WITHDRAWN)
        failed(delivery, NOON, status=429)
    failed(delivery, NOON)
    failed(delivery, NOON, status=None, ending=Ending.UNKNOWN)

    assert repeats.not_before(delivery.pk, now=NOON) == NOON
    failed(delivery, NOON)
    assert repeats.not_before(delivery.pk, now=NOON) == NOON + FIVE_MINUTES


def test_only_an_order_that_waits_after_that_very_attempt_is_put_off(delivery: Delivery) -> None:
    for _ in range(3):
        failed(delivery, NOON)

    repeats.space_out(delivery.pk, 2, now=NOON)
    delivery.refresh_from_db()
    assert delivery.due_at == NOON

    repeats.space_out(delivery.pk, 3, now=NOON)
    delivery.refresh_from_db()
    assert delivery.due_at == NOON + FIVE_MINUTES


def test_an_order_refused_under_token_after_token_waits_five_minutes(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    at_sandbox.fault("unauthorized", repeat=True)
    delivery = submit("WEB-1")
    grant = connection.grant
    assert grant is not None

    for number in (1, 2, 3):
        type(grant).objects.update(token_number=number, stale_number=number - 1)
        Lane.objects.update(shut_at=None)
        push()

    delivery.refresh_from_db()
    attempts = list(delivery.attempts.all())
    assert (delivery.state, len(attempts)) == (State.PENDING, 3)
    assert delivery.due_at == attempts[1].opened_at + FIVE_MINUTES


def test_backoff_has_full_jitter_and_ends_at_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []

    def highest(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    monkeypatch.setattr("random.uniform", highest)

    waits = [judging.jittered(setbacks).total_seconds() for setbacks in (0, 1, 5, 11, 12, 99)]

    assert waits == [1, 2, 32, 2048, 3600, 3600]
    assert set(asked) == {(0, 1)}


def test_the_eighth_charged_attempt_is_the_last(
    submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("drop_before_commit")
    delivery = submit("WEB-1")
    Delivery.objects.update(charged=7)
    while delivery.state in (State.PENDING, State.SENDING):
        push()
        delivery.refresh_from_db()
    Delivery.objects.filter(state=State.UNCERTAIN).update(
        quarantined_until=database_now(), look_at=database_now()
    )

    for _ in range(20):
        push(read_lag=timedelta(0))
        delivery.refresh_from_db()
        if delivery.state == State.PARKED:
            break

    assert (delivery.state, delivery.reason) == (State.PARKED, Reason.ATTEMPTS_SPENT)
    assert (delivery.charged, delivery.attempts.count()) == (8, 1)


def test_each_quarantine_outlasts_a_read_over_its_route(settings: Settings) -> None:
    assert checks.quarantine_outlasts_a_read() == []

    settings.QUARANTINE = settings.VISMA_READ_TIMEOUT + timedelta(seconds=59)
    settings.ERP_QUARANTINE = settings.VISMA_ERP_READ_TIMEOUT + timedelta(seconds=59)

    hints = [fault.hint for fault in checks.quarantine_outlasts_a_read()]
    assert hints == ["Set QUARANTINE to 120 or more.", "Set ERP_QUARANTINE to 300 or more."]


def test_settings_that_repeat_too_often_are_told_in_production(settings: Settings) -> None:
    settings.QUARANTINE, settings.READ_LAG = timedelta(seconds=120), timedelta(seconds=29)
    settings.LIST_PAUSE = timedelta(seconds=11)
    assert checks.repeats_keep_vismas_limits() == []

    settings.PRODUCTION = True

    told = checks.repeats_keep_vismas_limits()
    assert [advice.id for advice in told] == ["connections.W010", "connections.W011"]
