"""From every answer to the order's next state: the table of answers, over both routes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.connections.models import Connection, Incident
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services import judging
from integrations.deliveries.services.holding import DrainOptions, Job
from integrations.deliveries.services.outbox import Arrival, AttemptEnd, Settlement
from integrations.visma.routes import ROUTES
from tests.deliveries.conftest import NOON, Push, Submit
from tests.sandbox_process import SandboxProcess
from tests.visma.conftest import StartServer, authority, certificate, start
from tests.visma.made_answers import answer
from tests.visma.test_answers import BODIES, LOCATIONS, expected

__all__ = ["authority", "certificate", "start"]

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending
NOBODY: Any = None
FRESH = Job(
    lane=NOBODY, delivery_id=1, attempt=1, token_number=1, after_doubt=False, charged=0,
    set_aside=0, opened_at=NOON, body=b'{"orderType": {"value": "SO"}}',
)  # fmt: skip
# What an outcome makes of an order that meets it for the first time: state, charge, set aside.
BECOMES = {
    "refused": (State.REJECTED, 0, 0),
    "unauthorized": (State.PENDING, 0, 0),
    "lane_refused": (State.PENDING, 0, 1),
    "throttled": (State.PENDING, 0, 0),
    "unknown": (State.UNCERTAIN, 0, 0),
}
BOTH = pytest.mark.parametrize("name", list(ROUTES))


@pytest.fixture
def options(quick: DrainOptions) -> DrainOptions:
    return replace(
        quick, quarantine=timedelta(minutes=3), erp_quarantine=timedelta(minutes=5),
        first_look=timedelta(seconds=5),
    )  # fmt: skip


def judged(
    job: Job, options: DrainOptions, *said: Any, **more: Any
) -> tuple[Settlement, AttemptEnd]:
    outcome = judging.judge(job, answer(*said, **more), options, now=NOON).outcome
    assert not isinstance(outcome, Arrival)
    return outcome


@BOTH
def test_every_status_and_body_leads_where_the_table_says(name: str, options: DrainOptions) -> None:
    job = replace(FRESH, route=name)
    for body in BODIES:
        for status in range(100, 600):
            settlement, end = judged(job, options, status, body=body)

            outcome = expected(status, body, ROUTES[name])
            found = (settlement.state, settlement.charge, settlement.aside)
            assert found == BECOMES[outcome], (status, body)
            assert end.status == status
            assert (end.ending == Ending.UNKNOWN) is (outcome == "unknown")


@BOTH
def test_a_lost_answer_is_quarantined_for_as_long_as_the_route_may_work(
    name: str, options: DrainOptions
) -> None:
    minutes = {"salesorder-v3": 3, "erp-v1": 5}[name]

    settlement, _ = judged(replace(FRESH, route=name), options, 0, curl_code=28, complete=False)

    assert settlement.state == State.UNCERTAIN
    assert settlement.quarantined_until == NOON + timedelta(minutes=minutes)
    assert settlement.look_at == NOON + timedelta(seconds=5)
    assert not settlement.from_uncertain


@BOTH
def test_a_201_with_its_number_counts_though_its_body_was_cut(
    name: str, options: DrainOptions
) -> None:
    headers = {"Location": LOCATIONS[ROUTES[name]]}
    job = replace(FRESH, route=name)

    whole = judging.judge(job, answer(201, headers=headers), options, now=NOON).outcome
    cut, _ = judged(job, options, 201, headers=headers, curl_code=18)

    assert whole == Arrival(1, 1, "SO", "000023", NOON)
    assert (cut.state, cut.visma_type, cut.visma_number) == (State.DELIVERED, "SO", "000023")
    assert cut.from_pending


@BOTH
def test_a_refusal_after_a_doubt_is_kept_until_the_looks_have_missed(
    name: str, options: DrainOptions
) -> None:
    job = replace(FRESH, route=name, after_doubt=True)

    settlement, _ = judged(job, options, 422)

    assert (settlement.state, settlement.kept_refusal) == (State.UNCERTAIN, True)


def test_a_refused_number_of_ours_is_asked_for_before_the_refusal_is_written(
    options: DrainOptions,
) -> None:
    settlement, end = judged(replace(FRESH, numbered=True), options, 422)

    assert (settlement.state, settlement.kept_refusal) == (State.UNCERTAIN, True)
    assert settlement.quarantined_until == settlement.look_at == NOON
    assert end.ending == Ending.ANSWERED


def test_what_never_left_us_waits_for_a_jittered_while_and_costs_nothing(
    options: DrainOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)

    for attempt, seconds in ((1, 2), (5, 32), (40, 3600)):
        settlement, end = judged(
            replace(FRESH, attempt=attempt), options, 0, passed=0, curl_code=7, complete=False
        )
        assert (settlement.state, settlement.charge) == (State.PENDING, 0)
        assert settlement.due_at == NOON + timedelta(seconds=seconds)
        assert end.ending == Ending.GATE


@pytest.mark.parametrize(
    ("set_aside", "charged", "state"),
    [(1, 0, State.PENDING), (2, 0, State.PARKED), (1, 6, State.PENDING), (1, 7, State.PARKED)],
)
def test_the_same_again_in_a_well_company_is_the_orders(
    set_aside: int, charged: int, state: str, options: DrainOptions
) -> None:
    job = replace(FRESH, set_aside=set_aside, charged=charged)

    settlement, _ = judged(job, options, 404)

    assert (settlement.state, settlement.charge, settlement.aside) == (state, 1, 1)
    if state == State.PENDING:
        wait = settlement.due_at - NOON
        assert timedelta(minutes=1) <= wait <= timedelta(seconds=60 + 64)
    else:
        assert settlement.reason == Reason.ATTEMPTS_SPENT


def test_a_fault_of_ours_in_judging_parks_that_order(options: DrainOptions) -> None:
    settlement, end = judged(replace(FRESH, route="no such route"), options, 200)

    assert (settlement.state, settlement.reason) == (State.PARKED, Reason.FAULT_OF_OURS)
    assert end.fault == "KeyError"


def test_an_authority_we_do_not_know_holds_the_lane_and_tells_staff(
    connection: Connection, submit: Submit, push: Push, start: StartServer,
    at_sandbox: SandboxProcess, settings: Settings,
) -> None:  # fmt: skip
    server = start(lambda _: None, tls=True)
    settings.VISMA_SERVICE_SALES_ORDER_URL = server.url
    delivery = submit("WEB-1")

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.charged) == (State.PENDING, 0)
    assert [a.ending for a in delivery.attempts.all()] == [Ending.GATE]
    assert "certificate" in Lane.objects.get(connection=connection).shut_because.lower()
    assert Incident.objects.get().kind == "own_set_up"
