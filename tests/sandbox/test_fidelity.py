"""The document of fidelity is whole, and says what the sandbox and its tests do."""

from __future__ import annotations

import ast
from pathlib import Path

from sandbox.switches import Switches
from tests.sandbox.fidelity import SWITCH, Row, read_value, rows

HERE = Path(__file__).parent
MARKS = {"CONFIRMED", "INFERRED", "UNKNOWN", "CONFLICT"}


def test_every_point_has_a_row() -> None:
    wanted = {f"I{number}" for number in range(1, 31)} | {f"E{number}" for number in range(1, 17)}

    assert wanted - {point.partition(".")[0] for point in rows()} == set()


def test_every_row_is_filled_in_and_marked() -> None:
    assert [row.point for row in rows().values() if not _is_whole(row)] == []


def test_what_is_not_certain_has_a_switch() -> None:
    without = [row.point for row in rows().values() if row.mark != "CONFIRMED" and not row.turned]

    assert without == []


def test_every_row_names_the_test_that_proves_it_and_every_proof_its_row() -> None:
    assert {row.point: row.test.strip("`") for row in rows().values()} == _proofs()


def test_every_switch_has_a_row_that_tells_its_default() -> None:
    defaults = Switches().as_dict()
    told = {
        found["name"]: read_value(found["default"])
        for row in rows().values()
        if (found := SWITCH.fullmatch(row.switch))
    }

    assert told == defaults


def _is_whole(row: Row) -> bool:
    switch = row.switch == "none" or SWITCH.fullmatch(row.switch) is not None
    return row.mark in MARKS and switch and all((row.fact, row.source, row.behaviour, row.test))


def _proofs() -> dict[str, str]:
    """Each point with ``file::test`` of the function that carries it."""
    found = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            for name in _points_of(node):
                assert name not in found, f"{name} has two proofs"
                found[name] = f"{path.name}::{getattr(node, 'name', '')}"
    return found


def _points_of(node: ast.stmt) -> list[str]:
    if not isinstance(node, ast.FunctionDef):
        return []
    return [
        str(ast.literal_eval(argument))
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "point"
        for argument in decorator.args
    ]
