"""The ledger tells of changes as exactly as of new orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api
from tests.sandbox.fidelity import point
from tests.sandbox.placing import Placed, line, place

CHANGES: dict[str, Callable[[Placed], requests.Response]] = {
    "patch": lambda placed: placed.change({"description": "New"}),
    "delete": lambda placed: placed.delete(),
    "lines.post": lambda placed: placed.add_lines(line()),
    "lines.patch": lambda placed: placed.change_lines({"lineId": 1, "quantity": 9}),
    "lines.delete": lambda placed: placed.delete_lines("1"),
}


def last(api: Api) -> Any:
    return api.sandbox.requests()[-1]


def change(placed: Placed, how: str) -> requests.Response | None:
    try:
        return CHANGES[how](placed)
    except requests.ConnectionError:
        return None


@pytest.mark.parametrize("how", CHANGES)
@point("E15.changes")
def test_the_ledger_says_whether_a_change_was_carried_out(norway: Api, how: str) -> None:
    placed = place(norway)

    assert change(placed, how) is not None

    found = last(norway)
    assert (found["changed"], found["committed"], found["answered"]) == ("SO/000001", None, 202)
    assert found["changed_at"] >= found["at"]
    assert norway.sandbox.verdict()["committed"] == 1
    assert norway.sandbox.verdict()["changed"] == 1


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize(
    ("deed", "changed"),
    [
        ("commit_then_drop", "SO/000001"),
        ("commit_then_reset", "SO/000001"),
        ("drop_before_commit", None),
        ("reset_before_commit", None),
    ],
)
def test_a_change_is_carried_out_exactly_where_the_fault_says_so(
    norway: Api, how: str, deed: str, changed: str | None
) -> None:
    placed = place(norway)
    before = norway.sandbox.orders(norway.tenant_id)
    norway.sandbox.fault(deed, on="salesorders.*")

    assert change(placed, how) is None

    found = last(norway)
    assert (found["changed"], found["sent"], found["fault"]) == (changed, "none", deed)
    assert (norway.sandbox.orders(norway.tenant_id) != before) is (changed is not None)
    assert norway.sandbox.verdict()["changes_without_answer"] == (changed is not None)


def test_an_error_in_place_of_the_answer_to_a_change_is_told(norway: Api) -> None:
    placed = place(norway)
    norway.sandbox.fault("commit_then_status", on="salesorders.*", status=504, seconds=0)

    assert placed.change({"description": "New"}).status_code == 504

    assert norway.sandbox.requests(outcome="misanswered")[0]["changed"] == "SO/000001"
    assert norway.sandbox.verdict()["changes_misanswered"] == 1


def test_a_refused_change_changed_nothing(norway: Api) -> None:
    placed = place(norway)

    assert placed.change({"description": "New"}, If_Match='"x"').status_code == 412

    assert last(norway)["changed"] is None
