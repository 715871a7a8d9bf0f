"""/switches/faults: what waits for its request, what has happened, and a form for more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from html import escape
from typing import Any

from sandbox.control.room import HOME, Unusable, from_here, pressed, room_page
from sandbox.faults.scripts import CUTS, DEEDS, KEPT_BY_US, Fault, NotAFault
from sandbox.http import Request, Response
from sandbox.pages import checkbox, field, form, hidden, press, select, table, textarea
from sandbox.state import Route, Sandbox

ADDRESS = f"{HOME}/faults"
COMMIT = (("", "as the fault says"), ("true", "yes"), ("false", "no"))
NUMBERS = {"count": int, "skip": int, "status": int, "rate": float, "seconds": float}


def show_faults(sandbox: Sandbox, request: Request) -> Response:
    waiting, ended = list(sandbox.faults), sandbox.faults.ended
    content = (
        f"<h2>Waiting</h2>{_list('Faults that wait', waiting, removable=True)}"
        f"<h2>Used up</h2>{_list('Faults that are used up', ended, removable=False)}"
        f"<h2>Add a fault</h2>{_form(sandbox)}"
    )
    return room_page("Faults", content, request)


def add_fault(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    script: dict[str, Any] = {name: form[name] for name in TEXTS if form.get(name)}
    if steps := form.get("steps", "").split():
        script["steps"] = steps
    else:
        script["do"] = form.get("do", "")
    try:
        script |= {name: kind(form[name]) for name, kind in NUMBERS.items() if form.get(name)}
        script |= json.loads(form.get("more") or "{}")
    except (ValueError, TypeError):
        raise Unusable("Numbers are numbers, and more members are one JSON object.") from None
    if form.get("commit"):
        script["commit"] = form["commit"] == "true"
    if form.get("repeat"):
        script["repeat"] = True
    try:
        sandbox.faults.add_all([script], sandbox.clock.seconds())
    except NotAFault as error:
        raise Unusable(f"{error}.") from error
    return ADDRESS, "The fault waits for its request."


def remove_fault(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    if form.get("id") == "all":
        sandbox.faults.clear()
        return ADDRESS, "No fault waits any more."
    if not form.get("id", "").isdigit() or not sandbox.faults.remove(int(form["id"])):
        raise Unusable("That fault doesn't wait any more.")
    return ADDRESS, "The fault is gone."


TEXTS = ("on", "tenant_id", "client_id", "reference", "grant_type", "cut_at", "name")


def _list(label: str, faults: list[Fault], *, removable: bool) -> str:
    if not faults:
        return "<p>None.</p>"
    headings = ["What", "Where", "Times", "Happened"] + (["Remove"] if removable else [])
    rows = [
        [
            _what(fault),
            _where(fault),
            "until removed" if fault.count is None else str(fault.count),
            str(fault.played),
            *([_remove(fault)] if removable else []),
        ]
        for fault in faults
    ]
    everything = form(f"{ADDRESS}/remove", hidden("id", "all"), press("Remove all", quiet=True))
    return table(label, headings, rows) + (everything if removable else "")


def _what(fault: Fault) -> str:
    steps = ", ".join(
        f"<strong>{step.do}</strong>" if number == fault.step else step.do
        for number, step in enumerate(fault.steps)
    )
    return f"{steps or escape(fault.do)}<small>{escape(_members(fault))}</small>"


def _members(fault: Fault) -> str:
    """What differs from a fault that says nothing but what it does."""
    skipped = KEPT_BY_US | {"do", "on", "steps", "count"}
    told = []
    for one in fields(Fault):
        value = getattr(fault, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if one.name not in skipped and value != default:
            if one.name in {"starts_at", "ends_at"}:
                value = datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
            told.append(f"{one.name} {value}")
    return ", ".join(told)


def _where(fault: Fault) -> str:
    return f"<code>{escape(fault.on)}</code>"


def _remove(fault: Fault) -> str:
    named = f'<span class="unseen"> fault {fault.id}</span>'
    button = press("Remove", quiet=True).replace("</button>", f"{named}</button>")
    return form(f"{ADDRESS}/remove", hidden("id", str(fault.id)), button)


def _form(sandbox: Sandbox) -> str:
    world = sandbox.world
    companies = [(one.tenant_id, one.name) for one in world.companies.values()]
    clients = [(client_id, one.name) for client_id, one in world.applications.items()]
    return form(
        ADDRESS,
        hidden("from", ADDRESS),
        select("What happens", "do", [(name, f"{name}: {said}") for name, said in DEEDS.items()],
               chosen="commit_then_drop"),
        field("To which requests", "on", value="salesorders.post",
              note="A kind as the witness names it, or a pattern such as salesorders.* or *"),
        select("Company", "tenant_id", _or_any(companies)),
        select("Application", "client_id", _or_any(clients)),
        field("Reference", "reference", note="The order's own name at the client"),
        field("Times", "count", value="1", kind="number", more='min="1"'),
        checkbox("Until removed", "repeat"),
        field("Let so many pass first", "skip", value="0", kind="number", more='min="0"'),
        field("Chance", "rate", value="1", kind="number", more='min="0" max="1" step="any"',
              note="From 0 to 1, for each request"),
        field("Seconds", "seconds", value="30", kind="number", more='step="any"',
              note="What waits, waits so long on the sandbox's clock"),
        field("Status", "status", kind="number", more='min="200" max="599"'),
        select("Commit the order", "commit", COMMIT),
        select("Where headers are cut", "cut_at", [(one, one) for one in CUTS],
               chosen="before_blank_line"),
        textarea("Steps", "steps", note="In place of one fault: names, one for each request"),
        textarea("More members", "more", note="As one JSON object"),
        press("Add the fault"),
    )  # fmt: skip


def _or_any(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "any"), *options]


ROUTES = [
    Route("control.pages", "GET", ADDRESS, from_here(show_faults)),
    Route("control.pages", "POST", ADDRESS, pressed(add_fault)),
    Route("control.pages", "POST", f"{ADDRESS}/remove", pressed(remove_fault)),
]
