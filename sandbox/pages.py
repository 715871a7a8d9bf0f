"""Pages for people: one skeleton, one stylesheet, no script needed."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

from sandbox.http import Headers, Request, Response, html_response
from sandbox.state import Sandbox

_STYLESHEET = (Path(__file__).parent / "sandbox.css").read_bytes()


def page(
    title: str,
    content: str,
    *,
    status: int = 200,
    signed_in_as: str = "",
    menu: str = "",
    headers: Headers | None = None,
    form_targets: str = "",
    script: str = "",
) -> Response:
    """``content``, ``menu`` are HTML; everything else is text.

    ``form_targets`` are origins a form may end up at; ``script`` is allowed by its digest.
    """
    who = f'<p class="who">{escape(signed_in_as)}</p>' if signed_in_as else ""
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · Sandbox</title>"
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/sandbox.css"></head><body>'
        '<header><p class="tag">Sandbox</p>'
        f'<p class="note">This stands in for Visma. Nothing here is real.</p>{menu}{who}</header>'
        f"<main><h1>{escape(title)}</h1>{content}</main>"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {form_targets}".rstrip()
    )
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy += f"; script-src 'sha256-{digest}'"
    security = [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ]
    return html_response(document, status, [*security, *(headers or [])])


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def field(label: str, name: str, *, value: str = "", kind: str = "text", more: str = "") -> str:
    """A labelled input; ``more`` is further attributes."""
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{escape(value)}" {more}></div>'
    )


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


def show_stylesheet(sandbox: Sandbox, request: Request) -> Response:
    return Response(
        200, _STYLESHEET, [("Content-Type", "text/css"), ("Cache-Control", "max-age=300")]
    )


def show_start(sandbox: Sandbox, request: Request) -> Response:
    codes = "".join(
        f"<li><code>{escape(code.code)}</code></li>"
        for code in sandbox.world.invitation_codes.values()
    )
    return page(
        "A stand-in for Visma",
        "<p>Applications send people here to sign in and to give consent.</p>"
        f"<h2>People who can sign in</h2>{people(sandbox)}"
        f"<h2>Invitation codes</h2><ul>{codes}</ul>"
        '<p><a href="/appstore">Open the App Store</a></p>',
    )


def people(sandbox: Sandbox) -> str:
    """Everybody who can sign in, with passwords: they are no secret here."""
    rows = "".join(
        f"<li><span>{escape(user.email)}</span> <code>{escape(user.password)}</code>"
        f"<small>{escape(_roles(sandbox, user.roles))}</small></li>"
        for user in sandbox.world.users.values()
    )
    return f'<ul class="people">{rows}</ul>'


def people_to_unfold(sandbox: Sandbox) -> str:
    return f"<details><summary>Who can sign in here?</summary>{people(sandbox)}</details>"


def _roles(sandbox: Sandbox, roles: dict[str, set[str]]) -> str:
    places: dict[str, list[str]] = {}
    for tenant_id, names in roles.items():
        if names:
            place = sandbox.world.tenant_name(tenant_id) or tenant_id
            places.setdefault(", ".join(sorted(names)), []).append(place)
    held = [f"{names} in {', '.join(where)}" for names, where in places.items()]
    return "; ".join(held) or "No role anywhere"
