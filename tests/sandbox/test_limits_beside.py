"""The limits beside the windows: bursts, calls at the same time, the same request again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point


@point("I28.burst")
def test_quick_calls_are_not_cut_short(norway: Api) -> None:
    assert [norway.post(order()).status_code for _ in range(12)] == [201] * 12


def test_a_burst_is_cut_on_demand(norway: Api) -> None:
    norway.sandbox.control("POST", "clock", {"freeze": True})
    norway.sandbox.switch(burst_limit=3)

    answers = [norway.post(order()) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert answers[-1].headers["Retry-After"] == "1"


def at_once(api: Api, count: int) -> list[int]:
    api.sandbox.switch(erp_delay=0.3)
    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(lambda _: int(api.post(order()).status_code), range(count)))


@point("I28.parallel")
def test_calls_at_the_same_time_are_all_taken(norway: Api) -> None:
    assert at_once(norway, 3) == [201, 201, 201]


def test_calls_at_the_same_time_are_limited_on_demand(norway: Api) -> None:
    norway.sandbox.switch(parallel_limit=2)

    assert at_once(norway, 3) == [201, 201, 429]


@point("E12.same_request")
def test_the_same_request_may_come_often(norway: Api) -> None:
    assert [norway.post(order()).status_code for _ in range(6)] == [201] * 6


def test_under_the_rule_of_2021_the_sixth_in_a_minute_waits(norway: Api) -> None:
    norway.sandbox.switch(same_request_rule=True)

    statuses = [norway.post(order()).status_code for _ in range(6)]
    others = [norway.post(order("WEB-2")).status_code, norway.get("/v1/branch").status_code]
    norway.sandbox.control("POST", "clock", {"advance": 60})

    assert statuses == [201] * 5 + [429]
    assert others == [201, 200]
    assert norway.post(order()).status_code == 201


@point("E12.failed_request")
def test_what_failed_may_be_tried_often(norway: Api) -> None:
    wrong = order(type="ZZ")

    assert [norway.post(wrong).status_code for _ in range(4)] == [400] * 4


def test_under_the_rule_of_2021_a_failure_may_be_repeated_twice(norway: Api) -> None:
    norway.sandbox.switch(failed_request_rule=True)
    wrong = order(type="ZZ")

    statuses = [norway.post(wrong).status_code for _ in range(4)]
    right = [norway.post(order()).status_code for _ in range(4)]
    norway.sandbox.control("POST", "clock", {"advance": 300})

    assert statuses == [400, 400, 400, 429]
    assert right == [201] * 4
    assert norway.post(wrong).status_code == 400
