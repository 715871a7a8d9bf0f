"""What a profile takes off for its own cost, and how it names statements."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from benchmarks.statements import label
from benchmarks.tracing import Calls, Tracer


def rows(calls: Calls, *, traced: float, untraced: float) -> dict[str, tuple[int, float, float]]:
    return {
        name: (count, round(own, 3), round(whole, 3))
        for name, count, own, whole in calls.as_if_untraced(traced, untraced)
    }


def test_what_tracing_cost_is_taken_off_by_calls_and_the_sums_are_those_of_the_untraced_run() -> (
    None
):
    # Two seconds of tracing over 200 calls: 0.01 for each, half with the caller.
    calls = Calls(
        {"loop": [0, 1.5], "often": [100, 1.5], "seldom": [100, 1.0]},
        {"loop": {"often": [100, 2.5]}, "often": {"seldom": [100, 1.0]}, "seldom": {}},
    )

    assert rows(calls, traced=4, untraced=2) == {
        "loop": (0, 1.0, 2.0),
        "often": (100, 0.5, 1.0),
        "seldom": (100, 0.5, 0.5),
    }


def test_what_two_call_is_divided_between_them_as_it_was_spent() -> None:
    calls = Calls(
        {"one": [1, 0.0], "other": [1, 0.0], "shared": [4, 4.0]},
        {"one": {"shared": [3, 3.0]}, "other": {"shared": [1, 1.0]}, "shared": {}},
    )

    whole = {name: row[2] for name, row in rows(calls, traced=4, untraced=4).items()}

    assert whole == {"one": 3.0, "other": 1.0, "shared": 4.0}


def test_a_function_that_calls_itself_counts_once() -> None:
    calls = Calls({"again": [5, 1.0]}, {"again": {"again": [4, 0.8]}})

    assert rows(calls, traced=1, untraced=1) == {"again": (5, 1.0, 1.0)}


def spin(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_threads_begun_while_tracing_are_traced_too() -> None:
    tracer = Tracer()
    tracer.start()
    thread = threading.Thread(target=spin, args=[0.01], name="another")
    thread.start()
    thread.join()
    seen: dict[str, Any] = tracer.stop()

    functions, _ = seen["calls"]
    assert seen["threads"]["another"] >= 0.01
    assert functions["benchmarks.test_profile.spin"][0] == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("WITH v AS (SELECT 1)\n UPDATE a SET b = v.c", "UPDATE a SET b = v.c"),
        ("SELECT a FROM b\n FOR UPDATE SKIP LOCKED", "SELECT a FROM b FOR UPDATE SKIP LOCKED"),
        ("SELECT a FROM b d FOR UPDATE OF d", "SELECT a FROM b d FOR UPDATE OF d"),
        ("INSERT INTO a (b) VALUES ($1)", "INSERT INTO a (b) VALUES ($1)"),
    ],
)
def test_a_statement_is_told_from_its_verb_on(text: str, told: str) -> None:
    assert label(text) == told
