"""What a monitor is told, who may ask, and that it says nothing of anybody's orders."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from integrations.connections.models import Application, Connection, Incident, Quota
from integrations.console.services.exposition import Metric, written
from integrations.deliveries.models import Breaker, Lane, Tally
from integrations.deliveries.services import tallies
from tests.workspace.seeds import make_connection, make_delivery, make_history, make_look

TOKEN = "metrics-" + "m" * 32
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def monitor(settings: Settings) -> Client:
    settings.METRICS_TOKEN = TOKEN
    return Client(headers=BEARER)


def told(monitor: Client) -> dict[str, float]:
    """Each sample with its labels → number."""
    answer = monitor.get("/metrics")
    assert answer.status_code == HTTPStatus.OK
    lines = answer.text.splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(number) for name, _, number in samples}


def test_tells_orders_by_state_and_why_they_are_parked(
    monitor: Client, connection: Connection
) -> None:
    make_history(connection, now=timezone.now())

    found = told(monitor)

    for state, number in {"pending": 3, "sending": 1, "uncertain": 1, "cancelled": 1}.items():
        assert found[f'portal_orders{{state="{state}"}}'] == number
    parked = found['portal_orders{state="parked"}']
    reasons = [n for name, n in found.items() if name.startswith("portal_orders_parked")]
    assert parked == sum(reasons) > 0
    assert found['portal_orders_parked{reason="fault_of_ours"}'] == 0


def test_tells_how_long_the_oldest_has_been_due_however_the_lanes_stand(
    monitor: Client, connection: Connection
) -> None:
    now, other = timezone.now(), make_connection(connection.company.tenant, "Nordlys AS")
    make_delivery(connection, due_at=now - timedelta(minutes=2))
    make_delivery(other, due_at=now - timedelta(minutes=7), priority=2)
    make_delivery(other, due_at=now - timedelta(minutes=1), priority=0)
    make_delivery(other, due_at=now - timedelta(hours=1), paused_at=now)
    make_delivery(other, due_at=now + timedelta(hours=1))
    Lane.objects.filter(connection=other).update(shut_at=now)

    found = told(monitor)

    assert 7 * 60 <= found["portal_oldest_due_seconds"] < 8 * 60
    # The older one is in a lane that is shut: no fault of the push workers.
    assert 2 * 60 <= found["portal_oldest_unserved_seconds"] < 3 * 60


def test_nothing_waits_in_an_empty_portal(monitor: Client, db: None) -> None:
    found = told(monitor)

    assert found["portal_oldest_due_seconds"] == found["portal_orders_doubled"] == 0
    assert found['portal_orders{state="delivered"}'] == 0
    assert found["portal_swept_timestamp_seconds"] == 0


def test_counts_as_in_flight_only_what_a_living_worker_holds(
    monitor: Client, connection: Connection
) -> None:
    now, other = timezone.now(), make_connection(connection.company.tenant, "Nordlys AS")
    for held in (connection, connection, other):
        make_delivery(held, "sending")
    Lane.objects.filter(connection=connection).update(leased_until=now + timedelta(seconds=9))

    found = told(monitor)

    assert (found["portal_orders_in_flight"], found['portal_lanes{standing="leased"}']) == (2, 1)
    assert found['portal_orders{state="sending"}'] == 3


def test_tells_looks_time_by_phase_and_the_last_sweep(
    monitor: Client, connection: Connection
) -> None:
    now = timezone.now()
    doubted = make_delivery(connection, "uncertain")
    make_look(doubted, "miss", at=now)
    make_look(doubted, "miss", at=now)
    tallies.add(Tally.Subject.PHASE, {"claim": 1_500_000})
    tallies.keep(now=now)

    found = told(monitor)

    assert found['portal_looks_total{finding="miss"}'] == 2
    assert found['portal_looks_total{finding="hit"}'] == 0
    assert found['portal_drain_seconds_total{phase="claim"}'] == 1.5
    assert found["portal_swept_timestamp_seconds"] == pytest.approx(now.timestamp())


def test_tells_doubles_incidents_and_open_breakers(monitor: Client, db: None) -> None:
    now = timezone.now()
    for subject in ("delivery-1", "delivery-2"):
        Incident.objects.create(kind="doubled_order", subject=subject)
    Incident.objects.create(kind="doubled_order", subject="delivery-3", cleared_at=now)
    Breaker.objects.create(
        origin="https://salesorder.visma.net", failing_since=now, probe_at=now,
        opened_at=now - timedelta(minutes=5),
    )  # fmt: skip

    found = told(monitor)

    assert (
        found["portal_orders_doubled"] == found['portal_incidents_open{kind="doubled_order"}'] == 2
    )
    breaker = found['portal_breaker_open_seconds{host="https://salesorder.visma.net"}']
    assert 300 <= breaker < 310


def test_tells_the_allowances_nearest_their_end_and_no_more_of_them(
    monitor: Client, db: None, settings: Settings
) -> None:
    settings.METRICS_COMPANIES = 2
    application = Application.objects.create(slug="web", name="Web", kind="service", client_id="w")
    resets_at = timezone.now() + timedelta(minutes=9)
    for company, remaining in {"plenty": 900, "spent": 0, "little": 5}.items():
        Quota.objects.create(
            application=application, company_key=company, policy="hour", limit=1000,
            remaining=remaining, resets_at=resets_at,
        )  # fmt: skip

    found = {n: v for n, v in told(monitor).items() if n.startswith("portal_quota")}

    labels = [
        f'{{application="web",company="{company}",host="",policy="hour"}}'
        for company in ("spent", "little")
    ]
    assert found == {
        **{f"portal_quota_limit{label}": 1000 for label in labels},
        f"portal_quota_remaining{labels[0]}": 0,
        f"portal_quota_remaining{labels[1]}": 5,
        **{
            f"portal_quota_resets_timestamp_seconds{label}": pytest.approx(resets_at.timestamp())
            for label in labels
        },
    }


@pytest.mark.parametrize(
    "authorization",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"},
     {"Authorization": "Bearer "}, {"Authorization": "Bearer ø"}],
)  # fmt: skip
def test_a_stranger_is_asked_for_the_token(
    db: None, settings: Settings, authorization: dict[str, str]
) -> None:
    settings.METRICS_TOKEN = TOKEN

    answer = Client().get("/metrics", headers=authorization)

    assert (answer.status_code, answer.content) == (HTTPStatus.UNAUTHORIZED, b"")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_without_a_token_only_staff_find_them(
    db: None, staff_client: Client, owner: Client
) -> None:
    assert Client().get("/metrics").status_code == HTTPStatus.NOT_FOUND
    assert Client(headers={"Authorization": "Bearer "}).get("/metrics").status_code == 404
    assert owner.get("/metrics").status_code == HTTPStatus.NOT_FOUND
    answer = staff_client.get("/metrics")
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]


def test_only_reading_is_answered(monitor: Client, db: None) -> None:
    assert monitor.post("/metrics").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_says_nothing_of_tenants_buyers_or_references(
    monitor: Client, connection: Connection
) -> None:
    delivery = make_delivery(connection, "parked", "WEB-SECRET-7")
    make_delivery(connection, "delivered", visma_number="SO990017")

    text = monitor.get("/metrics").text

    tenant = connection.company.tenant
    for hidden in (tenant.name, tenant.slug, str(connection.company), delivery.order.buyer,
                   "WEB-SECRET-7", "SO990017", TOKEN):  # fmt: skip
        assert hidden not in text


def test_takes_as_many_statements_for_many_orders_as_for_one(
    monitor: Client, connection: Connection
) -> None:
    make_delivery(connection)
    with CaptureQueriesContext(database) as before:
        told(monitor)
    make_history(connection, now=timezone.now())
    make_connection(connection.company.tenant, "Nordlys AS")
    with CaptureQueriesContext(database) as after:
        told(monitor)

    assert len(after) == len(before) <= 15


def test_a_label_can_hold_anything() -> None:
    metric = Metric("a", "gauge", "B.", [({"c": 'd"e\\f\ng'}, 1.5), ({}, 12345678901234)])

    assert written([metric]) == (
        '# HELP a B.\n# TYPE a gauge\na{c="d\\"e\\\\f\\ng"} 1.5\na 12345678901234\n'
    )


def test_every_line_is_what_a_scraper_reads(monitor: Client, connection: Connection) -> None:
    make_history(connection, now=timezone.now())

    text = monitor.get("/metrics").text

    assert text.endswith("\n")
    line = re.compile(
        r'# (HELP|TYPE) portal_\w+ .+|portal_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+'
    )
    assert [one for one in text.splitlines() if not line.fullmatch(one)] == []
