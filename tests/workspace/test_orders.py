"""The list of orders: paged by key, filtered, searched, never counted to the end."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.tenants.models import Tenant
from integrations.workspace.services import orders
from integrations.workspace.services.orders import order_book
from tests.workspace.seeds import NOON, make_connection, make_delivery

STATES = ["pending", "sending", "uncertain", "delivered", "rejected", "parked", "cancelled"]


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "PAGE", 5)


def many(*connections: Connection, number: int = 23) -> list[Delivery]:
    """Orders of every state, dealt out over the companies."""
    return [
        make_delivery(
            connections[n % len(connections)],
            STATES[n % len(STATES)],
            at=NOON + timedelta(minutes=n),
        )
        for n in range(number)
    ]


@pytest.mark.parametrize(
    ("wanted", "states"),
    [
        ("", set(STATES)),
        ("needs_you", {"rejected", "parked"}),
        ("pending", {"pending"}),
        ("delivered", {"delivered"}),
    ],
)
def test_walks_to_the_end_and_back_without_gap_or_repeat(
    tenant: Tenant, connection: Connection, short_pages: None, wanted: str, states: set[str]
) -> None:
    made = many(connection, make_connection(tenant, "Fjordlys Sverige AB"), number=40)
    expected = [d.pk for d in reversed(made) if d.state in states]
    book = order_book(tenant, now=NOON)

    pages = [book.page(wanted)]
    while pages[-1].older is not None:
        pages.append(book.page(wanted, before=pages[-1].older))
    back = [pages[-1]]
    while back[-1].newer is not None:
        back.append(book.page(wanted, after=back[-1].newer))

    assert [row.delivery.pk for page in pages for row in page.rows] == expected
    assert len(pages[0].rows) == min(5, len(expected))
    assert back[-1] == pages[0]


def test_the_newest_page_is_full_when_somebody_comes_back_to_it(
    tenant: Tenant, connection: Connection, short_pages: None
) -> None:
    made = many(connection, number=7)
    book = order_book(tenant, now=NOON)

    page = book.page("", after=made[4].order_id)

    assert [row.delivery for row in page.rows] == made[:1:-1]
    assert page.newer is None


def test_an_order_that_comes_in_meanwhile_moves_no_page(
    tenant: Tenant, connection: Connection, short_pages: None
) -> None:
    many(connection, number=12)
    book = order_book(tenant, now=NOON)
    older = book.page("").older
    before = book.page("", before=older)

    make_delivery(connection)

    assert book.page("", before=older).rows == before.rows


def test_held_orders_are_those_of_held_lanes_and_those_paused(
    tenant: Tenant, connection: Connection
) -> None:
    broken = make_connection(tenant, "Fjordlys Sverige AB", state="broken", problem="no_role")
    waits, paused = make_delivery(connection), make_delivery(connection, paused_at=NOON)
    held = make_delivery(broken)
    delivered = make_delivery(broken, "delivered")
    book = order_book(tenant, now=NOON)

    assert [row.delivery for row in book.page("held").rows] == [held, paused]
    assert [row.delivery for row in book.page("pending").rows] == [waits]
    assert {row.delivery.pk: row.shown for row in book.page("").rows} == {
        waits.pk: "pending", paused.pk: "held", held.pk: "held", delivered.pk: "delivered",
    }  # fmt: skip
    assert book.counts() == {
        "needs_you": 0, "held": 2, "pending": 1, "sending": 0, "uncertain": 0,
    }  # fmt: skip


def test_counts_go_no_further_than_their_bound(
    tenant: Tenant, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "MOST", 3)
    for _ in range(5):
        make_delivery(connection)

    assert order_book(tenant, now=NOON).counts()["pending"] == 3


@pytest.mark.parametrize("sought", ["WEB-7", "SO 000123", "SO/000123", "000123", "WEB-"])
def test_finds_by_reference_or_by_the_number_in_visma(
    tenant: Tenant, connection: Connection, sought: str
) -> None:
    wanted = make_delivery(connection, "delivered", "WEB-7", visma_number="000123")
    make_delivery(connection, "delivered", "SHOP-8", visma_number="000124")

    found = order_book(tenant, now=NOON).find(sought)

    assert [row.delivery for row in found] == [wanted]


def test_an_exact_reference_wins_over_those_that_begin_so(
    tenant: Tenant, connection: Connection
) -> None:
    exact = make_delivery(connection, reference="WEB-1")
    make_delivery(connection, reference="WEB-10")

    assert [row.delivery for row in order_book(tenant, now=NOON).find("WEB-1")] == [exact]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"}, {"q": "/"}, {"q": "%"}, {"q": "x" * 500}, {"state": "nonsense"},
        {"before": "-1"}, {"before": "9" * 40}, {"after": "x"}, {"company": "0"},
        {"company": str(2**63)}, {"before": "1", "after": "1"}, {"state": "held", "after": "0"},
    ],
)  # fmt: skip
def test_a_senseless_address_is_a_page(
    owner: Client, tenant: Tenant, connection: Connection, query: dict[str, Any]
) -> None:
    make_delivery(connection)

    assert owner.get("/t/fjordlys/orders/", query).status_code == HTTPStatus.OK


def test_a_longer_list_costs_no_more_queries(
    owner: Client, tenant: Tenant, connection: Connection, django_assert_max_num_queries: Any
) -> None:
    many(connection, number=3)
    with django_assert_max_num_queries(40) as few:
        owner.get("/t/fjordlys/orders/")

    for _ in range(30):
        make_delivery(connection, "delivered")
    with django_assert_max_num_queries(len(few)):
        owner.get("/t/fjordlys/orders/")


def test_says_beside_each_order_what_it_waits_for(
    owner: Client, tenant: Tenant, connection: Connection
) -> None:
    broken = make_connection(tenant, "Fjordlys Sverige AB", state="broken", problem="no_role")
    now = timezone.now()
    make_delivery(broken, at=now)
    make_delivery(connection, "rejected", at=now)
    make_delivery(connection, "parked", at=now)

    page = owner.get("/t/fjordlys/orders/").content.decode()

    assert "The connection needs you" in page
    assert "Item BLK-1020 isn’t known in Fjordlys AS" in page
    assert "Found, but it differs" in page
    assert "Two orders need you" in page


def test_nothing_found_offers_the_way_back(owner: Client, connection: Connection) -> None:
    make_delivery(connection)

    page = owner.get("/t/fjordlys/orders/", {"q": "<b>nothing</b>"}).content.decode()

    assert "No order has the reference or number “&lt;b&gt;nothing&lt;/b&gt;”" in page
    assert 'href="/t/fjordlys/orders/"' in page


def test_no_orders_yet_shows_the_ways_to_send_one(owner: Client, connection: Connection) -> None:
    page = owner.get("/t/fjordlys/orders/").content.decode()

    assert "No orders yet" in page
    assert "/t/fjordlys/files/new" in page
