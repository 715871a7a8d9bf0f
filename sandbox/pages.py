"""Pages for people: one skeleton, one stylesheet, no script needed."""

from __future__ import annotations

from html import escape
from pathlib import Path

from sandbox.http import Headers, Request, Response, html_response
from sandbox.parts import (
    alert,
    badge,
    button_link,
    checkbox,
    choice,
    facts,
    field,
    form,
    hidden,
    link,
    notice,
    press,
    select,
    table,
    tabs,
    textarea,
)
from sandbox.state import Endpoint, Sandbox

__all__ = [
    "alert",
    "badge",
    "button_link",
    "checkbox",
    "choice",
    "facts",
    "field",
    "form",
    "hidden",
    "link",
    "notice",
    "own_pages_only",
    "page",
    "people",
    "people_to_unfold",
    "press",
    "select",
    "show_stylesheet",
    "table",
    "tabs",
    "textarea",
]

ROOMS = (
    ("/", "Start"),
    ("/developers", "Developer Portal"),
    ("/appstore", "App Store"),
    ("/admin", "Admin"),
    ("/mails", "Mails"),
    ("/switches", "Switches"),
)
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
    room: str = "",
    wide: bool = False,
    above: str = "",
    script_at: str = "",
    frame_sources: str = "",
    lang: str = "en",
) -> Response:
    """``content``, ``menu`` and ``above`` are HTML; everything else is text.

    ``form_targets`` are origins a form may end up at.
    ``room`` is the address of the room in the top bar; ``above`` stands under that bar and
    is a landmark of its own, as ``tabs`` is. ``script_at`` is a script's address, and
    ``frame_sources`` are origins that may be framed.
    """
    who = f'<p class="who">{escape(signed_in_as)}</p>' if signed_in_as else ""
    width = ' class="wide"' if wide else ""
    document = (
        f'<!doctype html><html lang="{escape(lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · Sandbox</title>"
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/sandbox.css"></head><body>'
        f'<header><p class="tag">Sandbox, not Visma</p>{_rooms(room)}{menu}{who}</header>{above}'
        f"<main{width}><h1>{escape(title)}</h1>{content}</main>"
        f"{f'<script src={chr(34)}{script_at}{chr(34)}></script>' if script_at else ''}"
        "</body></html>"
    )
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {form_targets}".rstrip()
    )
    if script_at:
        policy += "; script-src 'self'"
    if frame_sources:
        policy += f"; frame-src {frame_sources}"
    security = [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        # Within the sandbox a form's request names its page, so that others can be told apart.
        ("Referrer-Policy", "same-origin"),
    ]
    return html_response(document, status, [*security, *(headers or [])])


def _rooms(current: str) -> str:
    links = "".join(link(name, address, current) for address, name in ROOMS)
    return f'<nav class="rooms" aria-label="Rooms">{links}</nav>'


def own_pages_only(endpoint: Endpoint) -> Endpoint:
    """Refuse what a page of another site sends with the visitor's cookie.

    Browsers name the site in ``Origin``; what is no browser sends none and has no cookie
    that it didn't fetch itself.
    """

    def guarded(sandbox: Sandbox, request: Request) -> Response:
        origin = request.headers.get("origin")
        own = {sandbox.settings.public_url, f"http://{request.headers.get('host', '')}"}
        if origin is not None and origin not in own:
            return page("This came from another site", "<p>Nothing has been done.</p>", status=403)
        return endpoint(sandbox, request)

    return guarded


def show_stylesheet(sandbox: Sandbox, request: Request) -> Response:
    return Response(
        200, _STYLESHEET, [("Content-Type", "text/css"), ("Cache-Control", "max-age=300")]
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
