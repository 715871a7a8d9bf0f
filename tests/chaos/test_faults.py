"""Every class of fault, thrown at real processes: each order is there once, and said so."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from chaos.timetable import CLASSES
from tests.chaos.rounds import ROUNDS
from tests.sandbox_process import ROOT

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs_postgres]

Reports = dict[str, dict[str, Any]]
ROUND_OF = {kind: name for name, (_, kinds) in ROUNDS.items() for kind in kinds}


@pytest.fixture(scope="module")
def reports() -> Reports:
    """The report of each round; all of them run once, on servers that they share."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos.rounds"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    lines = map(json.loads, ended.stdout.splitlines())
    return {report["round"]: report for report in lines}


def test_four_push_workers_and_two_schedulers_share_one_database(reports: Reports) -> None:
    calm = reports["CALM"]

    assert calm["faults"] == []
    assert calm["once"] + calm["refused"] == calm["accepted"] == 60
    assert calm["to_a_person"] == 0


@pytest.mark.parametrize("kind", CLASSES)
def test_orders_outlive(kind: str, reports: Reports) -> None:
    report = reports[ROUND_OF[kind]]

    assert report["struck"][kind] > 0
    assert report["faults"] == []
    told = report["once"] + report["refused"] + report["to_a_person"]
    assert told == report["accepted"] == 60
    assert report["settled_in"] is not None
