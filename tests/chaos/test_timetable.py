"""The same seed throws the same faults at the same moments."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chaos import logs, orders
from chaos.fleet import SKEWED
from chaos.stage import Stage
from chaos.timetable import CLASSES, draw

STAGE = Stage(400, 60, ("push-1", "push-2", "push-3"), ("worker-1", "worker-2"), 6, 10, 5, 5, 16)
ALL = list(CLASSES)


def test_a_seed_gives_the_same_timetable_and_the_same_orders() -> None:
    assert draw(7, ALL, STAGE) == draw(7, ALL, STAGE)
    assert draw(7, ALL, STAGE) != draw(8, ALL, STAGE)
    assert orders.plan(7, 20, 5, 50) == orders.plan(7, 20, 5, 50)


def test_leaving_a_class_out_moves_no_other() -> None:
    without = [fault for fault in draw(7, ALL, STAGE) if fault.kind != "kill"]

    assert draw(7, [kind for kind in ALL if kind != "kill"], STAGE) == without


@pytest.mark.parametrize("kind", ALL)
def test_every_class_strikes_within_the_run(kind: str) -> None:
    faults = draw(7, [kind], STAGE)

    assert faults
    assert all(0 < fault.at < STAGE.seconds for fault in faults)


def test_no_commit_is_later_and_no_list_lags_more_than_the_promise_allows() -> None:
    late = draw(7, ["late", "lag"], replace(STAGE, orders=5000))

    assert max(fault.members.get("seconds", 0) for fault in late) < 5
    assert max(fault.members.get("lag", 0) for fault in late) < 5


def test_a_frozen_worker_outlives_its_lease() -> None:
    assert all(fault.seconds > STAGE.lease for fault in draw(7, ["freeze"], STAGE))


def test_some_orders_are_such_that_visma_refuses_them() -> None:
    bad = [one for one in orders.plan(7, 400, 5, 50) if not one.good]

    assert 2 <= len(bad) <= 20
    assert {one.content["lines"][0]["item"] for one in bad} == {orders.NO_ITEM}


LOG = """2026-11-20 12:00:00 ERROR celery Task raised unexpected: OperationalError('away')
Traceback (most recent call last):
  File "/portal/integrations/deliveries/tasks.py", line 42, in drain
    work()
psycopg.OperationalError: server closed the connection
2026-11-20 12:00:01 ERROR celery again
Traceback (most recent call last):
  File "/portal/integrations/deliveries/tasks.py", line 42, in drain
    work()
KeyError: 'lane'
"""


def test_a_traceback_is_a_bugs_unless_a_fault_accounts_for_it(tmp_path: Path) -> None:
    log = tmp_path / "push-1.log"
    log.write_text(LOG)

    found = list(logs.traces([log]))

    assert [trace.exception for trace in found] == ["OperationalError", "KeyError"]
    assert [trace.exception for trace in logs.uncaused(found, ["database"])] == ["KeyError"]
    assert [trace.exception for trace in logs.uncaused(found, ["kill"])] == [
        "OperationalError",
        "KeyError",
    ]


NOW = "import datetime, time; d = datetime.datetime; print(time.time(), d.now(datetime.UTC))"


@pytest.mark.parametrize("ahead", [7200, -7200])
def test_the_clock_of_one_process_can_be_two_hours_off(ahead: int) -> None:
    before = datetime.now(UTC) + timedelta(seconds=ahead)
    told = subprocess.run(
        [sys.executable, "-c", NOW],
        env={"PYTHONPATH": str(SKEWED), "CHAOS_CLOCK_AHEAD": str(ahead)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split(" ", 1)
    after = datetime.now(UTC) + timedelta(seconds=ahead)

    assert before <= datetime.fromtimestamp(float(told[0]), UTC) <= after
    assert before <= datetime.fromisoformat(told[1].strip()) <= after
