"""How lists are asked for: shared, kept apart, begun anew, never taken for more than they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.connections.models import Connection, Integration
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import lanes, looking, reading, searching
from integrations.deliveries.services.clock import database_now
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant
from integrations.visma.calls import Call
from integrations.visma.doors import Reading
from integrations.visma.erp_orders import ErpV1
from integrations.visma.errors import ListMoved, Malformed
from integrations.visma.listings import ListedPage
from tests.deliveries.conftest import NOON, Push, Submit
from tests.deliveries.ways import LIST, POST, connect_over, set_addresses
from tests.sandbox_process import SandboxProcess

State = Delivery.State
A_MINUTE = timedelta(seconds=60)
PAUSE = timedelta(seconds=12)

Lose = Callable[..., list[Delivery]]


@pytest.fixture
def lose(submit: Submit, push: Push, at_sandbox: SandboxProcess) -> Lose:
    """Orders that are at Visma, and whose answers were lost; their looks are due."""

    def lost(count: int, to: Connection | None = None, route: str = "salesorder-v3") -> Any:
        at_sandbox.fault("commit_then_drop", POST[route], repeat=True)
        for number in range(count):
            submit(f"WEB-{number}", to=to)
        while Delivery.objects.exclude(state=State.UNCERTAIN).exists():
            push(first_look=timedelta(minutes=1))
            Lane.objects.update(rests_until=None)
        at_sandbox.control("DELETE", "faults")
        Delivery.objects.update(look_at=database_now())
        return list(Delivery.objects.order_by("pk"))

    return lost


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the reads that looks ask for."""
    urls: list[str] = []
    truly = reading.page_call

    def noted(search: looking.Search) -> Call:
        call = truly(search)
        urls.append(call.url)
        return call

    monkeypatch.setattr(reading, "page_call", noted)
    return urls


def test_a_company_is_listed_at_most_five_times_a_minute(connection: Connection) -> None:
    lane = lanes.lane_for(connection)
    begun = []
    for second in range(180):
        now = NOON + timedelta(seconds=second)
        if not looking.begin_list(lane.pk, pause=PAUSE, now=now):
            begun.append(now)

    assert len(begun) == 15
    for first in begun:
        assert sum(first <= moment < first + A_MINUTE for moment in begun) <= 5


def test_is_told_how_long_a_list_has_to_wait(connection: Connection) -> None:
    lane = lanes.lane_for(connection)

    waits = [
        looking.begin_list(lane.pk, pause=PAUSE, now=NOON + timedelta(seconds=second))
        for second in (0, 2, 11, 12)
    ]

    assert waits == [timedelta(seconds=seconds) for seconds in (0, 10, 1, 0)]


def test_a_clock_that_was_set_back_holds_up_no_list(connection: Connection) -> None:
    lane = lanes.lane_for(connection)
    looking.begin_list(lane.pk, pause=PAUSE, now=NOON)

    assert looking.begin_list(lane.pk, pause=PAUSE, now=NOON - timedelta(days=1)) == timedelta(0)


def test_more_than_five_uncertain_orders_share_one_list(
    lose: Lose, push: Push, asked: list[str]
) -> None:
    lose(6)

    push(list_pause=PAUSE)

    assert Delivery.objects.filter(state=State.DELIVERED).count() == 6
    (url,) = asked
    assert "filter" not in url
    assert "customerId" not in url


def test_what_is_due_a_little_later_waits_for_the_next_list(
    lose: Lose, push: Push, asked: list[str]
) -> None:
    deliveries = lose(8)
    later = [delivery.pk for delivery in deliveries[:2]]
    Delivery.objects.filter(pk__in=later).update(look_at=database_now() + timedelta(seconds=0.3))

    push(list_pause=PAUSE, turn=timedelta(seconds=1.5))

    assert len(asked) == 1
    assert Delivery.objects.filter(state=State.UNCERTAIN).count() == 2


def test_a_few_uncertain_orders_are_looked_for_one_by_one(
    lose: Lose, push: Push, asked: list[str]
) -> None:
    lose(2)
    Delivery.objects.update(quarantined_until=database_now() + timedelta(minutes=3))

    push(list_pause=PAUSE)

    assert Delivery.objects.filter(state=State.DELIVERED).count() == 2
    assert ["filter" in url and "customerId" in url for url in asked] == [True, True]


def test_a_narrowed_list_too_is_asked_for_at_most_five_times_a_minute(
    lose: Lose, push: Push, asked: list[str], at_sandbox: SandboxProcess
) -> None:
    """After a failure as after a miss; the next time stands with the order, whoever looks."""
    deliveries = lose(2)
    for delivery in deliveries:
        SalesOrder.objects.filter(delivery=delivery).update(reference=f"GONE-{delivery.pk}")
    Delivery.objects.update(quarantined_until=database_now() + timedelta(minutes=3))
    at_sandbox.fault("status", LIST["salesorder-v3"], status=500)

    push(list_pause=PAUSE)

    findings = set()
    for delivery in deliveries:
        look = delivery.looks.get()
        delivery.refresh_from_db()
        assert delivery.look_at is not None
        assert delivery.look_at - look.begun_at >= PAUSE
        findings.add(look.finding)
    assert (len(asked), findings) == (2, {"failed", "miss"})


@pytest.fixture
def over_erp(
    integration: Integration, tenant: Tenant, at_sandbox: SandboxProcess, settings: Settings
) -> Connection:
    set_addresses(settings, at_sandbox)
    return connect_over("vni", integration, tenant, at_sandbox)


def failing_first(times: int, fault: Malformed) -> Callable[..., ListedPage]:
    """Reads pages, the first so many of them not."""
    left, truly = [fault] * times, ErpV1.read_page

    def read(self: ErpV1, answer: Any, reading: Reading) -> ListedPage:
        if left:
            raise left.pop()
        return truly(self, answer, reading)

    return read


def test_a_list_that_moved_is_read_from_its_start_after_the_pause(
    lose: Lose, push: Push, over_erp: Connection, asked: list[str], at_sandbox: SandboxProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lose(6, over_erp, "erp-v1")
    monkeypatch.setattr(ErpV1, "read_page", failing_first(1, ListMoved("moved")))

    push(list_pause=timedelta(seconds=0.7))

    assert Delivery.objects.filter(state=State.DELIVERED).count() == 6
    assert ["pageNumber=1&" in url for url in asked] == [True, True]
    first, second = at_sandbox.requests(kind=LIST["erp-v1"])
    assert second["at"] - first["at"] >= 0.7


def test_a_list_that_never_stands_still_proves_nothing(
    lose: Lose, push: Push, over_erp: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(6, over_erp, "erp-v1")
    monkeypatch.setattr(ErpV1, "read_page", failing_first(99, ListMoved("moved")))

    push()

    assert Delivery.objects.filter(state=State.UNCERTAIN).count() == 6
    looks = [look.finding for delivery in Delivery.objects.all() for look in delivery.looks.all()]
    assert set(looks) == {"failed"}


def test_a_page_that_is_too_long_is_asked_for_in_smaller_ones(
    lose: Lose, push: Push, over_erp: Connection, asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lose(6, over_erp, "erp-v1")
    monkeypatch.setattr(ErpV1, "read_page", failing_first(1, Malformed("cut")))
    monkeypatch.setattr(searching, "is_too_long", lambda answer: True)

    push()

    assert Delivery.objects.filter(state=State.DELIVERED).count() == 6
    assert [url.rpartition("pageSize=")[2] for url in asked] == ["100", "50"]
