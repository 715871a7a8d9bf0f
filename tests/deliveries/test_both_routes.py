"""Orders over each way: Sales Order V3, the ERP API under a Connect token, the same under VNI."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from pytest_django import Settings

from integrations.connections.models import Connection, Grant, Integration
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services import looking
from integrations.deliveries.services.clock import database_now
from integrations.intake.services.accepting import accept
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant
from tests.deliveries.conftest import Push, order
from tests.deliveries.ways import (
    LENIENT,
    LIST,
    POST,
    STRICT,
    WAYS,
    connect_over,
    order_at_visma,
    set_addresses,
)
from tests.sandbox_process import SandboxProcess

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending
QUARANTINE = timedelta(milliseconds=400)
ON_THE_WAY = (State.PENDING, State.SENDING, State.UNCERTAIN)


@dataclass
class Over:
    """One way to Visma, and what is done over it."""

    way: str
    connection: Connection
    sandbox: SandboxProcess
    drain: Push

    @property
    def route(self) -> str:
        return WAYS[self.way][0]

    def submit(self, reference: str = "WEB-1", **changes: Any) -> Delivery:
        accepted = accept(
            self.connection,
            order(reference, **changes),
            source=SalesOrder.Source.API,
            now=database_now(),
        )
        return accepted.delivery

    def push(self) -> None:
        self.drain()

    def push_until_settled(self, delivery: Delivery, seconds: float = 20) -> None:
        """Drain after drain, as workers do, until the order waits for nothing more."""
        end = monotonic() + seconds
        while state_of(delivery)[0] in ON_THE_WAY and monotonic() < end:
            self.drain(
                idle=timedelta(milliseconds=100), quarantine=QUARANTINE,
                erp_quarantine=QUARANTINE, read_lag=timedelta(milliseconds=200),
            )  # fmt: skip

    def fault(self, do: str, **more: Any) -> None:
        self.sandbox.fault(do, POST[self.route], **more)

    def numbers(self, reference: str = "WEB-1") -> list[str]:
        tenant_id = self.sandbox.company(self.connection.company.name)["tenant_id"]
        return [o["orderId"] for o in self.sandbox.orders(tenant_id, f"NH-{reference}")]

    def lists(self) -> list[dict[str, Any]]:
        return self.sandbox.requests(kind=LIST[self.route])


@pytest.fixture(params=list(WAYS))
def over(
    request: pytest.FixtureRequest,
    integration: Integration,
    tenant: Tenant,
    at_sandbox: SandboxProcess,
    settings: Settings,
    push: Push,
) -> Over:
    set_addresses(settings, at_sandbox)
    connection = connect_over(request.param, integration, tenant, at_sandbox)
    return Over(request.param, connection, at_sandbox, push)


@pytest.fixture
def strict(over: Over, integration: Integration, tenant: Tenant) -> Over:
    """The same way to a company that refuses customers and items it doesn't know."""
    Grant.objects.update(visma_user="somebody else")
    connection = connect_over(over.way, integration, tenant, over.sandbox, STRICT)
    return Over(over.way, connection, over.sandbox, over.drain)


