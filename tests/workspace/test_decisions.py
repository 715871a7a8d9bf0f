"""What a person decides about an order on its page: done, or refused with a sentence."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from tests.workspace.seeds import NOON, make_attempt, make_delivery


def press(client: Client, delivery: Delivery, deed: str, **fields: str) -> tuple[Any, list[str]]:
    answer = client.post(f"/t/fjordlys/orders/{delivery.pk}/{deed}/", fields)
    delivery.refresh_from_db()
    return answer, [str(message) for message in get_messages(answer.wsgi_request)]


def test_cancels_what_waits(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection)

    answer, said = press(owner, delivery, "cancel")

    assert answer["Location"] == f"/t/fjordlys/orders/{delivery.pk}/"
    assert delivery.state == "cancelled"
    assert said == ["Cancelled. It is not sent."]
    assert AuditEvent.objects.get().personal == {"by": "astrid@fjordlys.test"}


def test_wishes_to_cancel_what_is_uncertain(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "uncertain")

    _answer, said = press(owner, delivery, "cancel")

    assert (delivery.state, bool(delivery.cancel_wanted_at)) == ("uncertain", True)
    assert said == ["It is cancelled as soon as we know that it did not arrive."]


def test_sends_a_refused_order_again(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "rejected")
    make_attempt(delivery, status=400)

    _answer, said = press(owner, delivery, "send")

    assert delivery.state == "pending"
    assert said == ["It is on its way again."]


def test_looks_before_it_sends_again_what_may_be_there(
    owner: Client, connection: Connection
) -> None:
    delivery = make_delivery(connection, "parked", reason="cant_be_asked")
    make_attempt(delivery, "unknown")

    _answer, said = press(owner, delivery, "send")

    assert delivery.state == "uncertain"
    assert said == ["We look in Visma.net first, and send it if it is not there."]


def test_pauses_and_resumes(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection)

    press(owner, delivery, "pause")
    assert delivery.paused_at is not None
    press(owner, delivery, "resume")
    assert delivery.paused_at is None


def test_takes_the_number_that_stands(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "parked", reason="several_found")

    press(owner, delivery, "decide", order_type="so", number="000777")

    assert (delivery.state, delivery.visma_type, delivery.visma_number) == (
        "delivered", "SO", "000777",
    )  # fmt: skip


def test_sends_anew_what_a_person_says_is_not_there(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "parked", reason="cant_be_asked")
    make_attempt(delivery, "unknown")

    press(owner, delivery, "none")

    assert delivery.state == "pending"


def test_refuses_a_number_of_another_order(owner: Client, connection: Connection) -> None:
    make_delivery(connection, "delivered", visma_number="000777")
    delivery = make_delivery(connection, "parked", reason="several_found")

    answer, _said = press(owner, delivery, "decide", order_type="SO", number="000777")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Another order of yours has this number." in answer.content.decode()
    assert delivery.state == "parked"


@pytest.mark.parametrize("number", ["", "  ", "SO 1", "x" * 31, "1\0", "<b>"])
def test_refuses_what_is_no_number(owner: Client, connection: Connection, number: str) -> None:
    delivery = make_delivery(connection, "parked", reason="several_found")

    answer, _said = press(owner, delivery, "decide", order_type="SO", number=number)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert delivery.state == "parked"


@pytest.mark.parametrize(
    ("state", "deed", "sentence"),
    [
        ("delivered", "cancel", "It is in Visma.net already, so cancel it there."),
        ("delivered", "send", "It is in Visma.net already."),
        ("sending", "send", "The order has moved on meanwhile. Look once more."),
        ("pending", "none", "The order has moved on meanwhile. Look once more."),
    ],
)
def test_says_why_not(
    owner: Client, connection: Connection, state: str, deed: str, sentence: str
) -> None:
    delivery = make_delivery(connection, state)

    _answer, said = press(owner, delivery, deed)

    assert said == [sentence]
    assert delivery.state == state


def test_a_double_is_decided_before_it_is_sent(owner: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "parked", reason="double_suspected")

    _answer, said = press(owner, delivery, "send")

    assert said == ["Say first which order in Visma.net stands, or that none does."]
    assert delivery.state == "parked"


def test_an_unknown_deed_is_no_page(owner: Client, connection: Connection) -> None:
    answer, _said = press(owner, make_delivery(connection), "explode")

    assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("state", "columns", "presses"),
    [
        ("pending", {}, {"cancel", "pause"}),
        ("pending", {"paused_at": NOON}, {"cancel", "resume"}),
        ("sending", {}, {"cancel"}),
        ("uncertain", {}, {"cancel"}),
        ("uncertain", {"cancel_wanted_at": NOON}, set()),
        ("delivered", {}, set()),
        ("rejected", {}, {"cancel", "send"}),
        ("cancelled", {}, {"send"}),
        ("parked", {"reason": "attempts_spent"}, {"cancel", "send", "decide", "none"}),
        ("parked", {"reason": "several_found"}, {"decide", "none"}),
        ("parked", {"reason": "fault_of_ours"}, {"cancel", "send"}),
    ],
)
def test_offers_what_the_state_allows(
    owner: Client, connection: Connection, state: str, columns: dict[str, Any], presses: set[str]
) -> None:
    delivery = make_delivery(connection, state, **columns)

    page = owner.get(f"/t/fjordlys/orders/{delivery.pk}/").content.decode()

    deeds = ["cancel", "pause", "resume", "send", "decide", "none"]
    assert {deed for deed in deeds if f"/orders/{delivery.pk}/{deed}/" in page} == presses


def test_a_reader_is_offered_nothing(reader: Client, connection: Connection) -> None:
    delivery = make_delivery(connection, "parked", reason="several_found")

    page = reader.get(f"/t/fjordlys/orders/{delivery.pk}/").content.decode()

    assert 'action="/t/fjordlys/' not in page
