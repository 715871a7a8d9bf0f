"""Ids in a path that would break it come as ``b64(<base64url>)``."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

from sandbox.draws import drawn_uuid
from sandbox.guard import Call, CompanyEndpoint
from sandbox.http import Response
from sandbox.state import Sandbox

ENCODED = re.compile(r"b64\(([\w=-]*)\)", re.IGNORECASE)


def with_plain_ids(work: CompanyEndpoint) -> CompanyEndpoint:
    """The endpoint, given the ids as they are. Its answers carry the id of the request."""

    def plain(sandbox: Sandbox, call: Call) -> Response:
        call.request.parameters = {
            name: _plain(text) for name, text in call.request.parameters.items()
        }
        response = work(sandbox, call)
        response.headers.append(("Ipp-Request-Id", drawn_uuid(sandbox.random)))
        return response

    return plain


def decoded(groups: dict[str, str]) -> dict[str, str]:
    """Parameters as they stood in a path."""
    return {name: _plain(unquote(text)) for name, text in groups.items()}


def _plain(text: str) -> str:
    found = ENCODED.fullmatch(text)
    if found is None:
        return text
    bare = found[1].rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