def state_of(delivery: Delivery) -> tuple[str, str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason, delivery.charged


def test_delivers_what_was_submitted_under_the_number_visma_gave(over: Over) -> None:
    delivery = over.submit(description="Två cyklar", currency="NOK")

    over.push()

    assert state_of(delivery) == (State.DELIVERED, Reason.NONE, 0)
    assert (delivery.visma_type, [delivery.visma_number]) == ("SO", over.numbers())
    tenant_id = over.sandbox.company(LENIENT)["tenant_id"]
    (stored,) = over.sandbox.orders(tenant_id)
    assert (stored["customer"]["id"], stored["customer"]["order"]) == ("10042", "NH-WEB-1")
    assert (stored["description"], stored["date"][:10]) == ("Två cyklar", "2026-11-20")
    lines = [(line["inventoryId"], line["quantity"], line["unitPrice"]) for line in stored["lines"]]
    assert lines == [("BLK-1020", 2, 2.5), ("BLK-0310", 1, 12)]
    attempt = delivery.attempts.get()
    assert (attempt.route, attempt.ending, attempt.status) == (over.route, Ending.ANSWERED, 201)


def test_rejects_what_visma_refuses_and_says_why(strict: Over) -> None:
    refused = strict.submit(buyer="99999")

    strict.push()

    assert state_of(refused) == (State.REJECTED, Reason.NONE, 0)
    assert refused.problem is not None
    said = json.dumps(refused.problem)
    assert "1400-" in said if strict.route == "salesorder-v3" else "customer" in said
    assert refused.attempts.get().ending == Ending.ANSWERED
    assert Lane.objects.get(connection=strict.connection).shut_at is None


@pytest.mark.parametrize("status", [403, 404])
def test_an_answer_about_the_company_shuts_the_lane_and_charges_nothing(
    status: int, over: Over
) -> None:
    over.fault("status", status=status)
    delivery = over.submit()

    over.push()

    assert state_of(delivery) == (State.PENDING, Reason.NONE, 0)
    assert delivery.set_aside == 1
    assert Lane.objects.get(connection=over.connection).shut_because == f"answer {status}"


@pytest.mark.parametrize("code", ["12002", "12027"])
def test_a_fault_of_the_gateway_is_the_companys_and_not_the_orders(code: str, over: Over) -> None:
    body = json.dumps(
        {"ExceptionType": "IPPException", "ExceptionMessage": "", "ExceptionFaultCode": code}
    )
    over.fault("status", status=400, body=body, content_type="application/json")
    delivery = over.submit()

    over.push()

    assert state_of(delivery) == (State.PENDING, Reason.NONE, 0)
    assert Lane.objects.get(connection=over.connection).shut_because == "answer 400"


def test_parks_an_order_that_meets_such_an_answer_a_third_time_in_a_well_company(
    over: Over,
) -> None:
    over.fault("status", status=404, repeat=True)
    delivery = over.submit()

    for _ in range(3):
        over.push()
        Lane.objects.update(shut_at=None)
        Delivery.objects.filter(state=State.PENDING).update(due_at=database_now())

    assert state_of(delivery) == (State.PARKED, Reason.ATTEMPTS_SPENT, 2)
    assert delivery.attempts.count() == 3


def test_a_refused_token_is_stale_and_its_lane_waits(over: Over) -> None:
    over.fault("unauthorized")
    delivery = over.submit()

    over.push()

    assert state_of(delivery) == (State.PENDING, Reason.NONE, 0)
    grant = Grant.objects.get(connections=over.connection)
    assert (grant.token_number, grant.stale_number) == (1, 1)
    assert over.numbers() == []


def test_waits_as_long_as_visma_says_on_429(over: Over) -> None:
    over.fault("throttle", seconds=1)
    delivery = over.submit()

    over.push_until_settled(delivery)

    assert state_of(delivery) == (State.DELIVERED, Reason.NONE, 0)
    assert over.sandbox.verdict()["too_early"] == 0
    assert over.numbers() == [delivery.visma_number]


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "commit_then_drop"},
        {"do": "cut_headers", "cut_at": "within_location"},
        {"do": "commit_then_status", "status": 409, "seconds": 0},
        {"do": "no_location"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_finds_the_order_whose_answer_was_lost(fault: dict[str, Any], over: Over) -> None:
    over.fault(**fault)
    delivery = over.submit()

    over.push_until_settled(delivery)

    assert state_of(delivery) == (State.DELIVERED, Reason.NONE, 0)
    assert over.numbers() == [delivery.visma_number]
    assert [a.ending for a in delivery.attempts.all()] == [Ending.UNKNOWN]
    assert delivery.looks.order_by("-pk")[0].finding == "hit"


def test_sends_again_only_after_two_misses_of_the_whole_list_past_the_quarantine(
    over: Over,
) -> None:
    over.fault("status", status=503)
    delivery = over.submit()

    over.push_until_settled(delivery)

    assert state_of(delivery) == (State.DELIVERED, Reason.NONE, 1)
    assert over.numbers() == [delivery.visma_number]
    first, second = delivery.attempts.all()
    assert (first.ending, second.ending) == (Ending.UNKNOWN, Ending.ANSWERED)
    assert first.cleared_at is not None
    assert first.ended_at is not None
    last = list(delivery.looks.filter(whole=True, finding="miss"))[-2:]
    assert all(look.begun_at >= first.ended_at + QUARANTINE for look in last)
    assert last[1].begun_at - last[0].begun_at >= timedelta(milliseconds=200)


def test_reads_a_list_to_its_end_page_by_page(over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PAGE_SIZE", 2)
    for number in range(5):
        over.submit(f"OLD-{number}")
    over.push()
    over.fault("drop_before_commit")
    delivery = over.submit()

    over.push_until_settled(delivery)

    assert state_of(delivery) == (State.DELIVERED, Reason.NONE, 1)
    assert over.numbers() == [delivery.visma_number]
    assert delivery.looks.filter(whole=True)[0].rows_read == 5
    pages = [one["path"] for one in over.lists()]
    assert len(pages) >= 3 * delivery.looks.filter(whole=True).count()


def test_an_order_that_differs_is_not_taken_for_ours(over: Over) -> None:
    order_at_visma(over.sandbox, "NH-WEB-1", buyer="20000")
    over.fault("drop_before_commit")
    delivery = over.submit()

    over.push_until_settled(delivery)

    assert state_of(delivery) == (State.PARKED, Reason.DIFFERS, 0)
    assert len(over.numbers()) == 1


def test_several_orders_with_the_reference_are_for_a_person(over: Over) -> None:
    for _ in range(2):
        order_at_visma(over.sandbox, "NH-WEB-1")
    over.fault("drop_before_commit")
    delivery = over.submit()

    over.push_until_settled(delivery)

    assert state_of(delivery) == (State.PARKED, Reason.SEVERAL_FOUND, 0)
    assert len(over.numbers()) == 2


def test_sends_nothing_again_while_visma_cannot_be_asked(over: Over) -> None:
    over.fault("drop_before_commit")
    over.sandbox.fault("status", LIST[over.route], status=500, repeat=True)
    delivery = over.submit()

    over.push_until_settled(delivery, seconds=2)

    assert state_of(delivery) == (State.UNCERTAIN, Reason.NONE, 0)
    assert delivery.attempts.count() == 1
    assert set(delivery.looks.values_list("finding", flat=True)) == {"failed"}
