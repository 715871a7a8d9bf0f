"""The rows of breakers: any number of drains, one probe, one mail."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import override_settings

from integrations.connections.models import Connection, Incident, Mail
from integrations.connections.models.applications import Route
from integrations.deliveries.models import Breaker
from integrations.deliveries.services import breakers, outbox, sweeping
from integrations.deliveries.services.holding import TOKEN_RESERVE
from integrations.deliveries.services.standing import Why, hold_of
from integrations.tenants.models import User
from tests.deliveries.conftest import NOON, Submit

HOST = "salesorder.visma.test"
MINUTE = timedelta(minutes=1)
READ = timedelta(seconds=65)

pytestmark = pytest.mark.django_db


def opened(origin: str = HOST, now: datetime = NOON) -> Breaker:
    breakers.open_breaker(
        origin, failing_since=now - timedelta(seconds=2), cause="HTTP 503", now=now
    )
    return Breaker.objects.get(origin=origin, closed_at=None)


def failed_probe(now: datetime) -> None:
    won = breakers.take_probe(now=now, until=now + READ)
    assert won is not None
    breakers.note_failed(won.pk, won.epoch, cause="HTTP 503", longest=MINUTE, now=now)


def mended(now: datetime) -> None:
    won = breakers.take_probe(now=now, until=now + READ)
    assert won is not None
    assert breakers.note_answered(won.pk, won.epoch, now=now, until=now + READ)
    assert breakers.close(won.pk, won.epoch, now=now)


def test_a_host_is_shut_once_whoever_sees_the_outage() -> None:
    opened()

    assert not breakers.open_breaker(HOST, failing_since=NOON, cause="reset", now=NOON)
    assert [one.origin for one in breakers.open_breakers()] == [HOST]


def test_one_of_many_drains_wins_the_probe() -> None:
    opened()
    later = NOON + MINUTE

    won = [breakers.take_probe(now=later, until=later + READ) for _ in range(4)]

    assert [one is not None for one in won] == [True, False, False, False]


def test_no_probe_before_its_time() -> None:
    opened()
    Breaker.objects.update(probe_at=NOON + timedelta(seconds=1))

    assert not breakers.probe_is_due(now=NOON)
    assert breakers.take_probe(now=NOON, until=NOON + READ) is None
    assert breakers.probe_is_due(now=NOON + timedelta(seconds=1))


def test_a_probe_whose_drain_died_is_taken_by_the_next() -> None:
    opened()
    at = NOON + MINUTE
    first = breakers.take_probe(now=at, until=at + READ)
    second = breakers.take_probe(now=at + READ, until=at + 2 * READ)

    assert first is not None
    assert second is not None
    assert not breakers.note_answered(first.pk, first.epoch, now=at + READ, until=at + 2 * READ)
    assert breakers.note_answered(second.pk, second.epoch, now=at + READ, until=at + 2 * READ)


def test_pauses_between_probes_grow_to_the_longest_with_full_jitter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for drawn in (0.0, 0.5, 1.0):
        monkeypatch.setattr("random.uniform", lambda low, high, drawn=drawn: low + drawn * high)
        pauses = [breakers.pause_after(failed, MINUTE).total_seconds() for failed in range(9)]

        assert pauses == [drawn * most for most in (1, 2, 4, 8, 16, 32, 60, 60, 60)]


def test_ten_minutes_of_outage_cost_some_thirty_probes_and_one_mail(staff: User) -> None:
    opened()
    now, probes = NOON, 0
    while now < NOON + 10 * MINUTE:
        row = Breaker.objects.get()
        now = max(now, row.probe_at)
        failed_probe(now)
        probes += 1
    mended(Breaker.objects.get().probe_at)

    assert 10 < probes < 60
    assert Mail.objects.count() == 1
    assert Incident.objects.get().cleared_at is not None


def test_nobody_is_told_of_an_outage_that_the_first_probe_finds_over(staff: User) -> None:
    opened()
    mended(NOON + MINUTE)

    assert not Incident.objects.exists()
    assert breakers.open_breakers() == []


def test_a_host_that_flaps_brings_one_mail(staff: User) -> None:
    for minute in (0, 5, 10):
        opened(now=NOON + minute * MINUTE)
        failed_probe(NOON + (minute + 1) * MINUTE)
        mended(NOON + (minute + 3) * MINUTE)

    assert Mail.objects.count() == 1
    assert Incident.objects.count() == 1


def test_an_outage_of_another_day_brings_another_mail(staff: User) -> None:
    for day in (0, 1):
        start = NOON + timedelta(days=day)
        opened(now=start)
        failed_probe(start + MINUTE)
        mended(start + 3 * MINUTE)

    assert Mail.objects.count() == 2


def test_an_attempt_fell_into_an_outage_from_its_first_failure_to_its_end() -> None:
    opened()
    mended(NOON + 10 * MINUTE)

    def caught(seconds: float, origin: str = HOST) -> bool:
        moment = NOON + timedelta(seconds=seconds)
        return breakers.outage_around(origin, moment) is not None

    assert [caught(at) for at in (-3, -2, 0, 599, 600, 601)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
    assert not caught(0, "another.visma.test")


def test_outages_of_long_ago_are_forgotten() -> None:
    for day in (0, 50, 100):
        start = NOON + timedelta(days=day)
        opened(now=start)
        mended(start + MINUTE)

    kept = Breaker.objects.order_by("opened_at").values_list("opened_at", flat=True)
    assert list(kept) == [NOON + timedelta(days=50), NOON + timedelta(days=100)]


def lanes_due(now: datetime) -> list[int]:
    return outbox.lanes_due(
        now=now, token_until=now + TOKEN_RESERVE, limit=9, shut=breakers.shut_routes()
    )


def test_lanes_of_a_host_that_is_down_are_not_leased(
    connection: Connection, submit: Submit
) -> None:
    delivery = submit()
    now = delivery.due_at
    origin = breakers.origin_of_lane(delivery.lane)
    assert lanes_due(now) == [delivery.lane_id]

    opened(origin, now)
    assert lanes_due(now) == []

    opened("another.visma.test", now)
    mended_one = Breaker.objects.get(origin=origin)
    Breaker.objects.filter(pk=mended_one.pk).update(closed_at=now)
    assert lanes_due(now) == [delivery.lane_id]


def test_what_a_dead_worker_left_is_taken_up_whatever_the_host_does(submit: Submit) -> None:
    delivery = submit()
    now = delivery.due_at
    opened(breakers.origin_of_lane(delivery.lane), now)
    type(delivery).objects.update(state="sending", epoch=1, attempt=1)

    assert lanes_due(now) == [delivery.lane_id]


@override_settings(
    VISMA_CONNECT_SALES_ORDER_URL="https://orders.visma.test",
    VISMA_SERVICE_SALES_ORDER_URL="https://orders.visma.test",
    VISMA_CONNECT_ORGANIZATION_URL="https://erp.visma.test",
    VISMA_SERVICE_ORGANIZATION_URL="https://erp.visma.test",
    VISMA_VNI_ERP_URL="https://old.visma.test/API",
)
def test_a_host_takes_the_orders_of_every_kind_and_route_whose_address_leads_to_it() -> None:
    v3, erp = Route.SALESORDER_V3, Route.ERP_V1

    assert breakers.routes_to({"orders.visma.test"}) == [
        ("connect", v3), ("service", v3), ("vni", v3),
    ]  # fmt: skip
    assert breakers.routes_to({"old.visma.test"}) == [("vni", erp)]
    assert breakers.routes_to(set()) == []


def test_the_sweep_rings_for_a_probe_though_no_lane_is_due(submit: Submit) -> None:
    delivery = submit()
    now = delivery.due_at
    opened(breakers.origin_of_lane(delivery.lane), now)
    Breaker.objects.update(probe_at=now + MINUTE)

    assert not sweeping.sweep(now=now).drain
    assert sweeping.sweep(now=now + MINUTE).drain


def test_an_order_tells_that_it_waits_for_the_host(submit: Submit, connection: Connection) -> None:
    delivery = submit()
    opened(breakers.origin_of_lane(delivery.lane), delivery.due_at)

    held = hold_of(connection, now=delivery.due_at)

    assert held is not None
    assert (held.code, held.until) == (Why.HOST, None)
