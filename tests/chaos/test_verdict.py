"""What is lost, doubled, wrong or stuck is called so, whatever the portal says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from chaos import verdict
from chaos.logs import Trace
from chaos.report import Report
from chaos.run import Wish
from chaos.stage import Stage
from chaos.verdict import Accepted, There, Told, Verdict
from chaos.visits import Visit

SHOP, OTHER = "5e0c0b8e-shop", "77aa01cc-other"
KEY, STRANGER = (SHOP, "CH-WEB-1"), (OTHER, "CH-WEB-1")
ORDER = Accepted("10001", Decimal("17.00"))
THERE = There("SO", "000001", "10001", Decimal("17.00"))
SECOND = replace(THERE, number="000002")
SAID = Told("delivered", "SO", "000001")


def judged(
    *there: There, said: Told | None = SAID, api: Told | None = None, **elsewhere: There
) -> Verdict:
    """One accepted order, held against what is there and what the portal says of it."""
    return verdict.judge(
        {KEY: ORDER},
        {KEY: said} if said else {},
        {KEY: api or said} if said else {},
        {KEY: there, **({STRANGER: (elsewhere["other"],)} if elsewhere else {})},
    )


def test_an_order_there_once_under_its_number_is_as_promised() -> None:
    found = judged(THERE)

    assert (found.found, found.once, found.states) == ({}, 1, {"delivered": 1})


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (judged(said=None), "lost"),
        (judged(), "lost"),
        (judged(THERE, SECOND), "doubled"),
        (judged(THERE, SECOND, said=Told("parked", reason="several_found")), "doubled"),
        (judged(SECOND), "wrong number"),
        (judged(replace(THERE, type="QT")), "wrong number"),
        (judged(replace(THERE, buyer="10002")), "wrong state"),
        (judged(replace(THERE, total=Decimal(18))), "wrong state"),
        (judged(THERE, said=Told("rejected")), "wrong state"),
        (judged(THERE, said=Told("cancelled")), "wrong state"),
        (judged(said=Told("parked")), "wrong state"),
        (judged(THERE, said=Told("lost on the way")), "wrong state"),
        (judged(THERE, api=Told("pending")), "wrong state"),
        (judged(said=Told("pending")), "stuck"),
        (judged(said=Told("sending")), "stuck"),
        (judged(THERE, said=Told("uncertain")), "stuck"),
        (judged(THERE, other=THERE), "unexpected"),
    ],
)  # fmt: skip
def test_what_is_not_as_promised_is_called_by_its_name(found: Verdict, what: str) -> None:
    assert list(found.found) == [what]
    assert found.count(what) == 1
    assert not found.well


@pytest.mark.parametrize("said", [Told("rejected"), Told("cancelled")])
def test_an_order_called_refused_and_not_there_is_as_promised(said: Told) -> None:
    assert judged(said=said).well


def test_what_a_person_decides_is_shown_with_its_reason_and_no_fault() -> None:
    found = judged(said=Told("parked", reason="differs"))

    assert found.well
    assert found.shown == {"CH-WEB-1 at 5e0c0b8e": "differs"}


TEXT = 'File "/portal/integrations/x.py", line 1, in x\nKeyError: 1'
STAGE = Stage(1, 60, ("push-1",), ("worker-1",), 6, 10, 5, 5, 16)
CLEAN = Report(
    wish=Wish(7, ["kill", "answers"], STAGE),
    verdict=judged(THERE),
    sent=1,
    early=0,
    calls=3,
    struck=Counter({("kill", "kill"): 2, ("answers", "cut_body"): 1}),
    missed=Counter(),
    crashes=[],
    traces=[],
    left_behind=[],
    not_taken=[],
    asked_again=0,
    settled_in=4.0,
    pages=10,
    failed_pages=[],
    slowest_without_broker=0.1,
    starts=9,
)


def test_a_clean_run_says_so_in_one_line() -> None:
    assert CLEAN.clean
    assert CLEAN.line() == (
        "verdict: clean; seed 7; accepted 1, once 1, refused 0, to a person 0, lost 0, doubled 0, "
        "wrong number 0, wrong state 0, stuck 0, early 0, crashes 0, failed pages 0"
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sent": 0}, "nothing was sent"),
        ({"verdict": verdict.judge({}, {}, {}, {})}, "nothing was accepted"),
        ({"struck": Counter({("kill", "kill"): 2})}, "no fault struck of answers"),
        ({"struck": Counter()}, "no fault struck of kill, answers"),
    ],
)
def test_a_run_that_proves_nothing_is_void(changes, why: str) -> None:
    report = replace(CLEAN, **changes)

    assert not report.clean
    assert report.line().startswith(f"verdict: void ({why}); seed 7; ")


@pytest.mark.parametrize(
    "changes",
    [
        {"early": 1},
        {"crashes": ["push-1 ended with -11"]},
        {"traces": [Trace("push-1.log", "KeyError", TEXT)]},
        {"left_behind": [4711]},
        {"not_taken": ["WEB-1 was answered 422"]},
        {"failed_pages": [Visit(0.0, 0.1, 500)]},
        {"verdict": judged()},
        {"verdict": replace(judged(THERE), shown=dict.fromkeys("abcd", "attempts_spent"))},
    ],
)
def test_a_run_with_one_fault_is_not_clean(changes) -> None:
    report = replace(CLEAN, **changes)

    assert (report.clean, len(report.faults)) == (False, 1)
    assert report.line().startswith("verdict: NOT CLEAN; seed 7; ")
