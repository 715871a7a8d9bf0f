"""The ERP's asynchronous mode: a call that is answered at once and done later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.older_orders import older_order
from tests.sandbox.receiver import Receiver, deliveries, listening
from tests.sandbox.store import approve
from tests.sandbox.visitor import SERVICE

HEADER = {"erp-api-background": "none"}


def send(api: Api, body: Any, **headers: str) -> Any:
    return api.call("POST", "/v1/salesorder", json=body, headers=HEADER | headers)


def state(api: Api, accepted: Any) -> Any:
    return api.call("GET", accepted.json()["stateLocation"].removeprefix(api.sandbox.url)).json()


def pass_time(api: Api, seconds: float) -> None:
    api.sandbox.control("POST", "clock", {"advance": seconds})


@point("E13.background")
def test_the_answer_is_202_and_the_order_is_not_there_yet(norway: Api) -> None:
    answer = send(norway, older_order())

    assert answer.status_code == 202
    assert answer.json().keys() == {"id", "stateLocation"}
    assert answer.json()["stateLocation"].endswith(f"/v1/background/{answer.json()['id']}")
    assert norway.numbers == []


@point("E13.job_state", "E13.job_location")
def test_the_state_tells_how_far_it_is(norway: Api) -> None:
    accepted = send(norway, older_order())
    started = state(norway, accepted)
    pass_time(norway, 3)
    finished = state(norway, accepted)

    assert (started["status"], started["statusCode"], started["finishedUtc"]) == (
        "Started",
        0,
        None,
    )
    assert (finished["status"], finished["statusCode"]) == ("Finished", 201)
    assert finished["responseHeaders"]["Location"].endswith("/v1/salesorder/SO/000001")
    assert finished["originalUri"] == f"{norway.sandbox.url}/v1/salesorder"
    assert finished.keys() == {
        "id",
        "status",
        "statusCode",
        "receivedUtc",
        "startedUtc",
        "finishedUtc",
        "webhookAddress",
        "errorMessage",
        "reference",
        "originalUri",
        "hasResponseContent",
        "hasRequestContent",
        "contentLocation",
        "responseHeaders",
    }


@point("E13.job_seconds")
def test_a_job_is_done_after_two_seconds_whether_or_not_anybody_asks(norway: Api) -> None:
    send(norway, older_order())
    pass_time(norway, 2.1)

    assert norway.numbers == ["000001"]


@point("E13.finished_400")
def test_finished_does_not_mean_success(denmark: Api) -> None:
    accepted = send(denmark, older_order(customer="NOBODY"))
    pass_time(denmark, 3)
    finished = state(denmark, accepted)

    content = denmark.call("GET", f"/v1/background/{finished['id']}/content")

    assert (finished["status"], finished["statusCode"]) == ("Finished", 400)
    assert finished["contentLocation"].endswith("/content")
    assert content.json().keys() == {"message"}
    assert denmark.numbers == []


@point("E13.failed")
def test_a_job_that_can_be_processed_does_not_fail(norway: Api) -> None:
    accepted = send(norway, older_order())
    pass_time(norway, 3)

    assert state(norway, accepted)["status"] == "Finished"


def test_a_failed_job_has_made_no_order(norway: Api) -> None:
    norway.sandbox.switch(background_outcome="failed")
    accepted = send(norway, older_order())
    pass_time(norway, 3)

    failed = state(norway, accepted)

    assert (failed["status"], failed["statusCode"]) == ("Failed", 0)
    assert failed["errorMessage"]
    assert norway.numbers == []


@point("E13.day")
def test_the_state_is_kept_for_a_day(norway: Api) -> None:
    accepted = send(norway, older_order())
    path = f"/v1/background/{accepted.json()['id']}"

    def read_after(seconds: float) -> int:
        pass_time(norway, seconds)
        fresh = norway.sandbox.token(SERVICE[0], norway.tenant_id)
        headers = {"Authorization": f"Bearer {fresh}"}
        return int(norway.call("GET", path, headers=headers).status_code)

    assert [read_after(24 * 3600 - 60), read_after(120)] == [200, 404]


@point("E13.not_v3")
def test_version_3_knows_no_background(norway: Api) -> None:
    assert norway.post(order(), headers=HEADER).status_code == 201


@point("E13.delay")
def test_a_call_takes_no_time(norway: Api) -> None:
    norway.sandbox.control("POST", "clock", {"freeze": True})
    headers = {"Authorization": f"Bearer {norway.token}"}

    answer = requests.get(f"{norway.sandbox.url}/v1/branch", headers=headers, timeout=2)

    assert answer.status_code == 200


def test_reads_can_wait_too(denmark: Api) -> None:
    accepted = denmark.call("GET", "/v1/customer?pageSize=1", headers=HEADER)
    pass_time(denmark, 3)

    content = denmark.call("GET", f"/v1/background/{accepted.json()['id']}/content")

    assert [row["number"] for row in content.json()] == ["10042"]


def test_another_company_knows_nothing_of_the_job(norway: Api, denmark: Api) -> None:
    accepted = send(norway, older_order())

    path = f"/v1/background/{accepted.json()['id']}"
    assert denmark.call("GET", path).status_code == 404


def test_the_ledger_ties_the_order_to_its_job(norway: Api) -> None:
    accepted = send(norway, older_order("WEB-9"))
    pass_time(norway, 3)

    found = norway.sandbox.control("GET", f"requests?detail={accepted.json()['id']}")["requests"]

    assert [(one["kind"], one["committed"]) for one in found] == [
        ("erp.orders.post", None),
        ("erp.background.run", "SO/000001"),
    ]


def test_a_job_outlives_being_saved(norway: Api) -> None:
    accepted = send(norway, older_order())
    norway.sandbox.control("PUT", "snapshots/job")
    norway.sandbox.reset()
    norway.sandbox.control("POST", "snapshots/job/restore")
    pass_time(norway, 3)

    assert state(norway, accepted)["statusCode"] == 201


FINANCIALS = "vismanetfinancials-publisher"
EVENT = "BACKGROUND_API_RESPONSE"


@pytest.fixture
def receiver(norway: Api) -> Iterator[Receiver]:
    """Subscribed to the ends of background calls."""
    approve(norway.sandbox, norway.tenant_id)
    with listening() as receiver:
        wish = {"client_id": SERVICE[0], "publisher": FINANCIALS, "url": receiver.url}
        norway.sandbox.control("POST", "subscriptions", {**wish, "events": [EVENT]})
        yield receiver


@point("E13.subscription")
def test_a_subscription_hears_of_the_end_with_the_headers_asked_for(
    norway: Api, receiver: Receiver
) -> None:
    asked = {"erp-api-background": "subscription:X-Batch=7, X-Row=a=b,bad name=x"}
    send(norway, older_order("WEB-1"), **asked)
    send(norway, older_order("WEB-2"), **{"erp-api-background": "subscription"})
    pass_time(norway, 3)

    told = receiver.next(), receiver.next()

    batches = [(one.headers.get("x-batch"), one.headers.get("x-row")) for one in told]
    assert batches == [("7", "a=b"), (None, None)]
    assert told[0].signature
    assert "bad name" not in told[0].headers


@point("E13.subscription_body")
def test_the_event_names_the_call_and_its_status(norway: Api, receiver: Receiver) -> None:
    accepted = send(norway, older_order(), **{"erp-api-background": "subscription"}).json()
    pass_time(norway, 3)

    told = receiver.next().content

    assert (told["event"], told["tenantId"]) == (EVENT, norway.tenant_id)
    assert told["data"] == {
        "client_id": SERVICE[0],
        "requestId": accepted["id"],
        "status": "Finished",
        "statusCode": "201",
        "stateLocation": accepted["stateLocation"],
    }


def test_only_a_call_that_asks_for_it_is_told(norway: Api, receiver: Receiver) -> None:
    send(norway, older_order())
    pass_time(norway, 3)

    assert norway.numbers == ["000001"]
    assert deliveries(norway.sandbox) == []


def test_a_job_that_somebody_waits_for_ends_without_another_call(
    norway: Api, receiver: Receiver
) -> None:
    norway.sandbox.switch(background_seconds=0.05)
    send(norway, older_order(), **{"erp-api-background": "subscription"})

    assert receiver.next().content["data"]["statusCode"] == "201"
