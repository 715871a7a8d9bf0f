"""What the switches mean, as docs/sandbox-fidelity.md tells it, and how they are grouped."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.switches import Switches

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sandbox-fidelity.md"
CELLS = re.compile(r"(?<!\\)\|")
POINT, FACT, MARK, BEHAVIOUR, SWITCH = 0, 1, 2, 4, 5


@dataclass(frozen=True, slots=True)
class Meaning:
    point: str
    fact: str
    mark: str
    behaviour: str


@cache
def meanings() -> dict[str, Meaning]:
    """By switch; empty where the document was not brought along."""
    found: dict[str, Meaning] = {}
    for cells in _rows():
        name = re.match(r"`(\w+)` = ", cells[SWITCH])
        if name and name[1] not in found:
            found[name[1]] = Meaning(cells[POINT], cells[FACT], cells[MARK], cells[BEHAVIOUR])
    return found


@cache
def sections() -> dict[str, list[str]]:
    """Names of switches under the headings they stand below in the source."""
    found: dict[str, list[str]] = {}
    names = set(Switches.__dataclass_fields__)
    for line in inspect.getsource(Switches).splitlines():
        if heading := re.match(r"    # (.+)", line):
            found[heading[1]] = []
        elif (member := re.match(r"    (\w+):", line)) and member[1] in names:
            found[next(reversed(found))].append(member[1])
    return {heading: members for heading, members in found.items() if members}


def _rows() -> Iterator[list[str]]:
    if not DOCUMENT.is_file():
        return
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in CELLS.split(line)][1:-1]
        if len(cells) > SWITCH and re.fullmatch(r"[IE]\d+\.\w+", cells[POINT]):
            yield cells
