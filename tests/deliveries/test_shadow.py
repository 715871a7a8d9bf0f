"""Shadow mode: what waits is built, checked and looked up at Visma, and nothing is ever sent."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from integrations.connections.models import Connection, Grant
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services import decisions, outbox, rehearsing, shadow, sweeping
from integrations.deliveries.services.actors import COMMAND_LINE
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.looking import Search
from integrations.tenants.models import User
from tests.deliveries.conftest import SCOPES, SERVICE, Push, Submit
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State, Reason = Delivery.State, Delivery.Reason
Elsewhere = Callable[..., str]


@pytest.fixture
def in_shadow(connection: Connection) -> Connection:
    assert shadow.switch_on(connection, by=COMMAND_LINE, now=database_now())
    return connection


@pytest.fixture
def elsewhere(connection: Connection, at_sandbox: SandboxProcess) -> Elsewhere:
    """Another system sends an order with our reference to the same company; its number."""

    def sent(reference: str, price: float = 17) -> str:
        tenant_id = connection.company.visma_key
        line = {"inventoryId": "BLK-1020", "quantity": 1, "unitPrice": price}
        body = {
            "type": "SO",
            "customer": {"id": "10042", "order": f"NH-{reference}"},
            "orderLines": [line | {"hasManualPrice": True}],
        }
        request = urllib.request.Request(
            f"{at_sandbox.url}/api/v3/SalesOrders",
            json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {at_sandbox.token(SERVICE, tenant_id, scopes=SCOPES)}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.headers["Location"].rsplit("/", 1)[1])

    return sent


def end(connection: Connection) -> None:
    assert shadow.switch_off(connection, by=COMMAND_LINE, now=database_now())


def sent_by_us(sandbox: SandboxProcess) -> list[str]:
    return [one["reference"] for one in sandbox.requests(kind="salesorders.post")]


def test_builds_and_looks_up_what_waits_and_sends_nothing(
    in_shadow: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    waiting = [submit(f"WEB-{n}") for n in range(8)]

    push()

    assert sent_by_us(at_sandbox) == []
    assert at_sandbox.orders(in_shadow.company.visma_key) == []
    for delivery in waiting:
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempt, delivery.rehearsal) == (State.PENDING, 0, "miss")
        assert delivery.rehearsed_at is not None
        assert json.loads(delivery.payload)["customer"]["order"].startswith("NH-WEB-")
        assert delivery.looks.get().whole
    assert not Attempt.objects.exists()
    assert shadow.shadow_of(in_shadow).unseen == 0


def test_few_are_looked_up_each_by_itself(
    in_shadow: Connection, submit: Submit, push: Push, elsewhere: Elsewhere
) -> None:
    there = elsewhere("WEB-1")
    found, absent = submit("WEB-1"), submit("WEB-2")

    push()

    found.refresh_from_db()
    absent.refresh_from_db()
    assert (found.state, found.rehearsal) == (State.PENDING, "hit")
    assert (absent.state, absent.rehearsal) == (State.PENDING, "miss")
    look = found.looks.get()
    assert (look.numbers, look.whole) == (f"SO {there}", False)
    told = shadow.shadow_of(in_shadow)
    assert (told.waiting, told.found, told.unseen) == (2, 1, 0)


def test_when_it_ends_the_others_go_out_once_and_what_is_there_is_parked(
    in_shadow: Connection, submit: Submit, push: Push, in_visma, elsewhere: Elsewhere
) -> None:
    elsewhere("WEB-1")
    found, differs, goes = submit("WEB-1"), submit("WEB-2"), submit("WEB-3")
    push()
    # Between the first look and the end another system sends the second one.
    elsewhere("WEB-2", price=99)

    end(in_shadow)
    push(idle=timedelta(seconds=1))
    push()

    for delivery in (found, differs, goes):
        delivery.refresh_from_db()
    assert (found.state, found.reason) == (State.PARKED, Reason.FOUND)
    assert (differs.state, differs.reason) == (State.PARKED, Reason.DIFFERS)
    assert goes.state == State.DELIVERED
    assert [len(in_visma(f"WEB-{n}")) for n in (1, 2, 3)] == [1, 1, 1]
    assert not shadow.shadow_of(in_shadow).is_on


def test_an_order_that_was_there_is_not_sent_before_a_person_decides(
    in_shadow: Connection, submit: Submit, push: Push, member: User, elsewhere: Elsewhere
) -> None:
    there = elsewhere("WEB-1")
    found = submit("WEB-1")
    end(in_shadow)
    push()
    now = database_now()

    with pytest.raises(decisions.NotPossible, match="decide_first"):
        decisions.resend(found, by=member, now=now)
    decisions.decide_number(found, order_type="SO", number=there, by=member, now=now)

    found.refresh_from_db()
    assert (found.state, found.visma_number) == (State.DELIVERED, there)


def test_it_does_not_end_before_all_that_wait_could_be_looked_up(
    in_shadow: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("status", on="salesorders.list", status=503)
    submit("WEB-1")
    end(in_shadow)

    push(first_look=timedelta(hours=1))

    told = shadow.shadow_of(in_shadow)
    assert told.is_on
    assert told.ends_at is not None
    assert sent_by_us(at_sandbox) == []
    Delivery.objects.update(look_at=None)
    push(idle=timedelta(seconds=1))
    push()
    assert not shadow.shadow_of(in_shadow).is_on
    assert len(sent_by_us(at_sandbox)) == 1


def test_a_claim_that_comes_after_the_switch_takes_nothing(
    connection: Connection, submit: Submit
) -> None:
    submit("WEB-1")
    now = database_now()
    lease = outbox.lease(now=now, until=now + timedelta(seconds=15), token_until=now, limit=1)
    ((lane_id, epoch),) = lease.items()
    wanted = [outbox.Wanted(lane_id, epoch, Delivery.Priority.NORMAL, 1)]
    with transaction.atomic():
        assert len(outbox.due_of(wanted, now=now)) == 1

    shadow.switch_on(connection, by=COMMAND_LINE, now=now)

    with transaction.atomic():
        assert outbox.due_of(wanted, now=now) == []


def test_a_lane_in_shadow_is_due_only_while_something_was_not_looked_up(
    in_shadow: Connection, submit: Submit, push: Push
) -> None:
    now = database_now()

    def due() -> list[int]:
        return outbox.lanes_due(now=now + timedelta(seconds=1), token_until=now, limit=9)

    assert due() == []
    submit("WEB-1")
    assert due() == [Lane.objects.get().pk]
    push()
    assert due() == []


def test_an_order_that_cannot_be_built_is_parked_with_its_faults(
    in_shadow: Connection, submit: Submit, push: Push
) -> None:
    broken = submit("WEB-1")
    broken.order.content = broken.order.content | {"currency": "kroner"}
    broken.order.save()

    push()

    broken.refresh_from_db()
    assert (broken.state, broken.reason) == (State.PARKED, Reason.FAULT_OF_OURS)
    assert broken.problem is not None
    assert broken.problem["details"][0]["code"] == "not-a-currency"


def test_ends_at_once_with_nothing_waiting_and_by_the_sweep_when_the_last_is_cancelled(
    in_shadow: Connection, submit: Submit, member: User
) -> None:
    end(in_shadow)
    assert not shadow.shadow_of(in_shadow).is_on
    now = database_now()
    shadow.switch_on(in_shadow, by=COMMAND_LINE, now=now)
    assert not shadow.switch_on(in_shadow, by=COMMAND_LINE, now=now)
    left = submit("WEB-1")
    end(in_shadow)
    assert shadow.shadow_of(in_shadow).is_on

    decisions.cancel(left, by=member, now=now)
    sweeping.sweep(now=now)

    assert not shadow.shadow_of(in_shadow).is_on


def test_a_token_refused_while_rehearsing_is_stale(
    in_shadow: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("unauthorized", on="salesorders.list")
    submit("WEB-1")

    push()

    assert Grant.objects.get(connections=in_shadow).stale_number == 1
    assert Delivery.objects.get().rehearsed_at is None


def test_a_list_begun_before_it_was_to_end_is_no_last_look(
    in_shadow: Connection, submit: Submit, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the list is read the owner ends shadow mode: what it misses is looked up once more."""
    delivery = submit("WEB-1")
    written: list[bool] = []
    real = rehearsing.write_found

    def end_first(search: Search, *, now: datetime) -> None:
        if not written:
            end(in_shadow)
        written.append(search.whole)
        real(search, now=now)

    monkeypatch.setattr(rehearsing, "write_found", end_first)

    push(idle=timedelta(seconds=1))
    push()

    delivery.refresh_from_db()
    assert written == [False, True]
    assert delivery.state == State.DELIVERED


def test_what_is_sent_again_while_it_ends_is_looked_up_like_the_others(
    in_shadow: Connection, submit: Submit, push: Push, member: User
) -> None:
    again, waiting = submit("WEB-1"), submit("WEB-2")
    push()
    decisions.cancel(again, by=member, now=database_now())
    end(in_shadow)

    decisions.resend(again, by=member, now=database_now())

    assert shadow.shadow_of(in_shadow).unseen == 2
    push(idle=timedelta(seconds=1))
    push()
    assert [d.looks.count() for d in (again, waiting)] == [2, 2]
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
