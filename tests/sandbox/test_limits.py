"""The fixed windows: what is counted, what the headers say, how a 429 looks."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.older_orders import older_order
from tests.sandbox.visitor import WEB
from tests.sandbox.vni_client import DENMARK, NORWAY, OLD_BASE, call, token
from tests.sandbox_process import ControlRefused, SandboxProcess

HEADERS = [f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset", "Policy")]
ON_OLD_BASE = f"{OLD_BASE}/organization"


def told(answer: object) -> list[str]:
    headers = getattr(answer, "headers", {})
    return [str(headers.get(name)) for name in HEADERS]


@point("I28.headers", "E12.v3")
def test_every_answer_tells_what_is_left(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=10)

    answers = [
        norway.post(order()),
        norway.get("/v1/organization"),
        norway.get("/api/v3/SalesOrders/SO/9"),
    ]

    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["9", "8", "7"]
    assert told(answers[0]) == ["10", "9", "3600", "4-fixed-window"]


@point("I28.number", "I28.window")
def test_the_standard_window_is_an_hour_of_15000_calls(norway: Api) -> None:
    assert told(norway.get("/v1/organization")) == ["15000", "14999", "3600", "4-fixed-window"]


def test_version_3_may_have_a_window_of_its_own_or_none(norway: Api) -> None:
    norway.sandbox.switch(v3_rate_limit="own")
    norway.post(order())
    assert told(norway.get("/v1/organization"))[1] == "14999"

    norway.sandbox.switch(v3_rate_limit="none")
    assert told(norway.post(order())) == ["None"] * 4


@point("I28.retry_after")
def test_a_spent_window_answers_429_and_creates_nothing(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1)
    norway.post(order())

    answer = norway.post(order())

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    assert answer.headers["Retry-After"] == answer.headers["X-RateLimit-Reset"]
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert norway.numbers == ["000001"]


def test_after_retry_after_a_call_works(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1, rate_window=60)
    norway.post(order())
    wait = int(norway.post(order()).headers["Retry-After"])
    norway.sandbox.control("POST", "clock", {"advance": wait})

    assert norway.post(order()).status_code == 201


def test_the_ledger_tells_calls_that_came_too_early(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1, rate_window=60)
    for _ in range(3):
        norway.post(order())
    norway.sandbox.control("POST", "clock", {"advance": 61})
    norway.post(order())

    found = norway.sandbox.control("GET", "requests?kind=salesorders.post")["requests"]

    assert [(one["answered"], one["too_early"]) for one in found] == [
        (201, False),
        (429, False),
        (429, True),
        (201, False),
    ]


def test_a_call_that_a_fault_takes_is_told_to_be_early_too(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1)
    for _ in range(2):
        norway.post(order())
    norway.sandbox.fault("status", status=503)

    assert norway.post(order()).status_code == 503
    [*_, last] = norway.sandbox.control("GET", "requests?kind=salesorders.post")["requests"]
    assert (last["fault"], last["too_early"]) == ("status", True)


@point("E12.company_client")
def test_company_and_client_have_a_window_of_their_own(norway: Api, denmark: Api) -> None:
    norway.sandbox.switch(rate_limit=1)
    norway.post(order())
    other_client = norway.sandbox.token(WEB[0], norway.tenant_id)

    assert norway.post(order()).status_code == 429
    assert denmark.post(order()).status_code == 201
    headers = {"Authorization": f"Bearer {other_client}"}
    assert norway.post(order(), headers=headers).status_code == 201


def test_a_company_may_have_a_limit_of_its_own(norway: Api) -> None:
    norway.sandbox.control("POST", "companies", {"tenant_id": norway.tenant_id, "rate_limit": 7})

    assert norway.post(order()).headers["X-RateLimit-Limit"] == "7"


@point("E12.reset_unit")
def test_the_reset_is_seconds_left(norway: Api) -> None:
    assert int(norway.post(order()).headers["X-RateLimit-Reset"]) <= 3600


def test_the_reset_may_be_an_epoch(norway: Api) -> None:
    norway.sandbox.switch(reset_as_epoch=True)

    assert int(norway.post(order()).headers["X-RateLimit-Reset"]) > 1_000_000_000


@point("E12.order_v1", "E12.order_v1_number")
def test_older_order_endpoints_have_a_tighter_policy(norway: Api) -> None:
    listed = norway.get("/v1/salesorder")
    created = norway.call("POST", "/v2/salesorder", json=older_order())

    assert told(listed) == ["500", "499", "3600", "8-fixed-window"]
    assert told(created) == ["500", "498", "3600", "8-fixed-window"]


@pytest.mark.parametrize(
    "path",
    ["/v1/salesordertype", "/v1/customer", "/v2/salesorder/orderType/SO/1/attachment"],
)
@point("E12.not_covered")
def test_what_stays_on_the_erp_api_has_the_standard_policy(norway: Api, path: str) -> None:
    method = "POST" if path.endswith("attachment") else "GET"

    assert norway.call(method, path, json={}).headers["X-RateLimit-Policy"] == "4-fixed-window"


@point("I24.old_host", "E12.old_host")
def test_the_old_base_counts_500_an_hour_for_an_application_as_a_whole(
    sandbox: SandboxProcess,
) -> None:
    bearer = token(sandbox.url)

    answers = [
        call(sandbox.url, ON_OLD_BASE, bearer, company=company) for company in (NORWAY, DENMARK)
    ]

    assert told(answers[0]) == ["500", "499", "3600", "6-fixed-window"]
    assert told(answers[1]) == ["500", "498", "3600", "6-fixed-window"]


@pytest.mark.parametrize(("kind", "limit"), [("test", "500"), ("production", "15000")])
@point("I24.clients")
def test_vni_clients_had_a_limit_for_each_company(
    sandbox: SandboxProcess, kind: str, limit: str
) -> None:
    sandbox.control("POST", "applications", {"client_id": WEB[0], "vni": kind})
    policies = sandbox.control("GET", "policies")["policies"]
    of_2021 = [one for one in policies if one["name"] != "6-fixed-window"]
    sandbox.control("PUT", "policies", {"policies": of_2021})
    bearer = token(sandbox.url)

    answers = [
        call(sandbox.url, ON_OLD_BASE, bearer, company=company) for company in (NORWAY, DENMARK)
    ]

    left = str(int(limit) - 1)
    assert [told(answer)[:2] for answer in answers] == [[limit, left], [limit, left]]


def test_the_table_can_be_replaced(norway: Api) -> None:
    policy = {"name": "mine", "calls": 2, "window": 10, "paths": ["/v1/*"]}
    norway.sandbox.control("PUT", "policies", {"policies": [policy]})

    statuses = [norway.get("/v1/organization").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert told(norway.post(order())) == ["None"] * 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"calls": -1}, "'calls'"),
        ({"calls": "no_such_switch"}, "no_such_switch"),
        ({"window": 1.5}, "'window'"),
        ({"key": "planet"}, "'key'"),
        ({"colour": "red"}, "'colour'"),
        ({"paths": "/v1/*"}, "'paths'"),
        ({"name": None}, "'name'"),
    ],
)
def test_a_table_that_cannot_be_read_changes_nothing(
    sandbox: SandboxProcess, change: dict[str, object], reason: str
) -> None:
    before = sandbox.control("GET", "policies")
    policy = {"name": "mine", "calls": 2, "paths": ["/v1/*"]} | change

    with pytest.raises(ControlRefused, match=reason):
        sandbox.control("PUT", "policies", {"policies": [policy]})

    assert sandbox.control("GET", "policies") == before


@pytest.mark.parametrize(
    ("body", "content_type"), [("json", "application/json"), ("text", "text/plain"), ("empty", "")]
)
def test_the_body_of_a_429_follows_its_switch(norway: Api, body: str, content_type: str) -> None:
    norway.sandbox.switch(rate_limit=1, throttle_body=body)
    norway.post(order())

    assert norway.post(order()).headers.get("Content-Type", "").startswith(content_type)


@point("I28.body")
def test_a_429_says_in_json_when_to_try_again(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1)
    norway.post(order())

    answer = norway.post(order())

    wait = answer.headers["Retry-After"]
    message = f"Rate limit is exceeded. Try again in {wait} seconds."
    assert answer.json() == {"statusCode": 429, "message": message}


def test_as_text_a_429_names_a_time_span(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1, rate_window=411, throttle_body="text")
    norway.post(order())

    assert norway.post(order()).text == "Rate limit is exceeded. Try again in 00:06:51."
