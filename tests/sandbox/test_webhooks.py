"""Webhooks: what subscribers are told of sales orders, and how they know it is true."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.receiver import Receiver, deliveries, listening, when
from tests.sandbox.store import approve
from tests.sandbox.visitor import SERVICE, WEB
from tests.sandbox_process import ControlRefused, SandboxProcess

SALES_ORDERS = "visma.net.erp.salesorderservice-publisher"
FINANCIALS = "vismanetfinancials-publisher"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def subscribe(
    sandbox: SandboxProcess, receiver: Receiver, publisher: str = SALES_ORDERS, **more: Any
) -> Any:
    wish = {"client_id": SERVICE[0], "publisher": publisher, "url": receiver.url, **more}
    return sandbox.control("POST", "subscriptions", wish)


@point("I20.signature")
def test_a_notification_is_signed_with_the_secret(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    secret = subscribe(sandbox, receiver)["secret"]

    norway.post(order(description="Blåbær"))

    told = receiver.next()
    digest = hmac.digest(secret.encode(), told.body, hashlib.sha256)
    assert told.signature == base64.b64encode(digest).decode()
    assert told.content_type.startswith("application/json")


@point("I20.secret")
def test_the_secret_is_shown_once(sandbox: SandboxProcess, receiver: Receiver) -> None:
    first, second = subscribe(sandbox, receiver), subscribe(sandbox, receiver)
    (shown, _) = sandbox.control("GET", "subscriptions")["subscriptions"]

    assert first["secret"] != second["secret"]
    assert shown == {name: value for name, value in first.items() if name != "secret"}


@point("E14.publisher")
def test_created_updated_and_deleted_are_told(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    assert subscribe(sandbox, receiver)["events"] == [
        "SALESORDER_CREATED",
        "SALESORDER_UPDATED",
        "SALESORDER_DELETED",
        "SALESORDER_UI_CUSTOMACTION",
    ]

    created = norway.post(order())
    assert receiver.next().content["event"] == "SALESORDER_CREATED"
    path = created.headers["Location"].removeprefix(sandbox.url)
    version = {"If-Match": norway.get(path).headers["ETag"]}
    assert norway.call("DELETE", path, headers=version).status_code < 300
    assert receiver.next().content["event"] == "SALESORDER_DELETED"


@point("E14.body")
def test_the_newer_body_names_event_tenant_and_order(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)

    norway.post(order())

    told = receiver.next().content
    assert told["tenantId"] == norway.tenant_id
    assert (told["data"]["type"], told["data"]["orderId"]) == ("SO", "000001")
    assert set(told) == {"id", "event", "tenantId", "timestamp", "data"}


def test_the_newer_body_can_be_written_otherwise(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.switch(webhook_template='{"what": "${event}", "no": "${orderId}", "t": ${ticks}}')
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)

    norway.post(order())

    told = receiver.next().content
    assert (told["what"], told["no"]) == ("SALESORDER_CREATED", "000001")
    assert told["t"] > 637_969_430_208_130_000


@point("E14.older")
def test_the_older_body_is_an_array_of_changes(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, FINANCIALS)

    norway.post(order())

    (told,) = receiver.next().content
    assert list(told) == [
        "notificationId",
        "contextId",
        "event",
        "relativeResourceUri",
        "resourceUri",
        "status",
        "timeStamp",
    ]
    assert (told["event"], told["contextId"]) == ("salesorder_changed", "3140001")
    assert told["relativeResourceUri"] == "api/v1/salesorder/SO/000001"
    assert told["resourceUri"] == f"{sandbox.url}/API/controller/api/v1/salesorder/SO/000001"


@point("E14.ticks")
def test_the_older_moment_is_in_ticks(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.control("POST", "clock", {"freeze": True})
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, FINANCIALS)

    norway.post(order())

    now = datetime.fromisoformat(sandbox.control("GET", "clock")["now"])
    passed = now - datetime(1, 1, 1, tzinfo=UTC)
    microseconds = (passed.days * 86_400 + passed.seconds) * 10**6 + passed.microseconds
    (told,) = receiver.next().content
    assert abs(told["timeStamp"] - microseconds * 10) < 20


@point("E14.grouped")
def test_older_notifications_are_grouped_under_load(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, FINANCIALS)
    receiver.gate.clear()
    norway.post(order("W-1"))
    assert len(receiver.next().content) == 1

    for number in range(2, 5):
        norway.post(order(f"W-{number}"))
    receiver.gate.set()

    assert [_number(one) for one in receiver.next().content] == ["000002", "000003", "000004"]


@point("E14.address")
def test_addresses_elsewhere_are_refused(sandbox: SandboxProcess) -> None:
    for url in ("http://portal.example/hook", "https://localhost/hook", "http://10.0.0.1/", "x"):
        wish = {"client_id": SERVICE[0], "publisher": SALES_ORDERS, "url": url}
        with pytest.raises(ControlRefused, match="on this machine"):
            sandbox.control("POST", "subscriptions", wish)


@point("I20.tenants")
def test_a_subscription_hears_of_all_tenants_or_of_one(
    sandbox: SandboxProcess, norway: Api, denmark: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    approve(sandbox, denmark.tenant_id)
    everywhere = subscribe(sandbox, receiver)["id"]
    one = subscribe(sandbox, receiver, tenant_id=denmark.tenant_id)["id"]

    norway.post(order())
    denmark.post(order())

    told = [(log["subscription_id"], _tenant(log)) for log in when(sandbox, _all_delivered(3))]
    assert sorted(told) == sorted(
        [(everywhere, norway.tenant_id), (everywhere, denmark.tenant_id), (one, denmark.tenant_id)]
    )


@point("I20.approval")
def test_nothing_is_told_of_a_tenant_that_hasnt_approved(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    subscribe(sandbox, receiver)

    norway.post(order())

    assert [one["state"] for one in deliveries(sandbox)] == ["withheld"]
    assert receiver.is_left_alone()


@point("I20.scope")
def test_any_approval_of_the_application_will_do(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver)

    norway.post(order())

    assert [one["state"] for one in deliveries(sandbox)] != ["withheld"]


def test_an_approval_of_another_application_is_none(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, client_id=WEB[0])

    norway.post(order())

    assert [one["state"] for one in deliveries(sandbox)] == ["withheld"]


def test_only_events_subscribed_to_are_told(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    approve(sandbox, norway.tenant_id)
    subscribe(sandbox, receiver, events=["SALESORDER_DELETED"])

    norway.post(order())

    assert deliveries(sandbox) == []
    with pytest.raises(ControlRefused, match="events are SALESORDER_CREATED"):
        subscribe(sandbox, receiver, events=["salesorder_changed"])


def test_a_deleted_subscription_hears_nothing_more(
    sandbox: SandboxProcess, norway: Api, receiver: Receiver
) -> None:
    sandbox.switch(webhook_delay=60)
    approve(sandbox, norway.tenant_id)
    subscribed = subscribe(sandbox, receiver)["id"]
    norway.post(order())
    sandbox.control("DELETE", f"subscriptions?id={subscribed}")
    norway.post(order())

    sandbox.control("POST", "clock", {"advance": 61})

    assert deliveries(sandbox) == []
    assert receiver.is_left_alone()


def _number(told: dict[str, str]) -> str:
    return told["relativeResourceUri"].rpartition("/")[2]


def _tenant(log: Any) -> str:
    return str(log["notifications"][0]["tenant_id"])


def _all_delivered(number: int) -> Any:
    return lambda log: [one["state"] for one in log] == ["delivered"] * number
