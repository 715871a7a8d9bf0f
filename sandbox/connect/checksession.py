"""The page an application frames to learn whether the session has changed.

OpenID Connect Session Management 1.0, section 3. No person ever sees it.
"""

from __future__ import annotations

from pathlib import Path

from sandbox.http import Request, Response, html_response
from sandbox.state import Endpoint, Sandbox

_DOCUMENT = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Check session</title>'
    '<script src="/connect/checksession.js"></script></head><body></body></html>'
)


def show_check_session(sandbox: Sandbox, request: Request) -> Response:
    """Any site may frame this page, and it does nothing but compare."""
    policy = "default-src 'none'; script-src 'self'; base-uri 'none'"
    return html_response(_DOCUMENT, headers=[("Content-Security-Policy", policy)])


def script(name: str) -> Endpoint:
    """A script of the pages, from a file beside this module."""
    content = (Path(__file__).parent / name).read_bytes()

    def show_script(sandbox: Sandbox, request: Request) -> Response:
        headers = [("Content-Type", "text/javascript; charset=utf-8")]
        return Response(200, content, [*headers, ("Cache-Control", "max-age=300")])

    return show_script
