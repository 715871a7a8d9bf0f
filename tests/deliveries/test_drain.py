"""Orders through the drain to the sandbox, in calm and in trouble: there once, and said so."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta

import pytest

from integrations.connections.models import Connection, Grant
from integrations.connections.services import custody
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services import sweeping
from integrations.deliveries.services.clock import database_now
from tests.deliveries.conftest import SCOPES, SERVICE, Connect, Push, Submit
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending


def test_delivers_an_order_under_the_number_visma_gave(
    submit: Submit, push: Push, in_visma
) -> None:
    delivery = submit("WEB-1")

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.visma_type) == (State.DELIVERED, "SO")
    assert in_visma("WEB-1") == [delivery.visma_number]
    attempt = delivery.attempts.get()
    assert (attempt.ending, attempt.status) == (Ending.ANSWERED, 201)
    assert attempt.visma_number == delivery.visma_number


def test_sends_what_was_submitted(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    submit("WEB-1")

    push()

    (stored,) = at_sandbox.orders(connection.company.visma_key)
    assert (stored["customer"]["id"], stored["customer"]["order"]) == ("10042", "NH-WEB-1")
    assert [
        (line["inventoryId"], line["quantity"], line["unitPrice"], line["hasManualPrice"])
        for line in stored["lines"]
    ] == [("BLK-1020", 2, 2.5, True), ("BLK-0310", 1, 12, True)]


def test_delivers_many_orders_of_several_companies_once_each(
    connect: Connect, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    second = connect("Fjordlys Sverige AB")
    for n in range(60):
        submit(f"WEB-{n}")
        submit(f"WEB-{n}", to=second)

    push()

    assert Delivery.objects.filter(state=State.DELIVERED).count() == 120
    for key in Lane.objects.values_list("company_key", flat=True):
        references = at_sandbox.control("GET", f"references?tenant_id={key}")
        assert len(references["references"]) == 60
        assert not references["duplicates"]


@pytest.mark.parametrize("fault", ["commit_then_drop", "commit_then_reset", "cut_headers"])
def test_finds_the_order_whose_answer_was_lost(
    fault: str, submit: Submit, push: Push, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault(fault)
    delivery = submit("WEB-1")

    push(idle=timedelta(seconds=1))

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert in_visma("WEB-1") == [delivery.visma_number]
    assert [a.ending for a in delivery.attempts.all()] == [Ending.UNKNOWN]
    assert delivery.looks.order_by("-pk")[0].finding == "hit"


@pytest.mark.parametrize("fault", ["commit_then_drop", "commit_then_reset"])
def test_sends_no_second_copy_when_a_kept_connection_dies(
    fault: str, submit: Submit, push: Push, in_visma, at_sandbox: SandboxProcess
) -> None:
    for n in range(6):
        submit(f"WEB-{n}")
    at_sandbox.fault(fault, only_reused=True)

    push(slots=1, slots_per_lane=1, idle=timedelta(seconds=1))

    assert Delivery.objects.filter(state=State.DELIVERED).count() == 6
    assert [len(in_visma(f"WEB-{n}")) for n in range(6)] == [1] * 6
    assert Attempt.objects.filter(ending=Ending.UNKNOWN).count() == 1


def test_sends_again_only_after_two_misses_past_the_quarantine(
    submit: Submit, push: Push, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("drop_before_commit")
    delivery = submit("WEB-1")

    for _ in range(40):
        push()
        if Delivery.objects.filter(state=State.DELIVERED).exists():
            break

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert in_visma("WEB-1") == [delivery.visma_number]
    first, second = delivery.attempts.all()
    assert (first.ending, second.ending) == (Ending.UNKNOWN, Ending.ANSWERED)
    assert first.cleared_at is not None
    assert first.ended_at is not None
    last = list(delivery.looks.filter(whole=True, finding="miss"))[-2:]
    quarantined_until = first.ended_at + timedelta(seconds=1)
    assert all(look.begun_at >= quarantined_until for look in last)
    assert last[1].begun_at - last[0].begun_at >= timedelta(milliseconds=300)


def test_a_commit_that_comes_late_is_found_and_not_doubled(
    submit: Submit, push: Push, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("commit_late", seconds=0.7)
    delivery = submit("WEB-1")

    push(idle=timedelta(seconds=2))

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert in_visma("WEB-1") == [delivery.visma_number]
    assert delivery.attempts.count() == 1


def test_rejects_what_visma_refuses_with_its_codes(
    connect: Connect, submit: Submit, push: Push
) -> None:
    strict = connect("Fjordlys Danmark ApS")
    refused = submit("WEB-1", to=strict, buyer="99999")

    push()

    refused.refresh_from_db()
    assert refused.state == State.REJECTED
    assert refused.problem is not None
    assert refused.problem["details"][0]["code"].startswith("1400-")
    assert refused.attempts.get().ending == Ending.ANSWERED


def test_one_poison_order_holds_up_nothing(submit: Submit, push: Push, in_visma) -> None:
    poison = submit("WEB-POISON")
    poison.order.content = {"lines": "not a list"}
    poison.order.save()
    good = [submit(f"WEB-{n}") for n in range(5)]

    push()

    poison.refresh_from_db()
    assert (poison.state, poison.reason) == (State.PARKED, Reason.FAULT_OF_OURS)
    assert [len(in_visma(d.order.reference)) for d in good] == [1] * 5


def test_one_poison_lane_holds_up_nothing(
    connect: Connect, submit: Submit, push: Push, connection: Connection
) -> None:
    poisoned = connect("Fjordlys Sverige AB")
    held = submit("WEB-1", to=poisoned)
    good = submit("WEB-1")
    stranger = Grant.objects.get(connections=connection)
    Grant.objects.filter(connections=poisoned).update(
        sealed_access_token=stranger.sealed_access_token
    )

    push()

    held.refresh_from_db()
    good.refresh_from_db()
    assert (held.state, held.attempt) == (State.PENDING, 0)
    assert Lane.objects.get(connection=poisoned).shut_at is not None
    assert good.state == State.DELIVERED


def test_waits_as_long_as_visma_says_on_429(
    submit: Submit, push: Push, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("throttle", seconds=2)
    delivery = submit("WEB-1")

    push(idle=timedelta(seconds=3))

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert delivery.charged == 0
    first, second = delivery.attempts.all()
    assert first.ended_at is not None
    assert second.opened_at - first.ended_at >= timedelta(seconds=2)


def test_a_refused_token_is_stale_and_its_lane_waits(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    at_sandbox.fault("unauthorized")
    delivery = submit("WEB-1")

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.charged) == (State.PENDING, 0)
    grant = Grant.objects.get(connections=connection)
    assert (grant.token_number, grant.stale_number) == (1, 1)
    assert Lane.objects.get(connection=connection).shut_at is None


def test_a_second_token_refused_in_a_row_calls_the_doctor(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    Grant.objects.update(token_number=2, stale_number=1)
    at_sandbox.fault("unauthorized")
    submit("WEB-1")

    push()

    assert Grant.objects.get(connections=connection).stale_number == 2
    assert Lane.objects.get(connection=connection).shut_because == "two tokens refused"


def test_an_answer_about_the_company_shuts_the_lane_and_charges_nothing(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    at_sandbox.fault("status", status=403)
    delivery = submit("WEB-1")

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.charged, delivery.set_aside) == (State.PENDING, 0, 1)
    assert Lane.objects.get(connection=connection).shut_because == "answer 403"


def test_sends_nothing_for_a_connection_that_may_not(
    submit: Submit, push: Push, connection: Connection, in_visma
) -> None:
    delivery = submit("WEB-1")
    Connection.objects.filter(pk=connection.pk).update(confirmed_at=None)

    push()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt, in_visma("WEB-1")) == (State.PENDING, 0, [])


def test_an_order_that_differs_is_not_taken_for_ours(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    delivery = submit("WEB-1")
    token = Grant.objects.get(connections=connection).access_token()
    post_order(at_sandbox, token, "NH-WEB-1", buyer="20000")
    at_sandbox.fault("drop_before_commit")

    push(idle=timedelta(seconds=2))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.PARKED, Reason.DIFFERS)


def post_order(sandbox: SandboxProcess, token: str, reference: str, *, buyer: str) -> None:
    """Somebody else's order under our reference."""
    body = {"type": "SO", "customer": {"id": buyer, "order": reference, "refNo": reference}}
    request = urllib.request.Request(
        f"{sandbox.url}/api/v3/SalesOrders",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def test_goes_on_by_itself_once_a_refused_token_was_replaced(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection, in_visma
) -> None:
    approval = {"client_id": SERVICE, "tenant_id": connection.company.visma_key, "scopes": SCOPES}
    at_sandbox.control("POST", "approvals", approval)
    at_sandbox.fault("unauthorized")
    delivery = submit("WEB-1")
    push()

    (grant_id,) = sweeping.sweep(now=database_now()).grants
    assert custody.refresh(str(grant_id), now=database_now())
    push()

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert in_visma("WEB-1") == [delivery.visma_number]
    assert [a.token_number for a in delivery.attempts.all()] == [1, 2]
