"""What people may decide about a delivery, and what the sweep hands to them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection, Grant
from integrations.deliveries.models import Attempt, Delivery, Lane, Look
from integrations.deliveries.services import decisions, sweeping
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.decisions import NotPossible
from integrations.tenants.models import User
from tests.deliveries.conftest import Push, Submit
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending


def put(delivery: Delivery, state: str, **columns: object) -> Delivery:
    """The delivery in a state it could have come to."""
    now = database_now()
    needed: dict[str, dict[str, object]] = {
        State.SENDING: {"epoch": 1},
        State.UNCERTAIN: {"quarantined_until": now, "look_at": now, "uncertain_at": now},
        State.DELIVERED: {"visma_type": "SO", "visma_number": "000009"},
        State.PARKED: {"reason": Reason.ATTEMPTS_SPENT},
    }
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **needed.get(state, {}) | columns)
    return Delivery.objects.get(pk=delivery.pk)


def attempted(delivery: Delivery, ending: str, **columns: object) -> None:
    now = database_now()
    Attempt.objects.create(
        delivery=delivery, number=1, epoch=1, route="salesorder-v3", token_number=1,
        opened_at=now, ended_at=now, ending=ending, **columns,
    )  # fmt: skip
    Delivery.objects.filter(pk=delivery.pk).update(attempt=1, first_sent_at=now)


def test_cancels_at_once_what_waits(submit: Submit, member: User) -> None:
    delivery = decisions.cancel(submit(), by=member, now=database_now())

    assert delivery.state == State.CANCELLED
    assert AuditEvent.objects.get().verb == "delivery.cancelled"


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN])
def test_a_cancel_of_what_is_out_is_a_wish(state: str, submit: Submit, member: User) -> None:
    delivery = put(submit(), state)

    wished = decisions.cancel(delivery, by=member, now=database_now())

    assert wished.state == state
    assert wished.cancel_wanted_at is not None


@pytest.mark.parametrize("state", [State.REJECTED, State.PARKED])
def test_cancels_what_is_never_to_be_sent(state: str, submit: Submit, member: User) -> None:
    delivery = decisions.cancel(put(submit(), state), by=member, now=database_now())

    assert (delivery.state, delivery.reason) == (State.CANCELLED, Reason.NONE)


@pytest.mark.parametrize("reason", [Reason.SEVERAL_FOUND, Reason.DOUBLE_SUSPECTED])
def test_does_not_cancel_away_a_suspected_double(reason: str, submit: Submit, member: User) -> None:
    with pytest.raises(NotPossible, match="decide_first"):
        decisions.cancel(put(submit(), State.PARKED, reason=reason), by=member, now=database_now())


@pytest.mark.parametrize("state", [State.DELIVERED, State.CANCELLED])
def test_does_not_cancel_what_is_settled(state: str, submit: Submit, member: User) -> None:
    with pytest.raises(NotPossible, match=f"cancel_{state}"):
        decisions.cancel(put(submit(), state), by=member, now=database_now())


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN, State.DELIVERED, State.PENDING])
def test_does_not_send_again_what_is_under_way_or_there(
    state: str, submit: Submit, member: User
) -> None:
    with pytest.raises(NotPossible, match=f"resend_{state}"):
        decisions.resend(put(submit(), state), by=member, now=database_now())


@pytest.mark.parametrize(
    ("ending", "columns", "becomes"),
    [
        (Ending.GATE, {}, State.PENDING),
        (Ending.WITHDRAWN, {}, State.PENDING),
        (Ending.ANSWERED, {"status": 400, "answered_at": "now"}, State.PENDING),
        (Ending.UNKNOWN, {"cleared_at": "now"}, State.PENDING),
        (Ending.UNKNOWN, {}, State.UNCERTAIN),
    ],
)
def test_sends_again_without_a_look_only_what_can_have_left_nothing(
    ending: str, columns: dict[str, object], becomes: str, submit: Submit, member: User
) -> None:
    delivery = put(submit(), State.REJECTED)
    now = database_now()
    attempted(delivery, ending, **{k: now if v == "now" else v for k, v in columns.items()})

    assert decisions.resend(delivery, by=member, now=now).state == becomes


@pytest.mark.parametrize("reason", [Reason.SEVERAL_FOUND, Reason.DOUBLE_SUSPECTED])
def test_a_suspected_double_is_decided_before_it_is_sent_again(
    reason: str, submit: Submit, member: User
) -> None:
    delivery = put(submit(), State.PARKED, reason=reason)

    with pytest.raises(NotPossible, match="decide_first"):
        decisions.resend(delivery, by=member, now=database_now())

    told = decisions.decide_number(
        delivery, order_type="SO", number="000123", by=member, now=database_now()
    )
    assert (told.state, told.visma_number) == (State.DELIVERED, "000123")


def test_a_person_may_not_give_two_deliveries_one_number(submit: Submit, member: User) -> None:
    put(submit("WEB-1"), State.DELIVERED)
    second = put(submit("WEB-2"), State.PARKED)

    with pytest.raises(NotPossible, match="number_taken"):
        decisions.decide_number(
            second, order_type="SO", number="000009", by=member, now=database_now()
        )

    second.refresh_from_db()
    assert second.state == State.PARKED


def test_an_order_a_person_did_not_find_is_sent_anew(
    submit: Submit, member: User, push: Push, in_visma
) -> None:
    delivery = put(submit(), State.PARKED, reason=Reason.DOUBLE_SUSPECTED)
    attempted(delivery, Ending.UNKNOWN)

    decisions.decide_none(delivery, by=member, now=database_now())
    push()

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert in_visma("WEB-1") == [delivery.visma_number]


def test_a_rejected_order_whose_first_answer_was_lost_is_looked_for_before_it_goes_again(
    submit: Submit, member: User, push: Push, in_visma, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.fault("commit_then_drop")
    delivery = submit("WEB-1")
    push(idle=timedelta(0), first_look=timedelta(hours=1))
    put(delivery, State.PARKED, reason=Reason.CANT_BE_ASKED, look_at=None)

    decisions.resend(delivery, by=member, now=database_now())
    push(idle=timedelta(seconds=1))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt) == (State.DELIVERED, 1)
    assert in_visma("WEB-1") == [delivery.visma_number]


def test_holds_back_a_paused_order_and_lets_it_go(submit: Submit, push: Push, member: User) -> None:
    delivery = submit()
    decisions.pause(delivery, by=member, now=database_now())
    push()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt) == (State.PENDING, 0)

    decisions.resume(delivery, by=member, now=database_now())
    push()

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED


def test_the_sweep_rings_for_what_is_due(submit: Submit) -> None:
    assert not sweeping.sweep(now=database_now()).drain
    submit()
    assert sweeping.sweep(now=database_now()).drain


def test_the_sweep_asks_for_a_token_where_orders_wait_for_one(
    submit: Submit, connection: Connection
) -> None:
    submit()
    Grant.objects.update(access_expires_at=database_now())

    wanted = sweeping.sweep(now=database_now())

    assert (wanted.drain, wanted.grants) == (False, [connection.grant_id])


def test_the_sweep_opens_a_lane_whose_connection_was_proven_since(
    submit: Submit, connection: Connection
) -> None:
    now = database_now()
    lane = submit().lane
    Lane.objects.update(shut_at=now, shut_because="answer 403")
    assert sweeping.sweep(now=now).connections == [connection.pk]

    Connection.objects.update(proven_at=now + timedelta(seconds=1))

    assert sweeping.sweep(now=now).connections == []
    lane.refresh_from_db()
    assert (lane.shut_at, lane.shut_because) == (None, "")


def test_a_doubt_whose_connection_ended_goes_to_a_person(
    submit: Submit, connection: Connection
) -> None:
    delivery = put(submit(), State.UNCERTAIN)
    Connection.objects.update(state=Connection.State.DISCONNECTED)

    sweeping.sweep(now=database_now())

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.PARKED, Reason.CANT_BE_ASKED)


def test_a_doubt_nobody_could_look_into_for_a_day_goes_to_a_person(submit: Submit) -> None:
    delivery = put(submit(), State.UNCERTAIN)
    for finding in ("miss", "failed"):
        Look.objects.create(
            delivery=delivery, attempt=1, begun_at=database_now(), whole=False, finding=finding
        )

    sweeping.sweep(now=database_now() + timedelta(hours=23))
    delivery.refresh_from_db()
    assert delivery.state == State.UNCERTAIN

    sweeping.sweep(now=database_now() + timedelta(hours=25))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.PARKED, Reason.CANT_BE_ASKED)
