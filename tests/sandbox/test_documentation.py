"""docs/sandbox.md tells of all there is."""

from __future__ import annotations

import re

from sandbox.faults.scripts import DEEDS
from sandbox.routes import ROUTES
from tests.sandbox_process import ROOT

DOCUMENT = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
NAMED = re.compile(r"\(.*?\)")


def section(heading: str) -> str:
    return DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_control_call_is_told_and_no_other() -> None:
    there = {
        f"{route.method} {NAMED.sub('NAME', route.pattern).removeprefix('/_control/')}"
        for route in ROUTES
        if route.pattern.startswith("/_control/")
    }

    told = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [\w/-]+)", section("The control API")))
    assert told == there


def test_every_room_of_pages_is_told() -> None:
    rooms = {"/", "/developers", "/appstore", "/admin", "/webhooks", "/mails", "/switches"}
    told = set(re.findall(r"`(/[\w/.]*)`", section("The pages")))

    assert rooms <= told
    assert told <= {route.pattern for route in ROUTES if route.method == "GET"}


def test_every_fault_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", section("Faults")))

    assert DEEDS.keys() - told == set()
