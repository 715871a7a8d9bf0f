"""An order's page: what happened, in order, and where the time went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from integrations.connections.models import Connection
from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services import decisions
from integrations.tenants.models import User
from integrations.workspace.services import durations, timeline
from integrations.workspace.services.durations import Span, in_words
from tests.workspace.seeds import NOON, REFUSED_BODY, make_attempt, make_delivery, make_look

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def told(delivery: Delivery) -> list[tuple[str, str]]:
    attempts, looks = timeline.attempts_of(delivery), timeline.looks_of(delivery)
    return [(entry.state, entry.what) for entry in timeline.entries(delivery, attempts, looks)]


def test_tells_a_lost_answer_to_its_end(connection: Connection) -> None:
    delivery = make_delivery(connection, "delivered", visma_number="000123",
                             settled_at=NOON + 4 * MINUTE)  # fmt: skip
    make_attempt(delivery, "unknown")
    make_look(delivery, "miss", at=NOON + MINUTE)
    make_look(delivery, "hit", at=NOON + 4 * MINUTE)

    assert told(delivery) == [
        ("accepted", "Accepted"),
        ("uncertain", "Attempt 1: the answer was lost"),
        ("pending", "Quarantine, 3 min"),
        ("looking", "Looked up: not there"),
        ("looking", "Looked up: there it is"),
        ("delivered", "Delivered as SO 000123"),
    ]


@pytest.mark.parametrize(
    ("ending", "columns", "expected"),
    [
        ("", {}, ("sending", "Attempt 1 is under way")),
        ("gate", {}, ("waits", "Attempt 1: nothing was sent")),
        ("withdrawn", {}, ("waits", "Attempt 1 was taken back")),
        ("answered", {"status": 201}, ("passed", "Attempt 1: Visma.net took the order")),
        (
            "answered", {"status": 400, "answer": REFUSED_BODY},
            ("refused", "Attempt 1: Visma.net refused the order"),
        ),
        (
            "answered", {"status": 400, "answer": "a gateway's page"},
            ("held", "Attempt 1: Visma.net did not let us in"),
        ),
        ("answered", {"status": 422}, ("refused", "Attempt 1: Visma.net refused the order")),
        ("answered", {"status": 401}, ("held", "Attempt 1: Visma.net wants a new access")),
        ("answered", {"status": 429}, ("held", "Attempt 1: Visma.net asks us to wait")),
        ("answered", {"status": 403}, ("held", "Attempt 1: Visma.net did not let us in")),
    ],
)  # fmt: skip
def test_tells_how_an_attempt_ended(
    connection: Connection, ending: str, columns: dict[str, Any], expected: tuple[str, str]
) -> None:
    delivery = make_delivery(connection)
    make_attempt(delivery, ending, **columns)

    assert told(delivery)[1] == expected


def test_every_ending_and_finding_has_words() -> None:
    assert set(Attempt.Ending) - {Attempt.Ending.ANSWERED} == set(timeline._ENDED)


def test_tells_who_decided(connection: Connection, member: User) -> None:
    delivery = make_delivery(connection)
    decisions.cancel(delivery, by=member, now=NOON + MINUTE)
    delivery.refresh_from_db()

    assert told(delivery)[1:] == [
        ("cancelled", "astrid@fjordlys.test pressed Cancel"),
        ("cancelled", "Cancelled"),
    ]


def test_parts_the_time_of_an_order(connection: Connection) -> None:
    delivery = make_delivery(connection, "delivered", settled_at=NOON + 4 * MINUTE)
    make_attempt(delivery, "unknown", opened_at=NOON + 10 * SECOND)

    spans = durations.where_time_went(delivery, timeline.attempts_of(delivery), now=NOON)

    assert spans == [
        Span("waiting", 10 * SECOND),
        Span("sending", SECOND),
        Span("quarantine", 3 * MINUTE),
        Span("looking", 49 * SECOND),
    ]
    assert sum((span.length for span in spans), timedelta()) == 4 * MINUTE


def test_time_goes_on_until_now_while_nothing_is_settled(connection: Connection) -> None:
    delivery = make_delivery(connection)

    assert durations.where_time_went(delivery, [], now=NOON + MINUTE) == [Span("waiting", MINUTE)]


@pytest.mark.parametrize(
    ("length", "exact", "words"),
    [
        (timedelta(), False, "under 0.1 s"),
        (timedelta(seconds=0.04), True, "under 0.1 s"),
        (timedelta(seconds=0.4), False, "0.4 s"),
        (timedelta(seconds=1.25), False, "1 s"),
        (timedelta(seconds=1.25), True, "1.2 s"),
        (timedelta(seconds=42.4), True, "42 s"),
        (timedelta(minutes=18, seconds=8), False, "18 min 8 s"),
        (timedelta(minutes=3), False, "3 min"),
        (timedelta(hours=2, minutes=5, seconds=59), False, "2 h 5 min"),
        (timedelta(days=3, hours=4), False, "3 d 4 h"),
        (-MINUTE, False, "under 0.1 s"),
    ],
)
def test_says_how_long_in_two_units(length: timedelta, exact: bool, words: str) -> None:
    assert in_words(length, exact=exact) == words


def test_shows_what_was_sent_without_what_opens_the_door(
    owner: Client, connection: Connection
) -> None:
    delivery = make_delivery(connection, reference="WEB-<i>")
    make_attempt(delivery, status=403, answer="<script>alert(1)</script>")

    page = owner.get(f"/t/fjordlys/orders/{delivery.pk}/").content.decode()

    assert 'authorization: <span class="redacted">redacted</span>' in page
    assert "seeded-access-token" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "WEB-&lt;i&gt;" in page
    assert "<i>" not in page


def test_says_in_the_trades_words_what_visma_refused(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "rejected")

    page = owner.get(f"/t/fjordlys/orders/{delivery.pk}/").content.decode()

    assert "Item BLK-1020 isn’t known in Fjordlys AS" in page


@pytest.mark.parametrize(
    "problem",
    [
        None, {}, {"title": ""}, {"details": []}, {"details": [{"code": "9999", "message": ""}]},
        {"details": [{"code": "1804", "field": "orderLines[99].x"}]},
        {"details": [{"code": "1804", "field": "orderLines[x]"}]},
        {"errors": {"$": ["The JSON value could not be converted."]}},
    ],
)  # fmt: skip
def test_any_answer_of_visma_makes_a_page(
    owner: Client, connection: Connection, problem: Any
) -> None:
    delivery = make_delivery(connection, "rejected", problem=problem)

    page = owner.get(f"/t/fjordlys/orders/{delivery.pk}/")

    assert page.status_code == 200
    assert "<h1>" in page.content.decode()


def test_a_long_story_is_folded(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection)
    for number in range(1, 31):
        make_attempt(delivery, "gate", number=number, opened_at=NOON + number * MINUTE)

    page = owner.get(f"/t/fjordlys/orders/{delivery.pk}/").content.decode()

    assert "25 steps in between" in page
    assert page.count("nothing was sent") == 30
