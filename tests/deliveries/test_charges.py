"""What a lost answer costs an order, with its host up and with its host down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.deliveries.models import Attempt, Breaker, Delivery
from integrations.deliveries.services.charges import charge
from tests.deliveries.conftest import NOON, Submit

HOST = "salesorder.visma.test"
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def lose_answer(delivery: Delivery, at: datetime) -> bool:
    """One more attempt whose answer is lost, looked up and not there. Whether it was the last."""
    delivery.attempt += 1
    Attempt.objects.create(
        delivery=delivery, number=delivery.attempt, epoch=1, route="salesorder-v3",
        token_number=1, opened_at=at, ended_at=at, ending=Attempt.Ending.UNKNOWN,
    )  # fmt: skip
    Delivery.objects.filter(pk=delivery.pk).update(
        attempt=delivery.attempt, state="uncertain", quarantined_until=at, look_at=at
    )
    spent = charge(delivery.pk, delivery.attempt, HOST)
    delivery.refresh_from_db()
    return spent


def outage(since: datetime, until: datetime | None) -> None:
    Breaker.objects.create(
        origin=HOST, failing_since=since, opened_at=since, probe_at=since, closed_at=until
    )


def test_an_order_that_alone_gets_no_answer_is_spent_after_eight(submit: Submit) -> None:
    delivery = submit()

    spent = [lose_answer(delivery, NOON + n * HOUR) for n in range(8)]

    assert spent == [False] * 7 + [True]
    assert (delivery.charged, delivery.outages) == (8, 0)


def test_no_attempt_of_an_outage_is_charged_however_many_there_were(submit: Submit) -> None:
    outage(NOON, None)
    delivery = submit()

    spent = [lose_answer(delivery, NOON + n * HOUR) for n in range(20)]

    assert not any(spent)
    assert (delivery.charged, delivery.outages) == (0, 1)


def test_what_was_lost_before_and_after_an_outage_is_charged(submit: Submit) -> None:
    outage(NOON, NOON + HOUR)
    delivery = submit()

    for minutes in (-1, 0, 30, 60, 61):
        lose_answer(delivery, NOON + timedelta(minutes=minutes))

    assert (delivery.charged, delivery.outages) == (2, 1)


def test_an_order_that_was_out_at_eight_outages_is_spent_too(submit: Submit) -> None:
    delivery = submit()
    spent = []
    for n in range(8):
        outage(NOON + n * HOUR, NOON + n * HOUR + timedelta(minutes=1))
        spent.append(lose_answer(delivery, NOON + n * HOUR))

    assert spent == [False] * 7 + [True]
    assert (delivery.charged, delivery.outages) == (0, 8)


def test_an_outage_of_another_host_is_no_excuse(submit: Submit) -> None:
    outage(NOON, None)
    Breaker.objects.update(origin="another.visma.test")
    delivery = submit()

    lose_answer(delivery, NOON)

    assert (delivery.charged, delivery.outages) == (1, 0)


def test_what_has_moved_on_is_charged_nothing(submit: Submit) -> None:
    delivery = submit()
    lose_answer(delivery, NOON)
    Delivery.objects.filter(pk=delivery.pk).update(state="parked", reason="differs")

    assert not charge(delivery.pk, delivery.attempt, HOST)
    delivery.refresh_from_db()
    assert delivery.charged == 1
