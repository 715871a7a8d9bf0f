"""/switches/state and /switches/witness: the clock, saved states, and what was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from itertools import islice

from sandbox.beginning.start import start_anew
from sandbox.control import witness
from sandbox.control.codec import NotCarried
from sandbox.control.room import HOME, Unusable, from_here, onward, pressed, room_page
from sandbox.control.snapshots import NotAState, pack_state, unpack_state
from sandbox.control.states import LONGEST_NAME, take_up
from sandbox.http import Request, Response
from sandbox.ledger import Entry
from sandbox.pages import badge, facts, field, form, hidden, press, table
from sandbox.state import Route, Sandbox
from sandbox.uploads import uploaded_file

ADDRESS = f"{HOME}/state"
SHOWN = 50


def show_state(sandbox: Sandbox, request: Request) -> Response:
    clock = sandbox.clock
    standing = "stands still" if clock.frozen else "runs"
    content = (
        "<h2>Clock</h2>"
        + facts(
            [
                ("Time", f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"),
                ("Ahead of real time", f"{clock.offset:,.0f} s"),
                ("The clock", standing),
            ]
        )
        + form(
            f"{ADDRESS}/clock",
            field("Seconds to move it", "advance", value="3600", kind="number", more='step="any"'),
            press("Move", name="what", value="move"),
            press(
                "Let it run" if clock.frozen else "Stop it",
                name="what",
                value="thaw" if clock.frozen else "freeze",
                quiet=True,
            ),
            press("Back to real time", name="what", value="real", quiet=True),
        )
        + f"<h2>Saved states</h2>{_snapshots(sandbox)}"
        + form(
            f"{ADDRESS}/save",
            field("Name", "name", more=f'required maxlength="{LONGEST_NAME}"'),
            press("Save the state"),
        )
        + '<p><a href="/_control/state" download="state.json">Download the state</a></p>'
        + f'<form method="post" action="{ADDRESS}/upload" enctype="multipart/form-data">'
        + field(
            "State to go on from",
            "state",
            kind="file",
            more='accept="application/json,.json" required',
            note="A file that was downloaded here. All there is now is given up for it.",
        )
        + f"{press('Upload the state', quiet=True)}</form>"
        + "<h2>Reset</h2><p>Back to the beginning: no orders, no faults, no sessions, no tokens."
        + " Saved states stay.</p>"
        + form(f"{ADDRESS}/reset", press("Reset the sandbox"))
    )
    return room_page("Clock and state", content, request)


def show_witness(sandbox: Sandbox, request: Request) -> Response:
    verdict = witness.give_verdict(sandbox, request)
    totals = [
        (name.replace("_", " ").capitalize(), _told(value)) for name, value in verdict.items()
    ]
    latest = list(islice(sandbox.ledger.entries(sandbox.ledger.count - SHOWN), SHOWN))
    rows = [_row(entry) for entry in reversed(latest)]
    headings = ("Time", "Request", "Reference", "Committed", "Answered", "Fault")
    seen = table("The latest requests", headings, rows) if rows else "<p>None yet.</p>"
    content = f'<div class="totals">{facts(totals)}</div><h2>The latest requests</h2>{seen}'
    return room_page("Witness", content, request)


def move_clock(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    clock = sandbox.clock
    match form.get("what"):
        case "freeze":
            clock.freeze()
        case "thaw":
            clock.thaw()
        case "real":
            if clock.frozen:
                clock.thaw()
            clock.move(0.0)
        case _:
            clock.advance(_seconds(form.get("advance", "")))
    return ADDRESS, f"It is {clock.now():%Y-%m-%d %H:%M:%S} UTC."


def save_state(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    name = form.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Unusable(f"A name has from 1 to {LONGEST_NAME} characters.")
    try:
        sandbox.snapshots[name] = pack_state(sandbox)
    except NotCarried as error:
        raise Unusable(str(error)) from error
    return ADDRESS, f"Saved as {name}."


def use_state(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    name = form.get("name", "")
    if name not in sandbox.snapshots:
        raise Unusable("There is no such state any more.")
    if form.get("what") == "delete":
        del sandbox.snapshots[name]
        return ADDRESS, f"{name} is deleted."
    unpack_state(sandbox, sandbox.snapshots[name])
    return ADDRESS, f"{name} is restored."


def upload_state(sandbox: Sandbox, request: Request) -> Response:
    """The file of a form; one that can't be used changes nothing, and the page says why."""
    try:
        take_up(sandbox, uploaded_file(request, "state"))
    except NotAState as error:
        return onward(ADDRESS, wrong=f"{error}.")
    return onward(ADDRESS, done="The sandbox goes on from the state of the file.")


def reset(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    start_anew(sandbox)
    return ADDRESS, "The sandbox is as it began."


def _snapshots(sandbox: Sandbox) -> str:
    if not sandbox.snapshots:
        return "<p>None.</p>"
    rows = [
        [
            escape(name),
            f"{len(packed) / 1024:,.0f} kB",
            form(
                f"{ADDRESS}/use",
                hidden("name", name),
                press("Restore", name="what", value="restore"),
                press("Delete", name="what", value="delete", quiet=True),
            ),
        ]
        for name, packed in sandbox.snapshots.items()
    ]
    return table("Saved states", ("Name", "Size", "Use"), rows)


def _row(entry: Entry) -> list[str]:
    looks = {"whole": "good", "cut": "bad", "none": "bad"}
    answer = f"{entry.status or ''} {badge(entry.sent or 'under way', looks.get(entry.sent, ''))}"
    return [
        f"{datetime.fromtimestamp(entry.at, UTC):%H:%M:%S}",
        f"{escape(entry.kind)}<small>{escape(entry.method)} {escape(entry.path)}</small>",
        escape(entry.reference or ""),
        escape(entry.committed or (f"{entry.changed} changed" if entry.changed else "")),
        answer,
        escape(entry.fault or ""),
    ]


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else escape(str(value))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise Unusable("Type a number of seconds.") from None
    if not abs(seconds) < 1e10:
        raise Unusable("That is further than the clock goes.")
    return seconds


ROUTES = [
    Route("control.pages", "GET", ADDRESS, from_here(show_state)),
    Route("control.pages", "GET", f"{HOME}/witness", from_here(show_witness)),
    Route("control.pages", "POST", f"{ADDRESS}/clock", pressed(move_clock)),
    Route("control.pages", "POST", f"{ADDRESS}/save", pressed(save_state)),
    Route("control.pages", "POST", f"{ADDRESS}/use", pressed(use_state)),
    Route("control.pages", "POST", f"{ADDRESS}/upload", from_here(upload_state)),
    Route("control.pages", "POST", f"{ADDRESS}/reset", pressed(reset)),
]
