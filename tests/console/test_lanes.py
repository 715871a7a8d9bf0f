"""The staff's page of lanes: each with its queue, what Visma allows, and why it stands still."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.connections.models import Connection, Quota
from integrations.deliveries.models import Lane
from tests.workspace.seeds import (
    make_attempt,
    make_connection,
    make_delivery,
    make_history,
    make_look,
)

LIST = "/console/lanes/"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def page_of(client: Client, address: str = LIST) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return " ".join(answer.text.split())


def test_tells_queue_allowance_and_who_holds_it(
    staff_client: Client, connection: Connection, now: datetime
) -> None:
    for state in ("pending", "pending", "sending", "uncertain", "parked"):
        make_delivery(connection, state)
    Lane.objects.update(leased_until=now + timedelta(seconds=9), slots=6)
    Quota.objects.create(
        application=connection.integration.application, limit=500, remaining=412,
        company_key=connection.lane.company_key, resets_at=now + timedelta(minutes=20),
    )  # fmt: skip

    page = page_of(staff_client)

    for words in ("Being served", "1 out", "2 waiting", "1 uncertain", "1 need a person",
                  "opens anew", "Fjordlys AS", f"/console/lanes/{connection.lane.pk}/",
                  f"/console/tenants/{connection.company.tenant.slug}/"):  # fmt: skip
        assert words in page
    assert '<span class="number">412</span> of <span class="number">500</span> left' in page
    assert '<span class="number">1</span> of <span class="number">6</span>' in page
    assert 'aria-label="4 orders wait"' in page


def test_says_why_and_until_when_a_lane_stands_still(
    staff_client: Client, connection: Connection, now: datetime
) -> None:
    shut = make_connection(connection.company.tenant, "Nordlys AS")
    make_delivery(shut)
    Lane.objects.filter(connection=shut).update(shut_at=now, shut_because="answer 403")
    Quota.objects.create(
        application=connection.integration.application, limit=500, remaining=0,
        company_key=connection.lane.company_key, closed_until=now + timedelta(minutes=20),
    )  # fmt: skip

    page = page_of(staff_client)

    assert "One lane is shut" in page
    assert "Shut until the check is well" in page
    assert "Visma asks us to wait" in page
    assert "waits until" in page
    assert "answer 403" in page_of(staff_client, f"{LIST}{shut.lane.pk}/")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?state=waiting", ["Nordlys AS"]),
        ("?state=uncertain", ["Fjordlys AS"]),
        ("?state=needs_person", ["Fjordlys AS"]),
        ("?state=shut", ["Nordlys AS"]),
        ("?state=resting", ["Fjordlys AS"]),
        ("?state=served", []),
        ("?q=nord", ["Nordlys AS"]),
        ("?q=fjordlys", ["Fjordlys AS", "Nordlys AS"]),  # the tenant's name
        ("?q=nobody", []),
        ("?state=nonsense", ["Fjordlys AS", "Nordlys AS"]),
    ],
)
def test_lanes_are_found_by_state_and_words(
    staff_client: Client, connection: Connection, now: datetime, query: str, shown: list[str]
) -> None:
    other = make_connection(connection.company.tenant, "Nordlys AS")
    make_delivery(other)
    make_delivery(connection, "uncertain")
    make_delivery(connection, "rejected")
    Lane.objects.filter(connection=other).update(shut_at=now)
    Lane.objects.filter(connection=connection).update(rests_until=now + timedelta(minutes=1))

    rows = staff_client.get(LIST + query).context["rows"]

    assert sorted(str(row["lane"].connection.company) for row in rows) == shown


def test_pages_by_key(
    staff_client: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.console.services.keys.PAGE", 1)
    newest = make_connection(connection.company.tenant, "Nordlys AS")

    first = staff_client.get(LIST).context
    second = staff_client.get(LIST + first["older_url"]).context

    assert [row["lane"] for row in first["rows"]] == [newest.lane]
    assert [row["lane"] for row in second["rows"]] == [connection.lane]
    assert (first["newer_url"], second["older_url"]) == ("", "")


def test_an_empty_portal_says_when_lanes_come(staff_client: Client, db: None) -> None:
    page = page_of(staff_client)

    assert "No connection has had an order yet" in page


def test_what_is_not_found_leads_back_to_all(staff_client: Client, connection: Connection) -> None:
    page = page_of(staff_client, f"{LIST}?q=nobody")

    assert "No lane is like that" in page
    assert 'value="nobody"' in page


def test_takes_as_many_statements_for_ten_lanes_as_for_one(
    staff_client: Client, connection: Connection, now: datetime
) -> None:
    make_history(connection, now=now)
    with CaptureQueriesContext(database) as one:
        page_of(staff_client)
    for number in range(9):
        make_delivery(make_connection(connection.company.tenant, f"Company {number}"), "uncertain")
    with CaptureQueriesContext(database) as ten:
        page_of(staff_client)

    assert len(ten) == len(one)


def test_says_about_when_a_queue_is_empty_unless_it_is_held(
    staff_client: Client, connection: Connection, now: datetime
) -> None:
    for _ in range(20):
        make_delivery(connection)

    assert "clears at about" in page_of(staff_client)
    assert "clears at about" in page_of(staff_client, f"{LIST}{connection.lane.pk}/")
    Lane.objects.update(shut_at=now)
    assert "clears at about" not in page_of(staff_client)


def test_a_lane_shows_its_last_attempts_and_looks(
    staff_client: Client, connection: Connection, now: datetime
) -> None:
    delivered = make_delivery(connection, "delivered", "WEB-1")
    make_attempt(delivered)
    doubted = make_delivery(connection, "uncertain", "WEB-2")
    make_attempt(doubted, "unknown")
    make_look(doubted, "miss", at=now)

    page = page_of(staff_client, f"{LIST}{connection.lane.pk}/")

    for words in ("WEB-1", "WEB-2", "Answered", "The answer was lost", "Not there",
                  f"/t/{connection.company.tenant.slug}/orders/{doubted.pk}/"):  # fmt: skip
        assert words in page


def test_only_staff_see_lanes(owner: Client, connection: Connection) -> None:
    for address in (LIST, f"{LIST}{connection.lane.pk}/"):
        assert owner.get(address).status_code == HTTPStatus.NOT_FOUND


def test_an_unknown_lane_is_not_found(staff_client: Client, db: None) -> None:
    assert staff_client.get(f"{LIST}987654/").status_code == HTTPStatus.NOT_FOUND
