"""Pages that bring the answer to the application twice, as a double click does."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from sandbox.http import HTML, Response
from sandbox.pages import page
from sandbox.parts import hidden, press

SCRIPT = "/connect/twice.js"


def call_twice(first: str, second: str) -> Response:
    """A browser that loads the page calls one address at once, the other a second later."""
    one, other = escape(first), escape(second)
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="1; url={other}"><title>Twice · Sandbox</title></head>'
        f'<body><h1>Twice</h1><p>This sandbox calls <a href="{other}">the application</a> twice.'
        f'</p><img src="{one}" alt="The first call"></body></html>'
    )
    return Response(200, document.encode(), [("Content-Type", HTML)])


def post_twice(
    address: str, origin: str, first: Mapping[str, str], second: Mapping[str, str]
) -> Response:
    """Two forms; the first one's answer stays in a frame. Without scripts both are pressed."""
    content = (
        "<p>This sandbox calls the application twice.</p>"
        + _form("first", address, first, "The first call", ' target="first-call"')
        + _form("second", address, second, "The second call", "")
        + '<iframe name="first-call" title="What the first call was answered"></iframe>'
    )
    return page("Twice", content, form_targets=origin, script_at=SCRIPT, frame_sources=origin)


def _form(name: str, address: str, fields: Mapping[str, str], label: str, more: str) -> str:
    inputs = "".join(hidden(key, value) for key, value in fields.items())
    return (
        f'<form id="{name}" method="post" action="{escape(address)}"{more}>'
        f"{inputs}{press(label)}</form>"
    )
