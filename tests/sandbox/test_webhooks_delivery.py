"""Webhooks that fail, come late, twice or in another order; and those about applications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.receiver import Receiver, deliveries, listening, tried, when
from tests.sandbox.store import READ, approve, enter, integrate
from tests.sandbox.test_webhooks import SALES_ORDERS, subscribe
from tests.sandbox.visitor import SERVICE, Visitor
from tests.sandbox_process import ControlRefused, SandboxProcess

CONNECT = "connect-publisher"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@point("I20.retries")
def test_a_refused_delivery_is_tried_three_times_more(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    receiver.statuses = [500, 404, 302, 503, 200]
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, retry_wait=0)

    norway.post(order())

    (log,) = when(sandbox, _is_over)
    assert [one["status"] for one in log["attempts"]] == [500, 404, 302, 503]
    assert log["state"] == "given_up"


def test_a_retry_is_the_same_to_the_byte(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, retry_wait=0)

    norway.post(order())

    first, second = receiver.next(), receiver.next()
    assert (first.body, first.signature) == (second.body, second.signature)
    assert [one["state"] for one in when(sandbox, _is_over)] == ["delivered"]


@point("I20.wait")
def test_the_first_retry_comes_after_ten_seconds(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.control("POST", "clock", {"freeze": True})
    receiver.statuses = [500]
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)
    norway.post(order())
    (log,) = when(sandbox, tried(1))
    assert round(log["due_at"] - log["attempts"][0]["at"], 3) == 10

    sandbox.control("POST", "clock", {"advance": 10.5})

    assert [one["status"] for one in when(sandbox, tried(2))[0]["attempts"]] == [500, 200]


@point("I20.backoff")
def test_each_wait_is_twice_the_one_before(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.control("POST", "clock", {"freeze": True})
    receiver.statuses = [500, 500, 500]
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, retry_wait=10)
    norway.post(order())

    waits = []
    for times in (1, 2, 3):
        (log,) = when(sandbox, tried(times))
        waits.append(round(log["due_at"] - log["attempts"][-1]["at"]))
        sandbox.control("POST", "clock", {"advance": 41})

    assert waits == [10, 20, 40]


def test_a_receiver_that_isnt_there_is_told_of(sandbox: SandboxProcess, norway: Api) -> None:
    with listening() as gone:
        url = gone.url
    approve(sandbox, norway.tenant_id)
    wish = {"client_id": SERVICE[0], "publisher": SALES_ORDERS, "url": url, "retries": 0}
    sandbox.control("POST", "subscriptions", wish)

    norway.post(order())

    (log,) = when(sandbox, _is_over)
    assert (log["state"], log["attempts"][0]["status"]) == ("given_up", 0)
    assert "Refused" in log["attempts"][0]["detail"]


@point("I20.copies")
def test_each_notification_comes_once(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.switch(webhook_delay=60)
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)

    norway.post(order())

    assert len(deliveries(sandbox)) == 1


def test_a_notification_may_come_twice_with_one_id(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.switch(webhook_copies=2)
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)

    norway.post(order())

    assert receiver.next().body == receiver.next().body


def test_a_delivery_can_be_repeated_on_demand(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)
    norway.post(order())
    first = receiver.next()
    (log,) = when(sandbox, _is_over)

    sandbox.control("POST", "deliveries", {"id": log["id"]})

    assert receiver.next() == first
    with pytest.raises(ControlRefused, match="No delivery has this id"):
        sandbox.control("POST", "deliveries", {"id": "nothing"})


def test_an_event_can_be_told_that_nothing_set_off(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)
    members = {"type": "SO", "orderId": "000042"}
    event = {"event": "SALESORDER_UI_CUSTOMACTION", "tenant_id": norway.tenant_id}

    sandbox.control("POST", "events", event | {"members": members})

    assert receiver.next().content["data"] == members


@point("E14.order")
def test_notifications_come_in_the_order_of_events(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.switch(webhook_delay=60)
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)
    for number in range(3):
        norway.post(order(f"W-{number}"))

    sandbox.control("POST", "clock", {"advance": 61})

    numbers = [receiver.next().content["data"]["orderId"] for _ in range(3)]
    assert numbers == ["000001", "000002", "000003"]


@point("I20.late")
def test_a_notification_comes_at_once(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)

    norway.post(order())

    (log,) = deliveries(sandbox)
    assert log["due_at"] == log["notifications"][0]["at"]


@point("I20.added")
def test_an_approval_in_the_store_is_told_to_the_application(
    sandbox: SandboxProcess, visitor: Visitor, receiver: Receiver
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    subscribe(sandbox, receiver, CONNECT)
    enter(visitor, tenant_id)

    integrate(visitor, READ)

    told = receiver.next().content
    assert (told["event"], told["tenantId"]) == ("tenant_application_added", tenant_id)


@point("I20.body")
def test_the_body_of_connect_names_the_application(
    sandbox: SandboxProcess, receiver: Receiver
) -> None:
    subscribe(sandbox, receiver, CONNECT)

    approve(sandbox, sandbox.company("Fjordlys AS")["tenant_id"])

    assert receiver.next().content["data"] == {"client_id": SERVICE[0]}


@point("I20.removed")
def test_a_withdrawal_is_told_to_the_application(
    sandbox: SandboxProcess, receiver: Receiver
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    subscribe(sandbox, receiver, CONNECT)

    approve(sandbox, tenant_id, approved=False)

    assert receiver.next().content["event"] == "tenant_application_removed"


def test_saying_yes_again_is_no_news(sandbox: SandboxProcess, receiver: Receiver) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    subscribe(sandbox, receiver, CONNECT)

    approve(sandbox, tenant_id, scopes=[READ])

    assert deliveries(sandbox) == []


def test_deliveries_that_wait_outlive_a_restore(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.switch(webhook_delay=60)
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)
    norway.post(order())
    saved = sandbox.control("GET", "state")
    sandbox.reset()

    sandbox.control("PUT", "state", saved)
    sandbox.control("POST", "clock", {"advance": 61})

    assert receiver.next().content["data"]["orderId"] == "000001"


def test_the_page_shows_the_secret_once_and_every_delivery(
    sandbox: SandboxProcess, visitor: Visitor, receiver: Receiver, norway: Api
) -> None:
    approve(sandbox, norway.tenant_id)
    visitor.visit("/webhooks")
    visitor.press(client_id=SERVICE[0], publisher=SALES_ORDERS, url=receiver.url)
    assert visitor.heading == "Copy the secret now"
    norway.post(order())
    when(sandbox, _is_over)

    visitor.visit("/webhooks")

    assert "SALESORDER_CREATED" in visitor.shown.text
    assert "&quot;orderId&quot;:&quot;000001&quot;" in visitor.shown.text
    assert 'id="secret"' not in visitor.shown.text


def test_the_page_refuses_an_address_elsewhere(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.visit("/webhooks")

    visitor.press(client_id=SERVICE[0], publisher=SALES_ORDERS, url="http://portal.example/")

    assert "The address must be http on this machine" in visitor.shown.text


def _is_over(log: list[Any]) -> bool:
    return bool(log) and all(one["state"] != "waiting" for one in log)
