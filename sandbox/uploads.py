"""Reads a file out of a form that was sent as multipart/form-data (RFC 7578)."""

from __future__ import annotations

from sandbox.http import Request


def uploaded_file(request: Request, name: str) -> bytes:
    """Return the content of the named part; empty when there is none."""
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if not kind.lower().startswith("multipart/form-data") or not boundary:
        return b""
    line = b"\r\n--" + boundary.partition(";")[0].strip().strip('"').encode("latin-1")
    for part in (b"\r\n" + request.body).split(line)[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        if f'name="{name}"'.encode() in head:
            return content
    return b""
