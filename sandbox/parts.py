"""The parts that pages are made of. Texts given are escaped; what is HTML says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def tabs(label: str, links: Iterable[tuple[str, str]], current: str) -> str:
    """A landmark with links; ``links`` are names and addresses, ``current`` is an address."""
    items = "".join(link(name, address, current) for name, address in links)
    return f'<nav class="tabs" aria-label="{escape(label)}">{items}</nav>'


def link(name: str, address: str, current: str) -> str:
    here = ' aria-current="page"' if address == current else ""
    return f'<a href="{escape(address)}"{here}>{escape(name)}</a>'


def button_link(label: str, address: str, *, quiet: bool = False) -> str:
    look = "button quiet" if quiet else "button"
    return f'<a class="{look}" href="{escape(address)}">{escape(label)}</a>'


def table(label: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML, the rest is text. On a narrow screen each row becomes a card."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(one)}</th>' for one in headings)
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-label="{escape(heading)}">{cell}</td>'
            for heading, cell in zip(headings, cells, strict=True)
        )
        + "</tr>"
        for cells in rows
    )
    return (
        f'<table role="table" aria-label="{escape(label)}"><thead role="rowgroup">'
        f'<tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )


def badge(text: str, look: str = "") -> str:
    """``look`` is ``pending``, ``good``, ``bad`` or nothing; the word must tell it as well."""
    return f'<span class="{f"badge {look}".strip()}">{escape(text)}</span>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names, which are text, and what they are, which is HTML."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs)
    return f"<dl>{rows}</dl>"


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def field(
    label: str,
    name: str,
    *,
    value: str = "",
    kind: str = "text",
    more: str = "",
    note: str = "",
    before: str = "",
) -> str:
    """A labelled input; ``more`` is further attributes, ``before`` a text right before it."""
    control = (
        f'<input id="{name}" name="{name}" type="{kind}" value="{escape(value)}" '
        f"{more}{_described(name, note)}>"
    )
    if before:
        control = f'<span class="joined"><span>{escape(before)}</span>{control}</span>'
    return _labelled(label, name, control, note)


def textarea(label: str, name: str, *, value: str = "", rows: int = 3, note: str = "") -> str:
    control = (
        f'<textarea id="{name}" name="{name}" rows="{rows}"{_described(name, note)}>'
        f"\n{escape(value)}</textarea>"
    )
    return _labelled(label, name, control, note)


def select(
    label: str,
    name: str,
    options: Iterable[tuple[str, str]],
    *,
    chosen: str = "",
    note: str = "",
) -> str:
    """``options`` are values and what is shown for them."""
    items = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(shown)}</option>"
        for value, shown in options
    )
    control = f'<select id="{name}" name="{name}"{_described(name, note)}>{items}</select>'
    return _labelled(label, name, control, note)


def checkbox(label: str, name: str, *, checked: bool = False, note: str = "") -> str:
    """One box that sends ``on``; nothing is sent for one that isn't ticked."""
    return choice(label, name, "on", note=note, kind="checkbox", checked=checked)


def _labelled(label: str, name: str, control: str, note: str) -> str:
    small = f'<small id="{name}-note">{escape(note)}</small>' if note else ""
    return f'<div class="field"><label for="{name}">{escape(label)}</label>{small}{control}</div>'


def _described(name: str, note: str) -> str:
    return f' aria-describedby="{name}-note"' if note else ""


def press(label: str, *, name: str = "", value: str = "", quiet: bool = False) -> str:
    attributes = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    look = ' class="quiet"' if quiet else ""
    return f'<button type="submit"{attributes}{look}>{escape(label)}</button>'


def choice(
    label: str, name: str, value: str, *, note: str = "", kind: str = "radio", checked: bool = False
) -> str:
    """One radio or check box with its label around it."""
    mark = " checked" if checked else ""
    small = f"<small>{escape(note)}</small>" if note else ""
    return (
        f'<label class="choice"><input type="{kind}" name="{escape(name)}" '
        f'value="{escape(value)}"{mark}><span>{escape(label)}{small}</span></label>'
    )


def form(action: str, *parts: str) -> str:
    return f'<form method="post" action="{escape(action)}">{"".join(parts)}</form>'


def alert(sentence: str) -> str:
    return f'<p class="alert" role="alert">{escape(sentence)}</p>' if sentence else ""


def notice(sentence: str) -> str:
    """What has come of the last press."""
    return f'<p class="notice" role="status">{escape(sentence)}</p>' if sentence else ""
