"""Why a pending delivery does not go out: derived from its lane, never stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from integrations.connections.models import Grant, Quota
from integrations.connections.services import incidents
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import standing
from integrations.deliveries.services.standing import Held, Why, holds_of, why_held, with_counts
from integrations.tenants.models import Tenant
from tests.workspace.seeds import NOON, lane_of, make_connection, make_delivery

LATER = NOON + timedelta(minutes=5)


def held(delivery: Delivery, now: datetime = NOON) -> Held | None:
    rows = Delivery.objects.select_related("lane__connection__grant", "lane__connection__company")
    return why_held(rows.get(pk=delivery.pk), now=now)


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({}, None),
        ({"state": "disconnected", "grant": None}, Why.DISCONNECTED),
        ({"state": "broken", "problem": "no_role"}, Why.BROKEN),
        ({"state": "checking"}, Why.CHECKING),
        ({"confirmed_at": None}, Why.NOT_CONFIRMED),
        ({"paused_at": NOON}, Why.PAUSED),
        # The worst comes first: what a person must do before what passes by itself.
        ({"state": "broken", "problem": "no_role", "paused_at": NOON}, Why.BROKEN),
        ({"confirmed_at": None, "paused_at": NOON}, Why.NOT_CONFIRMED),
    ],
)
def test_says_what_the_connection_lacks(
    tenant: Tenant, columns: dict[str, Any], why: Why | None
) -> None:
    delivery = make_delivery(make_connection(tenant, **columns))

    assert held(delivery) == (Held(why) if why else None)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"shut_at": NOON}, Held(Why.SHUT)),
        ({"rests_until": LATER, "setbacks": 1}, Held(Why.RESTS, LATER)),
        ({"rests_until": LATER}, Held(Why.QUOTA, LATER)),
        ({"rests_until": NOON}, None),
    ],
)
def test_says_what_the_lane_waits_for(
    tenant: Tenant, columns: dict[str, Any], expected: Held | None
) -> None:
    connection = make_connection(tenant)
    Lane.objects.filter(connection=connection).update(**columns)

    assert held(make_delivery(connection)) == expected


@pytest.mark.parametrize(
    "columns",
    [
        {"stale_number": 1},
        {"access_expires_at": NOON + timedelta(minutes=1)},
        {"sealed_access_token": None},
        {"ended_at": NOON, "ended_because": "replaced"},
    ],
)
def test_says_that_an_access_is_fetched(tenant: Tenant, columns: dict[str, Any]) -> None:
    connection = make_connection(tenant)
    Grant.objects.filter(connections=connection).update(**columns)

    assert held(make_delivery(connection)) == Held(Why.ACCESS)


def test_says_until_when_the_quota_is_closed(tenant: Tenant) -> None:
    connection = make_connection(tenant)
    Quota.objects.create(
        application=connection.integration.application,
        company_key=connection.company.visma_key,
        closed_until=LATER,
    )
    delivery = make_delivery(connection)

    assert held(delivery) == Held(Why.QUOTA, LATER)
    assert held(delivery, now=LATER) is None


def test_its_own_pause_comes_first(tenant: Tenant) -> None:
    connection = make_connection(tenant, paused_at=NOON)

    assert held(make_delivery(connection, paused_at=NOON)) == Held(Why.ORDER_PAUSED)


@pytest.mark.parametrize("state", ["sending", "uncertain", "delivered", "rejected", "cancelled"])
def test_only_what_waits_is_held(tenant: Tenant, state: str) -> None:
    connection = make_connection(tenant, paused_at=NOON)

    assert held(make_delivery(connection, state)) is None


def test_says_that_our_own_application_is_at_fault(tenant: Tenant) -> None:
    connection = make_connection(tenant)
    incidents.open_incident(
        "application_refused", subject="webshop", application=connection.integration.application
    )

    assert held(make_delivery(connection)) == Held(Why.APPLICATION)


def test_asks_four_times_for_all_lanes_of_a_page(
    tenant: Tenant, django_assert_num_queries: Any
) -> None:
    well, paused = make_connection(tenant), make_connection(tenant, "B", paused_at=NOON)
    lanes = [lane_of(well), lane_of(paused)]

    with django_assert_num_queries(4):
        holds = holds_of(lanes, now=NOON)

    assert holds == {lanes[1].pk: Held(Why.PAUSED)}


def test_counts_each_lane_up_to_the_bound(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(standing, "MOST", 3)
    one, two = make_connection(tenant), make_connection(tenant, "B")
    for state in ("pending", "sending", "uncertain", "pending", "rejected", "delivered"):
        make_delivery(one, state)
    make_delivery(two, "parked")

    with django_assert_num_queries(1):
        lanes = list(with_counts(Lane.objects.all()).order_by("pk"))

    counted = [(vars(lane)["waiting"], vars(lane)["needs_person"]) for lane in lanes]
    assert counted == [(3, 1), (0, 1)]
