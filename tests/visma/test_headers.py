from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.visma.headers import RateLimit, answered_at, rate_limit, retry_after
from tests.visma.made_answers import answer

DATE = "Fri, 20 Nov 2026 12:00:00 GMT"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_reads_vismas_clock() -> None:
    assert answered_at(answer(headers={"Date": DATE})) == NOON


@pytest.mark.parametrize("text", ["", "noon", "Fri, 99 Nov 2026 12:00:00 GMT", "0", "\x00"])
def test_does_without_vismas_clock(text: str) -> None:
    assert answered_at(answer(headers={"Date": text})) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("411", 411.0),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 400, None),
        ("²", None),
        ("", None),
    ],
)
def test_reads_how_long_to_wait(text: str, seconds: float | None) -> None:
    headers = {"Retry-After": text, "Date": DATE}

    assert retry_after(answer(429, headers=headers)) == seconds


def test_reads_no_wait_until_a_date_without_vismas_clock() -> None:
    assert retry_after(answer(429, headers={"Retry-After": DATE})) is None


def test_reads_the_quota() -> None:
    headers = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Reset": "1800",
        "X-RateLimit-Policy": "4-fixed-window",
    }

    assert rate_limit(answer(headers=headers)) == RateLimit(5000, 4999, 1800, "4-fixed-window")


@pytest.mark.parametrize(
    ("reset", "date", "seconds"),
    [
        (str(int(NOON.timestamp()) + 90), DATE, 90.0),
        (str(int(NOON.timestamp()) - 90), DATE, 0.0),
        (str(int(NOON.timestamp()) + 90), "", None),
        ("999999999", "", 999_999_999.0),
        ("later", DATE, None),
    ],
)
def test_reads_the_end_of_the_window_in_either_form(
    reset: str, date: str, seconds: float | None
) -> None:
    seen = rate_limit(answer(headers={"X-RateLimit-Reset": reset, "Date": date}))

    assert seen == RateLimit(None, None, seconds, "")


def test_sees_no_quota_without_its_headers() -> None:
    assert rate_limit(answer()) is None


def test_ignores_two_headers_that_contradict() -> None:
    twice = answer(headers={"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": ["1", "2"]})

    assert rate_limit(twice) == RateLimit(5, None, None, "")
