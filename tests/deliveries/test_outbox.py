"""The hot statements on both databases: who may take what, and what a late answer still counts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database

from integrations.connections.models import Connection, Grant, Incident, Quota
from integrations.deliveries.models import Attempt, Delivery, Lane
from integrations.deliveries.services import late, outbox, settling
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.lanes import lane_for
from integrations.deliveries.services.outbox import AttemptEnd, Settlement, Wanted
from tests.deliveries.conftest import Submit

pytestmark = pytest.mark.django_db(transaction=True)

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending
LEASE, TOKEN = timedelta(seconds=15), timedelta(minutes=2)
LAPSED = LEASE + timedelta(seconds=1)


def lease_all(after: timedelta = timedelta()) -> dict[int, int]:
    now = database_now() + after
    return outbox.lease(now=now, until=now + LEASE, token_until=now + TOKEN, limit=10)


def claim_all(leased: dict[int, int]) -> list[tuple[int, int, int]]:
    """Claims up to ten of each lane: (delivery, lane, attempt number)."""
    now = database_now()
    with transaction.atomic():
        found = outbox.due_of([Wanted(*lease, 1, 10) for lease in leased.items()], now=now)
        outbox.take([(due, leased[due.lane_id], "salesorder-v3", "{}") for due in found], now=now)
        claimed = [(due.id, due.lane_id, due.attempt + 1) for due in found]
        outbox.open_attempts(
            [(pk, number, leased[lane], "salesorder-v3", 1, now) for pk, lane, number in claimed]
        )
    return claimed


def settlement(delivery: Delivery, attempt: int, state: str, **changes: object) -> Settlement:
    return Settlement(delivery.pk, attempt, state, database_now(), **changes)  # type: ignore[arg-type]


def delivered(delivery: Delivery, attempt: int, number: str) -> Settlement:
    return settlement(
        delivery, attempt, State.DELIVERED, from_pending=True, visma_type="SO", visma_number=number
    )


def doubtful(delivery: Delivery, attempt: int) -> Settlement:
    now = database_now()
    return settlement(
        delivery, attempt, State.UNCERTAIN, from_uncertain=False, uncertain_at=now,
        quarantined_until=now, look_at=now,
    )  # fmt: skip


def end(delivery: Delivery, number: int, ending: str = Ending.ANSWERED) -> AttemptEnd:
    return AttemptEnd(delivery.pk, number, database_now(), ending, 0)


def settle(*pairs: tuple[Settlement, AttemptEnd]) -> None:
    settling.settle(pairs)


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


@pytest.fixture
def sending(submit: Submit) -> Delivery:
    """A delivery whose first attempt is under way."""
    delivery = submit("WEB-1")
    claim_all(lease_all())
    return fresh(delivery)


def again(delivery: Delivery) -> Delivery:
    """The same, claimed for its second attempt after the first was taken for lost and cleared."""
    settle((doubtful(delivery, 1), end(delivery, 1, Ending.UNKNOWN)))
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.PENDING, quarantined_until=None, look_at=None
    )
    claim_all({delivery.lane_id: 1})
    return fresh(delivery)


def test_a_leased_lane_is_nobody_elses_until_it_lapses(submit: Submit) -> None:
    delivery = submit("WEB-1")

    assert lease_all() == {delivery.lane_id: 1}
    assert lease_all() == {}
    assert lease_all(after=LAPSED) == {delivery.lane_id: 2}


def test_what_a_dead_holder_left_is_uncertain_and_its_attempt_closed(sending: Delivery) -> None:
    leased = lease_all(after=LAPSED)
    now = database_now()

    flipped = outbox.flip(
        leased, now=now, quarantined_until=now, erp_quarantined_until=now, look_at=now
    )

    assert flipped == [sending.pk]
    assert (fresh(sending).state, fresh(sending).epoch) == (State.UNCERTAIN, None)
    assert sending.attempts.get().ending == Ending.UNKNOWN


def test_a_row_in_sending_makes_a_lane_due_whatever_holds_it(
    sending: Delivery, connection: Connection
) -> None:
    Connection.objects.filter(pk=connection.pk).update(paused_at=database_now())
    Grant.objects.update(access_expires_at=database_now())

    assert lease_all(after=LAPSED) == {sending.lane_id: 2}


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Connection, {"paused_at": "now"}),
        (Connection, {"confirmed_at": None}),
        (Connection, {"state": "broken", "problem": "no_role"}),
        (Grant, {"stale_number": 1}),
        (Grant, {"access_expires_at": "now"}),
        (Grant, {"ended_at": "now", "ended_because": "consent_ended"}),
        (Lane, {"shut_at": "now"}),
        (Lane, {"rests_until": "later"}),
    ],
)
def test_a_lane_that_may_not_send_is_not_due(model, change, submit: Submit) -> None:
    submit("WEB-1")
    times = {"now": database_now(), "later": database_now() + timedelta(hours=1)}
    model.objects.update(**{k: times.get(v, v) for k, v in change.items()})

    assert lease_all() == {}


def test_a_closed_quota_keeps_the_lane_from_being_due(
    submit: Submit, connection: Connection
) -> None:
    submit("WEB-1")
    Quota.objects.create(
        application=connection.integration.application,
        company_key=connection.company.visma_key,
        closed_until=database_now() + timedelta(minutes=1),
    )

    assert lease_all() == {}
    assert lease_all(after=timedelta(minutes=1)) != {}


def test_an_incident_of_the_application_holds_its_lanes(
    submit: Submit, connection: Connection
) -> None:
    submit("WEB-1")
    incident = Incident.objects.create(
        kind="application_refused", application=connection.integration.application
    )
    assert lease_all() == {}

    Incident.objects.filter(pk=incident.pk).update(cleared_at=database_now())

    assert lease_all() != {}


def test_a_holder_from_before_claims_nothing(submit: Submit) -> None:
    delivery = submit("WEB-1")
    lease_all()
    lease_all(after=LAPSED)

    with transaction.atomic():
        assert outbox.due_of([Wanted(delivery.lane_id, 1, 1, 10)], now=database_now()) == []


def test_a_claim_takes_only_what_is_due_and_not_paused(submit: Submit) -> None:
    due, later, paused = (submit(f"WEB-{n}") for n in range(3))
    Delivery.objects.filter(pk=later.pk).update(due_at=database_now() + timedelta(hours=1))
    Delivery.objects.filter(pk=paused.pk).update(paused_at=database_now())

    assert [pk for pk, _, _ in claim_all(lease_all())] == [due.pk]


def test_an_unclaimed_delivery_is_pending_again_and_its_attempt_withdrawn(
    sending: Delivery,
) -> None:
    outbox.unclaim([(sending.pk, 1)], now=database_now())

    assert (fresh(sending).state, fresh(sending).attempt) == (State.PENDING, 1)
    assert sending.attempts.get().ending == Ending.WITHDRAWN


def test_a_settlement_is_written_once_however_often_it_is_repeated(sending: Delivery) -> None:
    pair = (delivered(sending, 1, "000001"), end(sending, 1))

    settle(pair)
    settle(pair)

    assert (fresh(sending).state, fresh(sending).visma_number) == (State.DELIVERED, "000001")


def test_a_wish_to_cancel_is_granted_where_pending_would_be_written(sending: Delivery) -> None:
    Delivery.objects.update(cancel_wanted_at=database_now())

    settle((settlement(sending, 1, State.PENDING), end(sending, 1, Ending.GATE)))

    assert fresh(sending).state == State.CANCELLED


def test_a_201_counts_from_uncertain(sending: Delivery) -> None:
    settle((doubtful(sending, 1), end(sending, 1, Ending.UNKNOWN)))

    settle((delivered(sending, 1, "000001"), end(sending, 1)))

    assert (fresh(sending).state, fresh(sending).visma_number) == (State.DELIVERED, "000001")
    assert sending.attempts.get().ending == Ending.UNKNOWN


def test_an_unknown_outcome_does_not_reopen_what_is_settled(sending: Delivery) -> None:
    settle((delivered(sending, 1, "000001"), end(sending, 1)))

    settle((doubtful(sending, 1), end(sending, 1, Ending.UNKNOWN)))

    assert fresh(sending).state == State.DELIVERED


def test_a_late_number_waits_for_the_later_attempt_and_stands_if_that_made_no_order(
    sending: Delivery,
) -> None:
    second = again(sending)
    settle((delivered(second, 1, "000001"), end(second, 1)))
    assert (fresh(second).state, fresh(second).late_number) == (State.SENDING, "SO/000001")

    settle((settlement(second, 2, State.REJECTED), end(second, 2)))

    assert (fresh(second).state, fresh(second).visma_number) == (State.DELIVERED, "000001")


def test_two_orders_from_two_attempts_park_the_delivery_and_raise_an_incident(
    sending: Delivery,
) -> None:
    second = again(sending)
    settle((delivered(second, 1, "000001"), end(second, 1)))

    settle((delivered(second, 2, "000002"), end(second, 2)))

    assert (fresh(second).state, fresh(second).reason) == (State.PARKED, Reason.SEVERAL_FOUND)
    assert Incident.objects.get(kind="doubled_order").detail == "SO/000001 and SO/000002"


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED])
def test_a_201_that_meets_a_closed_delivery_parks_it(sending: Delivery, state: str) -> None:
    Delivery.objects.update(state=state, epoch=None)

    settle((delivered(sending, 1, "000001"), end(sending, 1)))

    assert (fresh(sending).state, fresh(sending).reason) == (
        State.PARKED,
        Reason.DOUBLE_SUSPECTED,
    )


def test_another_number_for_a_delivered_one_is_an_incident(sending: Delivery) -> None:
    settle((delivered(sending, 1, "000001"), end(sending, 1)))

    settle((delivered(sending, 1, "000002"), end(sending, 1)))

    assert fresh(sending).visma_number == "000001"
    assert Incident.objects.filter(kind="doubled_order").count() == 1


def test_a_number_of_another_delivery_parks_only_the_second(
    sending: Delivery, submit: Submit
) -> None:
    third = submit("WEB-3")
    other = submit("WEB-2")
    claim_all({sending.lane_id: 1})

    settle(
        (delivered(sending, 1, "000001"), end(sending, 1)),
        (delivered(third, 1, "000003"), end(third, 1)),
        (delivered(other, 1, "000001"), end(other, 1)),
    )

    states = [(fresh(d).state, fresh(d).visma_number) for d in (sending, third)]
    assert states == [(State.DELIVERED, "000001"), (State.DELIVERED, "000003")]
    assert (fresh(other).state, fresh(other).reason) == (State.PARKED, Reason.DOUBLE_SUSPECTED)


def test_says_whether_a_number_is_taken(sending: Delivery, submit: Submit) -> None:
    settle((delivered(sending, 1, "000001"), end(sending, 1)))
    other = submit("WEB-2")

    assert late.number_is_taken(delivered(other, 1, "000001"))
    assert not late.number_is_taken(delivered(other, 1, "000002"))


def test_a_row_the_database_will_not_take_is_settled_without_its_texts(sending: Delivery) -> None:
    odd = json.dumps({"title": "x"})[:-1]

    settle(
        (settlement(sending, 1, State.REJECTED, problem=odd), end(sending, 1)),
    )

    assert fresh(sending).state == State.REJECTED


def rewrite(sql: str) -> None:
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "change",
    ["ending = 'gate'", "ended_at = NULL, ending = ''", "status = 500", "number = 7"],
)
def test_the_database_refuses_to_rewrite_an_attempt(change: str, sending: Delivery) -> None:
    said = AttemptEnd(
        sending.pk, 1, database_now(), Ending.ANSWERED, 0, answered_at=database_now(), status=201
    )
    outbox.end_attempts([said])

    with pytest.raises(IntegrityError):
        rewrite(f"UPDATE deliveries_attempt SET {change}")

    outbox.end_attempts([said])
    assert sending.attempts.get().ending == Ending.ANSWERED


@pytest.mark.parametrize(
    "change",
    [
        "state = 'delivered'",
        "state = 'pending', epoch = 1",
        "state = 'sending', epoch = NULL",
        "state = 'parked'",
        "state = 'uncertain'",
        "visma_number = '000001'",
    ],
)
def test_the_database_refuses_states_that_make_no_sense(change: str, submit: Submit) -> None:
    submit("WEB-1")

    with pytest.raises(IntegrityError):
        rewrite(f"UPDATE deliveries_delivery SET {change}")


def test_the_database_refuses_a_second_attempt_of_the_same_number(sending: Delivery) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        outbox.open_attempts([(sending.pk, 1, 2, "salesorder-v3", 1, database_now())])


def test_a_connection_has_one_lane(connection: Connection) -> None:
    assert lane_for(connection) == lane_for(connection)
