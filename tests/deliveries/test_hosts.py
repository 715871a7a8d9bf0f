"""When what a drain hears of a host is an outage, and what may go out on trial."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.deliveries.services.hosts import Failure, HostWatch, Trial, heard
from integrations.visma.calls import Answer
from tests.deliveries.conftest import NOON


def failure(lane: int, order: int, *, wrote: bool = True, second: float = 0.0) -> Failure:
    at = NOON + timedelta(seconds=second)
    return Failure(lane, order, wrote, at - timedelta(milliseconds=20), at, "HTTP 503")


def host_that_failed(*failures: Failure) -> HostWatch:
    host = HostWatch("salesorder.visma.test")
    for one in failures:
        host.failed(one)
    return host


def on_trial(limit: int = 1, passed: int = 0) -> HostWatch:
    trial = Trial(1, 1, began=0.0, renew_at=0.0, limit=limit, passed=passed)
    return HostWatch("salesorder.visma.test", trial=trial)


def test_five_orders_of_two_lanes_that_fail_in_a_row_are_an_outage() -> None:
    failures = [failure(lane, order) for order, lane in enumerate([1, 2, 1, 2, 1], start=1)]

    assert not host_that_failed(*failures[:4]).is_down({1, 2})
    assert host_that_failed(*failures).is_down({1, 2})


def test_five_orders_of_the_only_lane_are_an_outage_too() -> None:
    assert host_that_failed(*[failure(1, order) for order in range(1, 6)]).is_down({1})


def test_lanes_that_may_still_be_answered_well_speak_against_an_outage() -> None:
    host = host_that_failed(*[failure(1, order) for order in range(1, 9)])

    assert not host.is_down({1, 2, 3})
    assert host.is_down({1})


def test_one_order_that_fails_again_and_again_is_its_own_fault() -> None:
    assert not host_that_failed(*[failure(1, 7)] * 20).is_down({1})


def test_three_calls_that_no_order_can_be_blamed_for_are_an_outage() -> None:
    never_left, failed_read = failure(1, 0), failure(1, 0, wrote=False)
    told_to_wait = replace(failure(1, 7), not_before=NOON)

    assert not host_that_failed(never_left, never_left).is_down({1})
    assert host_that_failed(never_left, failed_read, told_to_wait).is_down({1})


def test_the_host_is_left_alone_as_long_as_it_says() -> None:
    later = NOON + timedelta(minutes=5)
    host = host_that_failed(failure(1, 1), replace(failure(1, 2), not_before=later))

    assert host.not_before == later


def test_an_order_that_passes_makes_all_failures_before_it_moot() -> None:
    host = host_that_failed(*[failure(1, order) for order in range(1, 5)])
    host.worked(wrote=True)
    host.failed(failure(1, 5))

    assert not host.is_down({1})


def test_a_read_that_works_says_nothing_about_orders() -> None:
    host = host_that_failed(*[failure(1, order) for order in range(1, 5)])
    host.worked(wrote=False)
    host.failed(failure(1, 5))

    assert host.is_down({1})


def test_a_read_that_works_makes_failed_reads_moot() -> None:
    host = host_that_failed(*[failure(1, 0, wrote=False)] * 2)
    host.worked(wrote=False)
    host.failed(failure(1, 0, wrote=False))

    assert not host.is_down({1})


def test_failures_that_lie_back_further_than_a_minute_are_forgotten() -> None:
    early = [failure(1, order) for order in range(1, 5)]

    assert not host_that_failed(*early, failure(1, 5, second=61)).is_down({1})


def test_an_open_breaker_lets_nothing_out() -> None:
    host = HostWatch("salesorder.visma.test", shut=True)

    assert (host.free_for_orders, host.free_for_looks) == (0, 0)


def test_an_outage_nobody_was_told_of_yet_lets_nothing_out_here() -> None:
    host = HostWatch("salesorder.visma.test", unsaid=failure(1, 1))

    assert (host.free_for_orders, host.free_for_looks) == (0, 0)


def test_on_trial_one_order_goes_out_then_two_then_four() -> None:
    host, at_once = on_trial(), []
    for _ in range(4):
        at_once.append(host.free_for_orders)
        for _ in range(host.free_for_orders):
            host.worked(wrote=True)

    assert at_once == [1, 2, 4, 8]


def test_what_is_out_counts_against_the_trial() -> None:
    host = on_trial(limit=4, passed=3)
    host.out = 3

    assert (host.free_for_orders, host.free_for_looks) == (1, 1)


def test_looks_that_work_let_no_second_order_out_before_the_first_has_passed() -> None:
    host = on_trial()
    host.worked(wrote=False)
    host.worked(wrote=False)

    assert (host.free_for_orders, host.free_for_looks) == (1, 3)


def test_one_failure_ends_a_trial_in_which_nothing_passed() -> None:
    host = on_trial()
    host.failed(failure(1, 1))

    assert host.is_down({1, 2, 3})


def test_one_failure_ends_no_trial_in_which_an_order_passed() -> None:
    host = on_trial()
    host.worked(wrote=True)
    host.failed(failure(1, 1))

    assert not host.is_down({1})


def answer(
    status: int = 0, *, curl_code: int = 0, passed: int = 1, kind: str = "application/json"
) -> Answer:
    return Answer(
        key=None, curl_code=curl_code, passed=passed, refused=0, status=status,
        headers={"content-type": [kind]}, body=b"", complete=bool(status), began=0, ended=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "works"),
    [
        (answer(201), True),
        (answer(400), True),
        (answer(401), True),
        (answer(409), True),
        (answer(429), True),
        (answer(200), False),  # an order makes a 201
        (answer(408), False),
        (answer(500), False),
        (answer(503), False),
        (answer(201, curl_code=18), False),  # cut
        (answer(curl_code=28), False),  # timed out
        (answer(curl_code=7, passed=0), False),  # refused
        (answer(curl_code=6, passed=0), False),  # no such name
        (answer(curl_code=42, passed=0), None),  # our own gate
        (answer(curl_code=42), None),
        (answer(curl_code=60, passed=0), None),  # our own list of authorities
    ],
)
def test_what_an_answer_to_an_order_says_of_the_host(given: Answer, works: bool | None) -> None:
    assert heard(given, wrote=True) is works


def test_a_page_of_html_is_no_list() -> None:
    assert heard(answer(200), wrote=False) is True
    assert heard(answer(200, kind="text/html"), wrote=False) is False
