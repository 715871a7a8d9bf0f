"""An allowance is shared by all who ask under it, learnt from answers, and never overdrawn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections as databases
from pytest_django import Settings

from integrations.connections.models import Connection, Grant, Integration, Quota
from integrations.connections.services import doctor, quotas
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import clearing, outbox
from integrations.deliveries.services.allowances import Allowances
from integrations.deliveries.services.clock import DatabaseClock, database_now
from integrations.deliveries.services.drain import drain
from integrations.deliveries.services.holding import TOKEN_RESERVE, DrainOptions
from integrations.visma.headers import RateLimit
from integrations.visma.origins import origin_of
from tests.deliveries.conftest import Connect, Push, Submit
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

TEN_MINUTES = 600


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch, at_sandbox: SandboxProcess) -> Callable[[float], None]:
    """Moves the clock of the drains and of the sandbox."""
    passed, read = timedelta(), DatabaseClock.now

    def forward(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)
        monkeypatch.setattr(DatabaseClock, "now", lambda clock: read(clock) + passed)
        at_sandbox.clock(advance=seconds)

    return forward


@pytest.fixture
def neighbours(connection: Connection) -> list[Connection]:
    """Three integrations of one application in one company."""
    others = []
    for number in (2, 3):
        integration = Integration.objects.create(
            application=connection.integration.application, name=f"Shop {number}",
            slug=f"shop-{number}", scopes=connection.integration.scopes,
            reference_prefix=f"S{number}-",
        )  # fmt: skip
        others.append(
            Connection.objects.create(
                integration=integration,
                company=connection.company,
                grant=connection.grant,
                proven_at=connection.proven_at,
                state=Connection.State.CONNECTED,
                confirmed_at=connection.confirmed_at,
            )
        )
    return [connection, *others]


@pytest.fixture
def tenants(connect: Connect, connection: Connection) -> list[Connection]:
    """Three companies under one application."""
    return [connection, connect("Fjordlys Sverige AB"), connect("Fjordlys Danmark ApS")]


def allow(sandbox: SandboxProcess, calls: int, seconds: int, **policy: Any) -> None:
    table = {"name": "4-fixed-window", "calls": calls, "window": seconds, "paths": ["/api/v3/*"]}
    sandbox.control("PUT", "policies", {"policies": [table | policy]})


def posts(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return sandbox.requests(kind="salesorders.post")


def delivered() -> int:
    return Delivery.objects.filter(state="delivered").count()


def two_drains(options: DrainOptions) -> None:
    """At once, as two push workers would."""

    def run() -> None:
        try:
            drain(options, threading.Event())
        finally:
            databases.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def refused(sandbox: SandboxProcess) -> int:
    return sum(one["status"] == 429 for one in sandbox.requests())


# SQLite lets one write at a time and fails the other: two drains are for PostgreSQL.
@pytest.mark.needs_postgres
def test_three_integrations_share_the_allowance_of_a_company_over_two_drains(
    neighbours: list[Connection],
    submit: Submit,
    quick: DrainOptions,
    at_sandbox: SandboxProcess,
    shift: Callable[[float], None],
) -> None:
    allow(at_sandbox, 40, TEN_MINUTES)
    for number in range(18):
        for connection in neighbours:
            submit(f"WEB-{number}", to=connection)
    # So few slots that one drain can't take all lanes.
    options = replace(quick, slots=2, slots_per_lane=8)

    two_drains(options)
    # A twentieth is kept for people.
    assert (delivered(), refused(at_sandbox)) == (38, 0)
    shift(0.91 * TEN_MINUTES)
    two_drains(options)
    assert (delivered(), refused(at_sandbox)) == (40, 0)
    shift(0.1 * TEN_MINUTES)
    two_drains(options)

    assert (delivered(), refused(at_sandbox)) == (54, 0)
    assert {quota.policy for quota in Quota.objects.all()} == {"4-fixed-window"}
    assert at_sandbox.verdict()["too_early"] == 0


@pytest.mark.needs_postgres
def test_three_tenants_share_the_allowance_of_a_host_over_two_drains(
    tenants: list[Connection],
    submit: Submit,
    quick: DrainOptions,
    at_sandbox: SandboxProcess,
    shift: Callable[[float], None],
) -> None:
    allow(at_sandbox, 40, TEN_MINUTES, name="6-fixed-window", key="client")
    for number in range(18):
        for connection in tenants:
            submit(f"WEB-{number}", to=connection, buyer="10042")
    # So few slots that one drain can't take all lanes.
    options = replace(quick, slots=2, slots_per_lane=8)

    two_drains(options)
    out = Delivery.objects.exclude(state="pending").count()
    assert (out, refused(at_sandbox)) == (38, 0)
    shift(1.01 * TEN_MINUTES)
    two_drains(options)

    assert refused(at_sandbox) == 0
    assert not Delivery.objects.filter(state="pending").exists()
    quota = Quota.objects.get()
    assert (quota.company_key, quota.host, quota.policy) == (
        "",
        origin_of(at_sandbox.url),
        "6-fixed-window",
    )


def test_an_allowance_by_the_second_is_never_overdrawn(
    submit: Submit, quick: DrainOptions, at_sandbox: SandboxProcess, settings: Settings
) -> None:
    settings.QUOTA_RESERVE = 0
    allow(at_sandbox, 20, 1)
    at_sandbox.switch(erp_delay=0.2)
    for number in range(45):
        submit(f"WEB-{number}")

    drain(replace(quick, slots=16, slots_per_lane=8), threading.Event())

    assert (delivered(), refused(at_sandbox)) == (45, 0)


def test_nothing_is_asked_before_retry_after_is_over(
    neighbours: list[Connection], submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    for connection in neighbours:
        submit("WEB-1", to=connection)
    at_sandbox.fault("throttle", on="salesorders.post", seconds=1)

    push(slots=1, slots_per_lane=1)
    asked = len(at_sandbox.requests())
    report = doctor.examine(neighbours[0], now=database_now())
    assert report.finding == "throttled"
    assert len(at_sandbox.requests()) == asked
    closed = Quota.objects.get().closed_until
    assert closed is not None
    assert report.until == closed
    wait_for(lambda: database_now() > closed)
    push()

    assert delivered() == 3
    assert at_sandbox.verdict()["too_early"] == 0


def wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not condition():
        pause.wait(0.02)


@pytest.mark.needs_postgres
def test_what_one_was_asked_to_wait_for_the_others_heed(
    neighbours: list[Connection], submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    """The doctor was refused while a drain holds the lane: it claims nothing more."""
    submit("WEB-0")
    push()
    Lane.objects.update(leased_until=database_now() - timedelta(days=1))
    for number in range(1, 5):
        submit(f"WEB-{number}")
    company = neighbours[0].company.visma_key
    now = database_now()
    quotas.note(neighbours[0].integration.application_id, company, None, 0.6, now)

    push()

    assert delivered() == 1
    wait_for(lambda: database_now() > now + timedelta(seconds=0.6))
    push()
    assert delivered() == 5


def test_two_are_in_flight_until_an_answer_tells_the_limit(
    submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.switch(erp_delay=0.15)
    for number in range(6):
        submit(f"WEB-{number}")

    push(slots_per_lane=8)

    came = sorted(float(one["at"]) for one in posts(at_sandbox))
    gaps = [later - earlier > 0.1 for earlier, later in pairwise(came)]
    assert gaps[:2] == [False, True]
    assert delivered() == 6


def test_a_server_that_tells_nothing_gets_more_and_more(
    submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    at_sandbox.switch(v3_rate_limit="none", erp_delay=0.05)
    for number in range(12):
        submit(f"WEB-{number}")

    push(slots_per_lane=8)

    assert delivered() == 12
    assert not Quota.objects.exists()


@pytest.mark.parametrize("as_epoch", [False, True])
def test_the_end_of_the_window_is_learnt_in_either_form(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, as_epoch: bool
) -> None:
    at_sandbox.switch(reset_as_epoch=as_epoch, rate_limit=500)
    submit()

    push()

    quota = Quota.objects.get()
    assert (quota.limit, quota.remaining, quota.policy) == (500, 499, "4-fixed-window")
    assert quota.resets_at is not None
    left = (quota.resets_at - database_now()).total_seconds()
    assert left == pytest.approx(3600, abs=3)


def test_a_lane_is_not_due_while_its_company_s_or_its_host_s_allowance_is_spent(
    submit: Submit, connection: Connection
) -> None:
    submit()
    now = database_now()
    later = now + timedelta(minutes=1)
    application = connection.integration.application
    for place in ({"company_key": connection.company.visma_key}, {"host": "integration.visma.net"}):
        for column in ("closed_until", "spent_until"):
            quota = Quota.objects.create(application=application, **place, **{column: later})
            assert due(now) == []
            assert len(due(later)) == 1
            quota.delete()
    Quota.objects.create(application=application, company_key="another", closed_until=later)
    assert len(due(now)) == 1


def due(now: Any) -> list[int]:
    return outbox.lanes_due(now=now, token_until=now + TOKEN_RESERVE, limit=9)


def test_what_a_dead_worker_had_out_is_spent(
    submit: Submit, push: Push, at_sandbox: SandboxProcess, connection: Connection
) -> None:
    allow(at_sandbox, 20, TEN_MINUTES)
    submit("WEB-0")
    push()
    dead = submit("WEB-1")
    Delivery.objects.filter(pk=dead.pk).update(
        state="sending", epoch=Lane.objects.get().epoch, attempt=1, first_sent_at=database_now()
    )

    push(quarantine=timedelta(minutes=5), first_look=timedelta(minutes=5))

    assert Quota.objects.get().remaining == 18


def test_the_kept_share_is_a_setting(
    settings: Settings, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    settings.QUOTA_RESERVE = 0
    allow(at_sandbox, 20, TEN_MINUTES)
    for number in range(25):
        submit(f"WEB-{number}")

    push()

    assert (delivered(), refused(at_sandbox)) == (20, 0)


def test_the_doctor_s_reads_count(connection: Connection, at_sandbox: SandboxProcess) -> None:
    allow(at_sandbox, 20, TEN_MINUTES)

    assert doctor.examine(connection, now=database_now()).well

    quota = Quota.objects.get()
    reads = [one for one in at_sandbox.requests() if one["path"].startswith("/api/v3/")]
    assert quota.remaining == 20 - len(reads)
    assert reads


def test_a_policy_of_its_own_limits_beside_the_other(connection: Connection) -> None:
    """Orders of V1 have a tighter policy; what is told of one leaves the other's row alone."""
    application, key, now = (
        connection.integration.application_id, connection.company.visma_key, database_now(),
    )  # fmt: skip
    quotas.note(application, key, RateLimit(5000, 4000, 900, "4-fixed-window"), None, now)
    quotas.note(application, key, RateLimit(500, 0, 900, "8-fixed-window"), None, now)

    assert quotas.opens_at(application, key, in_background=False, now=now) == now + timedelta(
        seconds=900
    )
    assert Quota.objects.filter(company_key=key).count() == 2
    assert Grant.objects.exists()


