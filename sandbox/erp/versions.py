"""Time stamps of records, which are their ETags on single reads."""

from __future__ import annotations

import base64
import hashlib

from sandbox.erp.errors import erp_error
from sandbox.http import Request, Response
from sandbox.state import Sandbox


def time_stamp(number: int) -> str:
    return base64.b64encode(number.to_bytes(8, "big")).decode()


def number_of(record: object) -> int:
    """A number that changes with any member of the record."""
    return int.from_bytes(hashlib.sha256(repr(record).encode()).digest()[:8], "big")


def stale(sandbox: Sandbox, request: Request, stamp: str) -> Response | None:
    """412 when If-Match was sent and names another version; quoted or not."""
    wanted = request.headers.get("if-match")
    if wanted is None or wanted.strip().strip('"') in {stamp, "*"}:
        return None
    return erp_error(sandbox, 412, "The record has been changed since it was read.")
