"""/switches: every switch with its choices, and what is known of the point it decides."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin, get_type_hints

from sandbox.control.meanings import meanings, sections
from sandbox.control.room import HOME, Unusable, from_here, pressed, room_page
from sandbox.http import Request, Response
from sandbox.pages import field, form, press, select
from sandbox.state import Route, Sandbox
from sandbox.switches import Switches


def show_switches(sandbox: Sandbox, request: Request) -> Response:
    values, defaults = sandbox.switches.as_dict(), Switches().as_dict()
    turned = [name for name in values if values[name] != defaults[name]]
    wanted = request.query.get("find", "").strip()
    parts = [
        _section(heading, found, values, opened=bool(wanted or set(found) & set(turned)))
        for heading, names in sections().items()
        if (found := [name for name in names if _is_about(name, wanted)])
    ]
    told = (
        f"Turned from their defaults: {', '.join(turned)}." if turned else "All are as they come."
    )
    intro = (
        "<p>Where it is not known what Visma does, a switch decides what the sandbox does. "
        f"{told}</p>{form(f'{HOME}/defaults', press('Set all to their defaults', quiet=True))}"
        f'<form method="get" action="{HOME}" role="search">'
        f"{field('Find a switch', 'find', value=wanted)}{press('Find')}</form>"
    )
    shown = "".join(parts) or "<p>No switch is about that.</p>"
    return room_page("Switches", intro + shown, request)


def _section(heading: str, names: list[str], values: dict[str, Any], *, opened: bool) -> str:
    hints, defaults = get_type_hints(Switches), Switches().as_dict()
    controls = (_control(name, hints[name], values[name], defaults[name]) for name in names)
    return (
        f'<details class="section"{" open" if opened else ""}>'
        f"<summary><h2>{heading}</h2> <small>{len(names)}</small></summary>"
        f"{form(HOME, *controls, press('Set these'))}</details>"
    )


def _is_about(name: str, wanted: str) -> bool:
    meaning = meanings().get(name)
    about = f"{name} {_label(name)} {meaning.fact if meaning else ''}"
    return wanted.lower() in about.lower()


def set_switches(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    hints, before = get_type_hints(Switches), sandbox.switches.as_dict()
    changes = {name: _read(name, text, hints[name]) for name, text in form.items() if name in hints}
    try:
        sandbox.switches = sandbox.switches.changed(changes)
    except ValueError as error:
        raise Unusable(str(error)) from error
    turned = [name for name, value in changes.items() if value != before[name]]
    return HOME, f"Set: {', '.join(turned)}." if turned else "Nothing was changed."


def set_defaults(sandbox: Sandbox, form: dict[str, str]) -> tuple[str, str]:
    sandbox.switches = Switches()
    return HOME, "All switches are as they come."


def _control(name: str, hint: Any, value: Any, default: Any) -> str:
    label, note = _label(name), _note(name, default)
    if hint is bool:
        options = [("true", "yes"), ("false", "no")]
        return select(label, name, options, chosen=_shown(value), note=note)
    if get_origin(hint) is Literal:
        options = [(_shown(one), _shown(one).replace("_", " ")) for one in get_args(hint)]
        return select(label, name, options, chosen=_shown(value), note=note)
    if hint in {int, float}:
        step = "1" if hint is int else "any"
        more = f'min="0" step="{step}"'
        return field(label, name, value=_shown(value), kind="number", more=more, note=note)
    return field(label, name, value=value, note=note)


def _note(name: str, default: Any) -> str:
    meaning = meanings().get(name)
    shown = {"true": "yes", "false": "no", "": "empty"}.get(_shown(default), default)
    known = f"{meaning.fact}: {meaning.mark.lower()}, {meaning.point}. " if meaning else ""
    return f"{known}{name}, by default {shown}."


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(name: str, text: str, hint: Any) -> Any:
    if hint is bool:
        return text == "true"
    if get_origin(hint) is Literal:
        return next((one for one in get_args(hint) if _shown(one) == text), text)
    try:
        return hint(text)
    except ValueError:
        raise Unusable(f"{_label(name)} takes a number.") from None


ROUTES = [
    Route("control.pages", "GET", HOME, from_here(show_switches)),
    Route("control.pages", "POST", HOME, pressed(set_switches)),
    Route("control.pages", "POST", f"{HOME}/defaults", pressed(set_defaults)),
]