@pytest.mark.parametrize(("first", "second"), [(26, 0), (26, 12)])
def test_foretells_within_a_tenth_when_a_queue_clears(
    first: int,
    second: int,
    neighbours: list[Connection],
    submit: Submit,
    push: Push,
    at_sandbox: SandboxProcess,
    shift: Callable[[float], None],
) -> None:
    allow(at_sandbox, 20, TEN_MINUTES)
    for number in range(first):
        submit(f"WEB-{number}")
    for number in range(second):
        submit(f"WEB-{number}", to=neighbours[1])
    push()
    began = now = database_now()
    told = clearing.all_clear_at(lanes(), now=now)

    while Delivery.objects.filter(state="pending").exists():
        waits = Quota.objects.get().spent_until
        assert waits is not None
        passed = (waits - now).total_seconds() + 1
        shift(passed)
        now += timedelta(seconds=passed)
        push()

    assert (delivered(), refused(at_sandbox)) == (first + second, 0)
    took = (now - began).total_seconds()
    foretold = max(one.at for one in told.values())
    assert (foretold - began).total_seconds() == pytest.approx(took, rel=0.1)


def lanes() -> list[Lane]:
    return list(Lane.objects.select_related("connection__integration").order_by("pk"))


def test_drains_divide_a_short_window_by_the_lanes_they_hold(
    neighbours: list[Connection], submit: Submit
) -> None:
    for connection in neighbours:
        submit("WEB-1", to=connection)
    now = database_now()
    Lane.objects.update(leased_until=now + timedelta(seconds=15))
    key = (neighbours[0].integration.application_id, neighbours[0].company.visma_key)
    quotas.note(*key, RateLimit(12, 12, 1, "4-fixed-window"), None, now)
    ours, theirs = Allowances(reserve=0), Allowances(reserve=0)
    for one in (ours, theirs):
        one.load([key])
    first, *others = [lane.pk for lane in lanes()]

    ours.sync([first], now)
    theirs.sync(others, now)

    limits = [next(iter(one.budgets.values())).paced(0) for one in (ours, theirs)]
    assert limits == [4, 8]


def test_a_host_that_asks_to_wait_is_heeded_in_every_company(
    tenants: list[Connection], submit: Submit
) -> None:
    """Told to another drain, of a policy that this one never met."""
    now = database_now()
    application = tenants[0].integration.application_id
    allowances = Allowances()
    allowances.load([(application, one.company.visma_key) for one in tenants])
    told = RateLimit(500, 0, 600, "6-fixed-window")

    quotas.note(application, "another", told, 30.0, now, url="https://integration.visma.net/API")
    allowances.heed(now)

    for one in tenants:
        allowance = allowances.of(application, one.company.visma_key)
        assert allowance.is_closed(now)
        assert not allowance.is_closed(now + timedelta(seconds=31))
