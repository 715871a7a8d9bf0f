"""The ledger says of each request whether it was committed, when, and what was answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.wire import Line, raw_post

NO_ANSWER = (requests.ConnectionError, requests.ReadTimeout)


def entry(api: Api, reference: str = "WEB-1") -> dict[str, Any]:
    [found] = api.sandbox.requests(reference=reference, kind="salesorders.post")
    return dict(found)


def outcome(api: Api, reference: str = "WEB-1") -> tuple[Any, ...]:
    found = entry(api, reference)
    return found["committed"], found["sent"], found["status"], found["answered"]


@pytest.mark.parametrize("reused", [False, True])
@point("E11.c")
def test_commits_and_drops_on_a_first_and_on_a_used_connection(norway: Api, reused: bool) -> None:
    with Line(norway) as line:
        if reused:
            line.post("WEB-0")
        norway.sandbox.fault("commit_then_drop", only_reused=reused)

        assert line.post("WEB-1") == b""

    found = entry(norway)
    number = f"SO/00000{1 + reused}"
    assert (found["committed"], found["sent"], found["status"]) == (number, "none", 0)
    assert (found["reused"], found["fault"]) == (reused, "commit_then_drop")
    assert [one["orderId"] for one in norway.sandbox.orders(norway.tenant_id, "WEB-1")] == [
        number.removeprefix("SO/")
    ]


@point("E11.c_503")
def test_commits_and_answers_503_after_30_seconds(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("commit_then_status", shape="json")

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(norway.post, order())
        while norway.numbers == []:
            pass
        assert entry(norway)["sent"] == ""
        norway.sandbox.clock(advance=29.9)
        assert entry(norway)["sent"] == ""
        norway.sandbox.clock(advance=0.1)
        response = answer.result(10)

    assert (response.status_code, response.json()) == (503, {"message": "Service Unavailable"})
    assert outcome(norway) == ("SO/000001", "whole", 503, 503)


@point("E11.late")
def test_commits_late_after_the_client_was_cut_off(norway: Api) -> None:
    began = norway.sandbox.clock(freeze=True)["now"]
    norway.sandbox.fault("commit_late", seconds=60)

    with pytest.raises(NO_ANSWER):
        norway.post(order())
    norway.sandbox.clock(advance=59.9)
    before = norway.numbers, outcome(norway)
    norway.sandbox.clock(advance=0.1)

    assert before == ([], (None, "none", 0, 0))
    assert norway.numbers == ["000001"]
    assert outcome(norway) == ("SO/000001", "none", 0, 0)
    found = entry(norway)
    assert round(found["committed_at"] - found["at"], 6) == 60
    assert began is not None


@point("E11.late_503")
def test_an_error_may_come_before_the_commit(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("status", status=503, commit=True, commit_after=20)

    answer = norway.post(order())
    before = outcome(norway)
    norway.sandbox.clock(advance=20)

    assert answer.status_code == 503
    assert before == (None, "whole", 503, 503)
    assert outcome(norway) == ("SO/000001", "whole", 503, 503)


@pytest.mark.parametrize(
    ("cut_at", "ending"),
    [
        ("status_line", b"201 Created\r\n"),
        ("within_location", b"/SO/000"),
        ("after_location", b"/SO/000001\r\n"),
        ("before_blank_line", b"Connection: close\r\n"),
    ],
)
@point("E11.cut")
def test_cuts_within_the_headers(norway: Api, cut_at: str, ending: bytes) -> None:
    norway.sandbox.fault("cut_headers", cut_at=cut_at)

    received = raw_post(norway, "WEB-1")

    assert received.endswith(ending)
    assert outcome(norway) == ("SO/000001", "cut", 201, 0)


@point("E11.l")
def test_a_list_shows_an_order_only_after_a_while(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("read_lag", lag=60)
    norway.post(order("WEB-1"))
    norway.post(order("WEB-2"))

    def listed() -> list[str]:
        return [one["orderId"] for one in norway.listed()["value"]]

    before = listed()
    single = norway.get("/api/v3/SalesOrders/SO/000001").status_code
    norway.sandbox.clock(advance=60)

    assert (before, single) == (["000002"], 200)
    assert listed() == ["000001", "000002"]
    assert outcome(norway, "WEB-1") == ("SO/000001", "whole", 201, 201)


def test_no_answer_and_a_list_that_is_behind_together(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("commit_late", seconds=30, lag=45)
    with pytest.raises(NO_ANSWER):
        norway.post(order("WEB-1"))

    seen = []
    for _ in range(6):
        listed = norway.listed(filter="WEB-1")["value"]
        seen.append((len(norway.numbers), len(listed)))
        norway.sandbox.clock(advance=15)

    # At 0, 15, 30, … seconds: committed after 30, in lists 45 later.
    assert seen == [(0, 0), (0, 0), (1, 0), (1, 0), (1, 0), (1, 1)]


def test_several_faults_at_once_are_told_apart(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    faults = {
        "WEB-1": {"do": "commit_then_drop"},
        "WEB-2": {"do": "commit_late", "seconds": 10},
        "WEB-3": {"do": "cut_headers"},
        "WEB-4": {"do": "drop_before_commit"},
        "WEB-5": {"do": "slow", "seconds": 5},
        "WEB-6": {"do": "hang", "seconds": 20, "commit": True, "commit_after": 15},
        "WEB-7": {"do": "throttle"},
    }
    for reference, fault in faults.items():
        norway.sandbox.fault(reference=reference, **fault)  # type: ignore[arg-type]  # from a table

    with ThreadPoolExecutor(len(faults)) as pool:
        answers = [pool.submit(raw_post, norway, reference) for reference in faults]
        while len(norway.sandbox.requests(kind="salesorders.post")) < len(faults):
            pass
        for _ in range(4):
            norway.sandbox.clock(advance=5)
        assert all(answer.result(10) is not None for answer in answers)

    seen = {reference: outcome(norway, reference)[1:] for reference in faults}
    assert seen == {
        "WEB-1": ("none", 0, 0),
        "WEB-2": ("none", 0, 0),
        "WEB-3": ("cut", 201, 0),
        "WEB-4": ("none", 0, 0),
        "WEB-5": ("whole", 201, 201),
        "WEB-6": ("none", 0, 0),
        "WEB-7": ("whole", 429, 429),
    }
    waits = {
        found["reference"]: round(found["committed_at"] - found["at"])
        for found in norway.sandbox.requests(outcome="committed")
    }
    assert waits == {"WEB-1": 0, "WEB-2": 10, "WEB-3": 0, "WEB-5": 0, "WEB-6": 15}
    assert sorted(norway.sandbox.references()["references"]) == sorted(waits)


def test_what_the_client_did_not_wait_for_is_no_answer(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("slow", seconds=5)
    with Line(norway) as line:
        line.send("WEB-1")
        while norway.numbers == []:
            pass
    while norway.sandbox.verdict()["requests"] == 0:
        pass
    norway.sandbox.clock(advance=5)

    assert outcome(norway)[:2] == ("SO/000001", "none")
    assert norway.sandbox.verdict()["commits_without_answer"] == 1


@point("E11.k")
def test_drips_a_whole_answer(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("drip", bytes_per_second=100)

    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(raw_post, norway, "WEB-1", close=True)
        while norway.numbers == []:
            pass
        half = entry(norway)
        while not received.done():
            norway.sandbox.clock(advance=1)

    assert (half["sent"], half["status"]) == ("cut", 201)
    assert received.result().endswith(b"\r\n\r\n")
    assert outcome(norway) == ("SO/000001", "whole", 201, 201)
