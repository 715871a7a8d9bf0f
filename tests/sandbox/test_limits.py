"""The fixed window per company and application."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Api, order

HEADERS = [f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset", "Policy")]


def test_every_answer_tells_what_is_left(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=10)

    answers = [
        norway.post(order()),
        norway.get("/v1/organization"),
        norway.get("/api/v3/SalesOrders/SO/9"),
    ]

    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["9", "8", "7"]
    assert [answers[0].headers[name] for name in HEADERS] == ["10", "9", "3600", "4-fixed-window"]


def test_a_spent_window_answers_429_and_creates_nothing(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1)
    norway.post(order())

    answer = norway.post(order())

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 3600
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert norway.numbers == ["000001"]


def test_a_new_window_opens_in_time(norway: Api) -> None:
    norway.sandbox.switch(rate_limit=1, rate_window=60)
    norway.post(order())
    norway.sandbox.control("POST", "clock", {"advance": 61})

    assert norway.post(order()).status_code == 201


def test_companies_have_windows_of_their_own(norway: Api, denmark: Api) -> None:
    norway.sandbox.switch(rate_limit=1)
    norway.post(order())

    assert denmark.post(order()).status_code == 201


def test_a_company_may_have_a_limit_of_its_own(norway: Api) -> None:
    norway.sandbox.control("POST", "companies", {"tenant_id": norway.tenant_id, "rate_limit": 7})

    assert norway.post(order()).headers["X-RateLimit-Limit"] == "7"


def test_the_reset_may_be_an_epoch(norway: Api) -> None:
    norway.sandbox.switch(reset_as_epoch=True)

    assert int(norway.post(order()).headers["X-RateLimit-Reset"]) > 1_000_000_000


def test_a_burst_is_cut(norway: Api) -> None:
    norway.sandbox.switch(burst_limit=3)

    statuses = [norway.post(order()).status_code for _ in range(5)]

    assert statuses.count(429) >= 1


@pytest.mark.parametrize(
    ("body", "content_type"), [("json", "application/json"), ("text", "text/plain"), ("empty", "")]
)
def test_the_body_of_a_429_follows_its_switch(norway: Api, body: str, content_type: str) -> None:
    norway.sandbox.switch(rate_limit=1, throttle_body=body)
    norway.post(order())

    assert norway.post(order()).headers.get("Content-Type", "").startswith(content_type)
