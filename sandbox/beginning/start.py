"""Puts a sandbox where its settings want it to begin."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.beginning.complaints import BadSettings, Document
from sandbox.control import records
from sandbox.control.answers import Refused
from sandbox.control.snapshots import NotAState, pack_state, read_state
from sandbox.faults.scripts import NotAFault
from sandbox.http import Request
from sandbox.ledger import Entry
from sandbox.limits import read_policies
from sandbox.state import Sandbox

# Codes and approvals name applications and companies, so those come first.
RECORDS: Mapping[str, Callable[[Sandbox, Request], Any]] = {
    "companies": records.put_company,
    "applications": records.put_application,
    "users": records.put_user,
    "codes": records.put_code,
    "approvals": records.put_approval,
}
# Members of a fault without which nothing more can be said of it.
FINAL = {"do", "steps"}
NAMED = re.compile(r"'(\w+)'")


def start_anew(sandbox: Sandbox) -> None:
    """Forget everything and begin as the settings say. Raises BadSettings, with all reasons."""
    sandbox.reset()
    settings = sandbox.settings
    complaints = list(settings.complaints)
    if settings.state is not None:
        complaints += _load(sandbox, settings.state)
    if settings.document is not None:
        complaints += _switch(sandbox, settings.document)
        complaints += _limit(sandbox, settings.document)
        for kind in RECORDS:
            complaints += _register(sandbox, settings.document, kind)
        complaints += _queue(sandbox, settings.document)
    for scenario in settings.scenarios:
        complaints += _switch(sandbox, scenario)
        complaints += _queue(sandbox, scenario)
    if complaints:
        raise BadSettings(complaints)


def keep_snapshots(sandbox: Sandbox) -> None:
    """Read the files of states that the settings name. Raises BadSettings.

    The sandbox is left in the last of them.
    """
    complaints = []
    for name, file in sandbox.settings.snapshots.items():
        problems = _load(sandbox, file)
        complaints += problems
        if not problems:
            sandbox.snapshots[name] = pack_state(sandbox)
    if complaints:
        raise BadSettings(complaints)


def _load(sandbox: Sandbox, file: tuple[str, str]) -> list[str]:
    name, text = file
    try:
        read_state(sandbox, json.loads(text))
    except (ValueError, NotAState) as error:
        return [f"{name}: {error}"]
    return []


def _switch(sandbox: Sandbox, document: Document) -> list[str]:
    complaints = []
    for name, value in document.content.get("switches", {}).items():
        try:
            sandbox.switches = sandbox.switches.changed({name: value})
        except ValueError as error:
            complaints.append(document.complaint(str(error), "switches", name))
    return complaints


def _limit(sandbox: Sandbox, document: Document) -> list[str]:
    given, complaints, policies = document.content.get("policies"), [], []
    if given is None:
        return []
    for number, one in enumerate(given):
        try:
            policies += read_policies([one])
        except ValueError as error:
            path = _path_of(str(error), one)
            complaints.append(document.complaint(str(error), "policies", number, *path))
    sandbox.policies = policies
    return complaints


def _register(sandbox: Sandbox, document: Document, kind: str) -> list[str]:
    """Each record goes in as if it were sent to the control API; it has the same reasons."""
    complaints = []
    for number, one in enumerate(document.content.get(kind, [])):
        members = dict(one)
        while True:
            try:
                RECORDS[kind](sandbox, _posted(members))
                break
            except Refused as refusal:
                path = _path_of(str(refusal), members)
                complaints.append(document.complaint(str(refusal), kind, number, *path))
                # Without it there may be more to say of the same record.
                if not path or members.pop(path[0], None) is None:
                    break
    return complaints


def _queue(sandbox: Sandbox, document: Document) -> list[str]:
    complaints, now = [], sandbox.clock.seconds()
    for number, one in enumerate(document.content.get("faults", [])):
        members = dict(one)
        while True:
            try:
                sandbox.faults.add_all([members], now)
                break
            except NotAFault as error:
                complaints.append(document.complaint(str(error), "faults", number, error.member))
                if error.member in FINAL or members.pop(error.member, None) is None:
                    break
    return complaints


def _path_of(reason: str, members: Any) -> tuple[str, ...]:
    """Where the member stands that a reason speaks of; empty when none of those given does."""
    if not isinstance(members, dict):
        return ()
    named = next((name for name in NAMED.findall(reason) if name in members), None)
    if named is not None:
        return (named,)
    for name, inner in members.items():
        if path := _path_of(reason, inner):
            return (name, *path)
    return ()


def _posted(members: Mapping[str, Any]) -> Request:
    body = json.dumps(members, default=str).encode()
    return Request("POST", "", "", {}, body, "", Entry(0, 0.0, "POST", "", 0, False))
