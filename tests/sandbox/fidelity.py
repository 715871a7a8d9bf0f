"""Ties a test to its rows in docs/sandbox-fidelity.md.

A row with a switch runs its test twice: as it is, where it must pass, and with the
switch turned, where it must fail. So a row can't claim what its test doesn't notice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sandbox-fidelity.md"
COLUMNS = ("point", "fact", "mark", "source", "behaviour", "switch", "test")
SWITCH = re.compile(r"`(?P<name>\w+)` = `(?P<default>[^`]*)`, else `(?P<other>[^`]*)`")


@dataclass(frozen=True)
class Row:
    """One line of the document; ``switch`` is empty where the fact is beyond doubt."""

    point: str
    fact: str
    mark: str
    source: str
    behaviour: str
    switch: str
    test: str

    @property
    def turned(self) -> dict[str, Any] | None:
        """The switch with its other value, or None without a switch."""
        found = SWITCH.fullmatch(self.switch)
        return {found["name"]: read_value(found["other"])} if found else None


def read_value(text: str) -> Any:
    """``true`` and ``409.5`` are JSON; what isn't JSON is a text. ``"409"`` is a text too."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def rows() -> dict[str, Row]:
    """Every row by its point. Raises ValueError when a point stands twice."""
    found: dict[str, Row] = {}
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)][1:-1]
        if len(cells) != len(COLUMNS) or not re.fullmatch(r"[IE]\d+\.\w+", cells[0]):
            continue
        if cells[0] in found:
            raise ValueError(f"The point {cells[0]} has two rows")
        found[cells[0]] = Row(*cells)
    return found


def point(*points: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a test as the proof of these rows; it must use the fixture ``sandbox``."""
    cases: list[Any] = [pytest.param({}, id="as-it-is")]
    for name in points:
        row = rows().get(name)
        turned = row.turned if row else None
        if turned is not None:
            cases.append(pytest.param(turned, id=f"{name}-turned", marks=pytest.mark.xfail))
    return pytest.mark.parametrize("turned", cases, indirect=True)
