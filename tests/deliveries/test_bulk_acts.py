"""Cancelling and sending again by filter: previewed, started once, watched, stopped, resumed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from integrations.deliveries import tasks
from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services import bulk_acts, carrying_out, decisions
from integrations.deliveries.services.actors import Machine
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.selecting import Selection, choose, restored
from integrations.tenants.models import Tenant, User
from tests.workspace.seeds import NOON, make_connection, make_delivery

pytestmark = pytest.mark.django_db(transaction=True)

KEY = Machine("API key Webshop (…1234)")
NEEDS_YOU = Selection(state="needs_you")


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return make_connection(tenant)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying_out, "PAUSE_SECONDS", 0)


def begin(tenant: Tenant, deed: str, selection: Selection) -> BulkAct:
    act, new = bulk_acts.start(tenant, deed, selection, by=KEY, now=database_now())
    assert new
    return act


def run(act: BulkAct) -> BulkAct:
    list(carrying_out.carry_out(act.pk))
    act.refresh_from_db()
    return act


def states(*deliveries: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=delivery.pk).state for delivery in deliveries]


def test_sends_again_what_was_refused_and_leaves_the_rest(
    tenant: Tenant, connection: Connection
) -> None:
    refused = [make_delivery(connection, "rejected") for _ in range(3)]
    parked = make_delivery(connection, "parked", reason="several_found")
    delivered = make_delivery(connection, "delivered")
    waits = make_delivery(connection)
    everything_there = Selection(connection=connection.pk)

    shown = bulk_acts.preview(tenant, "resend", everything_there, now=database_now())
    act = run(begin(tenant, "resend", everything_there))

    assert shown.count == 3
    assert [row.pk for row in shown.sample] == [row.pk for row in reversed(refused)]
    left_out = {"resend_pending": 1, "resend_delivered": 1, "decide_first": 1}
    assert shown.left_out == left_out
    assert states(*refused, parked, delivered, waits) == [
        "pending", "pending", "pending", "parked", "delivered", "pending",
    ]  # fmt: skip
    assert (act.state, act.outcomes, act.left_out) == ("done", {"sent": 3}, left_out)
    assert (act.found_count, act.seen_count) == (3, 3)


def test_cancels_what_waits_and_wishes_it_for_what_is_out(
    tenant: Tenant, connection: Connection
) -> None:
    waits, out = make_delivery(connection), make_delivery(connection, "sending")
    make_delivery(connection, "cancelled")

    act = run(begin(tenant, "cancel", Selection(connection=connection.pk)))

    assert states(waits, out) == ["cancelled", "sending"]
    assert Delivery.objects.get(pk=out.pk).cancel_wanted_at is not None
    assert act.outcomes == {"cancelled": 1, "wished": 1}
    assert act.left_out == {"cancel_cancelled": 1}


def test_each_act_and_each_delivery_is_audited(tenant: Tenant, connection: Connection) -> None:
    delivery = make_delivery(connection, "rejected")

    act = run(begin(tenant, "resend", Selection(state="needs_you", text=delivery.order.reference)))

    events = list(AuditEvent.objects.filter(tenant=tenant).order_by("number"))
    assert [e.verb for e in events] == [
        "bulk_act.started", "delivery.resent", "bulk_act.finished",
    ]  # fmt: skip
    assert events[0].personal == {"text": delivery.order.reference}
    assert events[0].facts["selection"] == {"state": "needs_you"}
    assert events[0].facts["by_machine"] == events[1].facts["by_machine"] == KEY.name
    assert events[1].facts["act"] == str(act.pk)
    assert events[2].facts["outcomes"] == {"sent": 1}


def test_the_same_act_over_the_same_filter_runs_once(
    tenant: Tenant, connection: Connection, member: User
) -> None:
    make_delivery(connection, "rejected")
    act = begin(tenant, "resend", NEEDS_YOU)

    again, new = bulk_acts.start(tenant, "resend", NEEDS_YOU, by=member, now=database_now())
    other, other_new = bulk_acts.start(tenant, "cancel", NEEDS_YOU, by=member, now=database_now())

    assert (again.pk, new) == (act.pk, False)
    assert (other.pk != act.pk, other_new) == (True, True)
    run(act)
    assert bulk_acts.start(tenant, "resend", NEEDS_YOU, by=member, now=database_now())[1]


def test_an_act_without_a_filter_is_refused(tenant: Tenant, connection: Connection) -> None:
    with pytest.raises(bulk_acts.FindsEverything):
        bulk_acts.preview(tenant, "cancel", Selection(), now=database_now())
    with pytest.raises(bulk_acts.FindsEverything):
        begin(tenant, "cancel", Selection())


def test_an_order_refused_anew_while_an_act_runs_is_not_reopened_by_another(
    tenant: Tenant, connection: Connection
) -> None:
    delivery = make_delivery(connection, "rejected")
    first = begin(tenant, "resend", NEEDS_YOU)
    second = begin(tenant, "resend", Selection(connection=connection.pk))
    run(first)
    Delivery.objects.filter(pk=delivery.pk).update(state="rejected", settled_at=database_now())

    run(second)

    assert states(delivery) == ["rejected"]
    assert second.outcomes == {}
    assert second.left_out == {"resend_settled_since": 1}
    assert second.examples == {"resend_settled_since": [delivery.pk]}


def test_what_came_in_after_the_start_is_left_alone(tenant: Tenant, connection: Connection) -> None:
    act = begin(tenant, "cancel", Selection(connection=connection.pk))
    later = make_delivery(connection, at=database_now() + timedelta(seconds=1))

    run(act)

    assert states(later) == ["pending"]


def test_stops_between_two_batches_and_keeps_what_is_done(
    tenant: Tenant, connection: Connection, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "BATCH", 2)
    made = [make_delivery(connection) for _ in range(5)]
    act = begin(tenant, "cancel", Selection(state="pending"))
    going = carrying_out.carry_out(act.pk)
    next(going)

    assert bulk_acts.stop(act, by=member, now=database_now())

    assert list(going) == []
    assert not bulk_acts.stop(act, by=member, now=database_now())
    act.refresh_from_db()
    assert (act.state, act.seen_count) == ("stopped", 2)
    assert states(*made) == ["cancelled"] * 2 + ["pending"] * 3
    assert AuditEvent.objects.latest("number").verb == "bulk_act.stopped"


def test_another_worker_goes_on_where_a_dead_one_stopped(
    tenant: Tenant, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch it died in was one transaction, so nothing of it was done."""
    monkeypatch.setattr(carrying_out, "BATCH", 2)
    made = [make_delivery(connection) for _ in range(5)]
    act = begin(tenant, "cancel", Selection(state="pending"))
    cancel, calls = decisions.cancel, []

    def dies(delivery: Delivery, **given: object) -> Delivery:
        calls.append(delivery.pk)
        if len(calls) == 4:
            raise MemoryError
        return cancel(delivery, **given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(decisions, "cancel", dies)
    with pytest.raises(MemoryError):
        list(carrying_out.carry_out(act.pk))
    assert states(*made) == ["cancelled"] * 2 + ["pending"] * 3
    assert carrying_out.left_alone() == []
    assert list(carrying_out.carry_out(act.pk)) == []  # still held

    BulkAct.objects.update(worked_until=database_now() - timedelta(seconds=1))
    assert carrying_out.left_alone() == [act.pk]
    run(act)

    assert (act.state, act.seen_count, act.outcomes) == ("done", 5, {"cancelled": 5})
    assert states(*made) == ["cancelled"] * 5


def test_a_worker_whose_turn_is_over_lets_another_go_on_at_once(
    tenant: Tenant, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "BATCH", 1)
    monkeypatch.setattr(tasks, "ACT_SECONDS", -1)
    for _ in range(2):
        make_delivery(connection)
    act = begin(tenant, "cancel", Selection(state="pending"))

    tasks.act_now(act.pk)

    assert carrying_out.left_alone() == [act.pk]
    assert BulkAct.objects.get().seen_count == 1


def test_a_selection_narrows_by_each_of_its_members(tenant: Tenant, connection: Connection) -> None:
    sweden = make_connection(tenant, "Fjordlys Sverige AB", paused_at=NOON)
    old = make_delivery(connection, "parked", "OLD-1", at=NOON - timedelta(days=2))
    new = make_delivery(connection, "delivered", "WEB-1", visma_number="000009")
    held = make_delivery(sweden, reference="WEB-2")
    now = database_now()

    def chosen(**members: object) -> set[int]:
        selection = Selection(**members)  # type: ignore[arg-type]  # the test's own
        assert restored(selection.stored()) == selection
        return set(choose(tenant, selection, now=now).rows().values_list("pk", flat=True))

    today = NOON.date()
    assert chosen(state="needs_you") == {old.pk}
    assert chosen(state="held") == {held.pk}
    assert chosen(state="pending") == set()
    assert chosen(reason="differs") == {old.pk}
    assert chosen(connection=sweden.pk) == {held.pk}
    assert chosen(integration="webshop") == {old.pk, new.pk, held.pk}
    assert chosen(integration="other") == set()
    assert chosen(since=today) == {new.pk, held.pk}
    assert chosen(until=today - timedelta(days=1)) == {old.pk}
    assert chosen(since=date(2026, 11, 18), until=date(2026, 11, 18)) == {old.pk}
    assert chosen(text="WEB-") == {new.pk, held.pk}
    assert chosen(text="SO 000009") == {new.pk}
    assert chosen(text="WEB-", state="delivered") == {new.pk}


def test_a_stranger_finds_nothing_of_the_tenant(tenant: Tenant, connection: Connection) -> None:
    delivery = make_delivery(connection, "rejected")
    stranger = Tenant.objects.create(name="Granitt", slug="granitt")

    for selection in (NEEDS_YOU, Selection(connection=connection.pk)):
        run(begin(stranger, "resend", selection))

    assert states(delivery) == ["rejected"]


def test_a_small_act_is_done_at_once(tenant: Tenant, connection: Connection) -> None:
    delivery = make_delivery(connection, "rejected")
    act = begin(tenant, "resend", NEEDS_YOU)

    tasks.act_soon(act)

    assert states(delivery) == ["pending"]


def test_the_sweep_asks_a_worker_for_an_act_nobody_works_on(
    tenant: Tenant, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = begin(tenant, "resend", NEEDS_YOU)
    asked: list[tuple[str]] = []
    monkeypatch.setattr(
        tasks.carry_out_act, "apply_async", lambda args, **given: asked.append(args)
    )

    tasks.sweep()
    tasks.sweep()

    assert asked == [(str(act.pk),)]
