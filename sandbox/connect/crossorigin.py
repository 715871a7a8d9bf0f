"""Lets the scripts of single-page applications call Visma Connect (CORS)."""

from __future__ import annotations

from sandbox.connect.answers import origin
from sandbox.http import Request, Response
from sandbox.state import Endpoint, Sandbox

PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", "authorization, content-type"),
    ("Access-Control-Max-Age", "600"),
]


def shared(endpoint: Endpoint) -> Endpoint:
    """Let pages read the answer that come from where a public application is at home."""

    def answered(sandbox: Sandbox, request: Request) -> Response:
        response = endpoint(sandbox, request)
        asking = request.headers.get("origin", "")
        if asking and asking in _homes(sandbox):
            response.headers += [("Access-Control-Allow-Origin", asking), ("Vary", "Origin")]
        return response

    return answered


@shared
def allow(sandbox: Sandbox, request: Request) -> Response:
    """What a browser asks before it sends a header of the script's own."""
    return Response(204, b"", [*PREFLIGHT])


def _homes(sandbox: Sandbox) -> set[str]:
    return {
        origin(uri)
        for application in sandbox.world.applications.values()
        if application.is_public
        for uri in application.redirect_uris
    }
