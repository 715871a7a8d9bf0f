"""What gateways and proxies say in place of an answer."""

from __future__ import annotations

import json

from sandbox.faults.scripts import Deed
from sandbox.http import Response, phrase_of

HTML, TEXT, JSON = "text/html; charset=utf-8", "text/plain", "application/json"


def stand_in(deed: Deed) -> Response:
    """The deed's status with its own body, or with one of its shape."""
    body, content_type = deed.body.encode(), "text/plain" if deed.body else ""
    if not deed.body:
        body, content_type = _body(deed.shape, deed.status)
    content_type = deed.content_type or content_type
    headers = [("Content-Type", content_type)] if content_type else []
    return Response(deed.status, body, [*headers, *deed.headers.items()])


def _body(shape: str, status: int) -> tuple[bytes, str]:
    phrase = phrase_of(status)
    match shape:
        case "text":
            return phrase.encode(), TEXT
        case "html":
            page = (
                f"<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n"
                f"<center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
            )
            return page.encode(), HTML
        case "json":
            return json.dumps({"message": phrase}).encode(), JSON
        case _:
            return b"", ""
