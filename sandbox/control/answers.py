"""Who may use the control API, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from sandbox.http import NO_STORE, Request, Response, json_response, refuse_constant
from sandbox.state import Endpoint, Sandbox


class Refused(Exception):
    """The request to the control API cannot be carried out; the text says why."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def controlled(work: Callable[[Sandbox, Request], Any]) -> Endpoint:
    """Answer with what ``work`` returns as JSON. Loopback only, and never for a web page."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        if not is_loopback(request.peer) or "origin" in request.headers:
            return json_response({"error": "The control API is for loopback only."}, 403)
        try:
            return json_response(work(sandbox, request), headers=[NO_STORE])
        except Refused as refusal:
            return json_response({"error": str(refusal)}, refusal.status)

    return endpoint


def read_object(request: Request) -> dict[str, Any]:
    """The body as one JSON object; nothing sent is an empty one. Raises Refused."""
    if not request.body.strip():
        return {}
    try:
        content = json.loads(request.body, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(f"The body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise Refused("Send one JSON object.")
    return content


def is_loopback(peer: str) -> bool:
    """Whether an address is of this machine."""
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
