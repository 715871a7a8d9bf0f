from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from integrations.visma.pump import Call, Deadline
from integrations.visma.sales_orders import (
    list_call,
    new_order_call,
    order_number,
    read_call,
)
from tests.visma.made_answers import answer

BASE = "https://salesorder.visma.test"
ORDERS = f"{BASE}/api/v3/SalesOrders"
BEARER = ("Authorization: Bearer tok", "Accept: application/json")
UNTIL = Deadline(1.0)


@pytest.mark.parametrize("base", [BASE, f"{BASE}/"])
def test_posts_a_new_order(base: str) -> None:
    call = new_order_call(base, "tok", b"{}", 7, UNTIL)

    headers = (*BEARER, "Content-Type: application/json")
    assert call == Call(7, "POST", ORDERS, headers, b"{}", UNTIL)
    assert call.deadline is UNTIL


def test_lists_by_everything_it_was_given() -> None:
    since = datetime(2026, 11, 20, 11, 30, 0, 999_999, timezone(timedelta(hours=2)))

    call = list_call(
        BASE,
        "tok",
        modified_since=since,
        customer_id="A&B",
        filter="WEB 1",
        page_index=2,
        page_size=50,
        key=7,
        deadline=UNTIL,
    )

    url = (
        f"{ORDERS}?customerId=A%26B&modifiedSince=2026-11-20T09%3A30%3A00Z&filter=WEB%201"
        "&orderBy=created%20desc&pageIndex=2&pageSize=50"
    )
    assert call == Call(7, "GET", url, BEARER, None, UNTIL)


def test_lists_without_what_it_was_not_given() -> None:
    call = list_call(BASE, "tok", modified_since=None, key=7, deadline=UNTIL)

    assert call.url == f"{ORDERS}?orderBy=created%20desc&pageIndex=0&pageSize=100"


def test_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        list_call(
            BASE,
            "tok",
            modified_since=datetime(2026, 11, 20),  # noqa: DTZ001 - the point of the test
            key=7,
            deadline=UNTIL,
        )


def test_reads_one_order_with_its_customer() -> None:
    call = read_call(BASE, "tok", "SO", "A/1 ø", key=7, deadline=UNTIL)

    url = f"{ORDERS}/SO/A%2F1%20%C3%B8?expand=Customer"
    assert call == Call(7, "GET", url, BEARER, None, UNTIL)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: 1", "tøken"])
def test_refuses_a_token_a_header_cannot_carry(token: str) -> None:
    with pytest.raises(ValueError, match="characters a header") as refusal:
        new_order_call(BASE, token, b"{}", 7, UNTIL)

    assert not token or token not in str(refusal.value)


@pytest.mark.parametrize(
    ("location", "number"),
    [
        ("https://salesorder.visma.net/api/v3/SalesOrders/SO/000023", ("SO", "000023")),
        ("https://alb.salesorder.visma.net/api/v3/SalesOrders/SO/000023", ("SO", "000023")),
        ("http://127.0.0.1:8100/api/v3/salesorders/so/1", ("so", "1")),
        ("/api/v3/SalesOrders/RM/A-1.2_3", ("RM", "A-1.2_3")),
        ("https://x/SalesOrders/SO/A%201", ("SO", "A 1")),
        ("https://x/SalesOrders/SO/123456789012345", ("SO", "123456789012345")),
    ],
)
def test_takes_type_and_number_from_a_location(location: str, number: tuple[str, str]) -> None:
    assert order_number(answer(201, headers={"Location": location})) == number


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/",
        "https://x/api/v3/SalesOrders/SO/",
        "https://x/api/v3/SalesOrders/SO",
        "https://x/api/v3/SalesOrders//000023",
        "https://x/api/v3/SalesOrders",
        "https://x/api/v3/Customers/SO/000023",
        "https://x/login/SO/000023",
        "SO/000023",
        "https://x/SalesOrders/SO/1234567890123456",
        "https://x/SalesOrders/ORDER/000023",
        "https://x/SalesOrders/S%20/000023",
        "https://x/SalesOrders/SO/000023/",
        "https://x/SalesOrders/SO/000023?error=1",
        "https://x/SalesOrders/SO/000023#top",
        "https://x/SalesOrders/SO/..",
        "https://x/SalesOrders/SO/%2e%2e",
        "https://x/SalesOrders/SO/00%2F23",
        "https://x/SalesOrders/SO/00%0023",
        "https://x/SalesOrders/SO/0000%0a",
        "https://x/SalesOrders/SO/%C3%B8",
        "https://x/SalesOrders/SO/000023ø",
        "https://x/SalesOrders/SO/ 1",
        "https://[x/SalesOrders/SO/000023",
    ],
)
def test_takes_no_number_from_an_odd_location(location: str) -> None:
    assert order_number(answer(201, headers={"Location": location})) is None


def test_takes_no_number_without_a_location() -> None:
    assert order_number(answer(201)) is None


def test_takes_no_number_from_two_locations() -> None:
    twice = {"Location": ["https://x/SalesOrders/SO/1", "https://x/SalesOrders/SO/1"]}

    assert order_number(answer(201, headers=twice)) is None


def test_counts_days_in_utc() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)

    call = list_call(BASE, "tok", modified_since=since, key=7, deadline=UNTIL)

    assert "modifiedSince=2026-01-01T00%3A00%3A00Z" in call.url
