"""Order in a key: orders of one buyer go out one after the other, where the integration says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import transaction

from integrations.connections.models import Connection, Integration
from integrations.connections.models.applications import OrderInKey
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import decisions, ordering, outbox, standing, sweeping
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.lanes import lane_for
from integrations.deliveries.services.outbox import Settlement
from integrations.deliveries.services.queueing import enqueue
from integrations.intake.services import accepting
from integrations.orders.models import SalesOrder
from integrations.tenants.models import User
from tests.deliveries.conftest import Push, Submit, order
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State, Reason = Delivery.State, Delivery.Reason
BLOCKS, ASIDE, FREE = OrderInKey.BLOCKS, OrderInKey.ASIDE, OrderInKey.FREE


@pytest.fixture
def keep_order(integration: Integration) -> Callable[[OrderInKey], None]:
    def chosen(choice: OrderInKey) -> None:
        ordering.choose(integration, choice)

    return chosen


def behind() -> dict[str, bool]:
    rows = Delivery.objects.order_by("pk").values_list("order__reference", "behind")
    return dict(rows)


def settle(delivery: Delivery, state: Delivery.State) -> None:
    """As a drain does: claimed, sent, answered."""
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENDING, epoch=1)
    now = database_now()
    outbox.settle(
        [
            Settlement(
                delivery.pk, delivery.attempt, state, now, settled_at=now,
                visma_type="SO" if state == State.DELIVERED else "",
                visma_number=str(delivery.pk) if state == State.DELIVERED else "",
            )
        ]
    )  # fmt: skip


def test_three_buyers_keep_their_order_at_visma_though_an_answer_is_lost(
    submit: Submit, push: Push, keep_order, at_sandbox: SandboxProcess
) -> None:
    keep_order(BLOCKS)
    for n in range(5):
        for buyer in ("10042", "10043", "10044"):
            submit(f"{buyer}-{n}", buyer=buyer)
    at_sandbox.fault("drop_before_commit", reference="NH-10043-2")

    push(slots=8, slots_per_lane=8, idle=timedelta(seconds=2))

    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
    made = [one["reference"] for one in at_sandbox.requests(outcome="committed")]
    for buyer in ("10042", "10043", "10044"):
        assert [r for r in made if r.startswith(f"NH-{buyer}")] == [
            f"NH-{buyer}-{n}" for n in range(5)
        ]


@pytest.mark.parametrize(("choice", "delivered"), [(BLOCKS, 0), (ASIDE, 2)])
def test_a_refused_order_blocks_its_key_or_steps_aside(
    choice: OrderInKey,
    delivered: int,
    submit: Submit,
    push: Push,
    keep_order,
    at_sandbox: SandboxProcess,
) -> None:
    keep_order(choice)
    at_sandbox.fault("status", status=422)
    refused = submit("WEB-1")
    for n in (2, 3):
        submit(f"WEB-{n}")

    push(idle=timedelta(seconds=1))

    refused.refresh_from_db()
    assert refused.state == State.REJECTED
    assert Delivery.objects.filter(state=State.DELIVERED).count() == delivered


def test_the_earliest_of_a_key_goes_and_others_of_its_key_stay_behind(
    submit: Submit, keep_order
) -> None:
    keep_order(BLOCKS)
    for reference, buyer in (("A1", "1"), ("B1", "2"), ("A2", "1"), ("A3", "1")):
        submit(reference, buyer=buyer)

    assert behind() == {"A1": False, "B1": False, "A2": True, "A3": True}


def test_orders_are_free_unless_the_integration_says_otherwise(submit: Submit) -> None:
    submit("A1")
    submit("A2")

    assert behind() == {"A1": False, "A2": False}
    assert set(Delivery.objects.values_list("queue_key", flat=True)) == {""}


def test_a_batch_lines_up_in_itself(connection: Connection, keep_order) -> None:
    keep_order(ASIDE)
    contents = [order(f"A{n}") for n in range(3)]

    accepting.accept_batch(connection, contents, source=SalesOrder.Source.FILE, now=database_now())

    assert behind() == {"A0": False, "A1": True, "A2": True}


@pytest.mark.parametrize("state", [State.DELIVERED, State.CANCELLED, State.REJECTED])
@pytest.mark.parametrize("choice", [BLOCKS, ASIDE])
def test_whatever_ends_an_order_lets_the_next_go_in_the_same_statement(
    state: Delivery.State, choice: OrderInKey, submit: Submit, keep_order
) -> None:
    keep_order(choice)
    first = submit("A1")
    submit("A2")
    submit("A3")

    settle(first, state)

    stays = state == State.REJECTED and choice == BLOCKS
    assert behind() == {"A1": False, "A2": stays, "A3": True}


def test_an_uncertain_order_keeps_the_next_behind(submit: Submit, keep_order) -> None:
    keep_order(ASIDE)
    first = submit("A1")
    submit("A2")
    now = database_now()
    Delivery.objects.filter(pk=first.pk).update(
        state=State.UNCERTAIN, quarantined_until=now, look_at=now
    )

    ordering.let_go([first.pk])
    sweeping.sweep(now=now)

    assert behind() == {"A1": False, "A2": True}


def test_cancelling_an_order_lets_the_next_go(submit: Submit, keep_order, member: User) -> None:
    keep_order(BLOCKS)
    first = submit("A1")
    submit("A2")

    decisions.cancel(first, by=member, now=database_now())

    assert behind()["A2"] is False


def test_a_refused_order_that_blocked_goes_first_when_it_is_sent_again(
    submit: Submit, keep_order, member: User
) -> None:
    keep_order(BLOCKS)
    first, second = submit("A1"), submit("A2")
    settle(first, State.REJECTED)

    decisions.resend(first, by=member, now=database_now())

    assert behind() == {"A1": False, "A2": True}
    first.refresh_from_db()
    assert first.state == State.PENDING
    settle(first, State.DELIVERED)
    second.refresh_from_db()
    assert not second.behind


def test_an_order_that_stepped_aside_takes_its_place_again_when_it_is_sent_again(
    submit: Submit, keep_order, member: User
) -> None:
    keep_order(ASIDE)
    first = submit("A1")
    submit("A2")
    settle(first, State.REJECTED)
    assert behind() == {"A1": False, "A2": False}

    decisions.resend(first, by=member, now=database_now())

    assert behind() == {"A1": False, "A2": True}


def test_choosing_order_lines_up_what_waits_already(submit: Submit, keep_order) -> None:
    first = submit("A1")
    submit("A2")
    submit("B1", buyer="2")
    Delivery.objects.filter(pk=first.pk).update(state=State.SENDING, epoch=1)

    keep_order(BLOCKS)

    assert behind() == {"A1": False, "A2": True, "B1": False}
    first.refresh_from_db()
    settle(first, State.DELIVERED)
    assert behind()["A2"] is False


def test_choosing_freedom_lets_all_that_wait_go(submit: Submit, keep_order) -> None:
    keep_order(BLOCKS)
    refused = submit("A1")
    submit("A2")
    submit("A3")
    settle(refused, State.REJECTED)

    keep_order(FREE)

    assert behind() == {"A1": False, "A2": False, "A3": False}


def test_changing_between_blocking_and_stepping_aside_strands_nothing(
    submit: Submit, keep_order
) -> None:
    keep_order(BLOCKS)
    refused = submit("A1")
    submit("A2")
    submit("A3")
    settle(refused, State.REJECTED)

    keep_order(ASIDE)
    assert behind() == {"A1": False, "A2": False, "A3": True}
    keep_order(BLOCKS)
    assert behind() == {"A1": False, "A2": True, "A3": True}


def test_the_sweep_lets_go_what_an_end_left_behind(submit: Submit, keep_order) -> None:
    keep_order(ASIDE)
    first = submit("A1")
    submit("A2")
    submit("A3")
    Delivery.objects.filter(pk=first.pk).update(state=State.CANCELLED, settled_at=database_now())

    sweeping.sweep(now=database_now())

    assert behind() == {"A1": False, "A2": False, "A3": True}


@pytest.mark.needs_postgres
def test_two_that_are_accepted_at_once_see_each_other(connection: Connection, keep_order) -> None:
    keep_order(BLOCKS)
    lane_for(connection)  # making it would part the two by itself
    begun, begin = threading.Event(), threading.Event()
    real = enqueue

    def slow(*args: object, **kwargs: object) -> list[Delivery]:
        rows = real(*args, **kwargs)  # type: ignore[arg-type]  # as the caller gave them
        begun.set()
        begin.wait(0.3)
        return rows

    def accept(reference: str, wait: bool) -> None:
        try:
            if wait:
                begun.wait(5)
            accepting.accept(
                connection, order(reference), source=SalesOrder.Source.API, now=database_now()
            )
        finally:
            database.close()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(accepting, "enqueue", slow)
        for done in [pool.submit(accept, "A1", False), pool.submit(accept, "A2", True)]:
            done.result(10)

    assert behind() == {"A1": False, "A2": True}


@pytest.mark.needs_postgres
def test_an_order_being_accepted_while_the_choice_changes_is_lined_up_too(
    connection: Connection, integration: Integration, submit: Submit
) -> None:
    submit("A1")
    entered = threading.Event()

    def choose() -> None:
        try:
            entered.set()
            ordering.choose(integration, BLOCKS)
        finally:
            database.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            submit("A2")
            changing = pool.submit(choose)
            entered.wait(5)
            assert not changing.done()
        changing.result(10)

    assert behind() == {"A1": False, "A2": True}


def test_an_order_says_which_one_it_waits_for(submit: Submit, keep_order) -> None:
    keep_order(BLOCKS)
    submit("A1")
    submit("A2")
    loaded = Delivery.objects.select_related(
        "lane__connection__company", "lane__connection__grant", "lane__connection__integration"
    )
    last = loaded.get(order__reference="A2")

    held = standing.why_held(last, now=database_now())

    assert held is not None
    assert held.code == standing.Why.BEHIND
    waited_for = ordering.waits_for(last)
    assert waited_for is not None
    assert waited_for.order.reference == "A1"
