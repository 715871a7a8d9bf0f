"""A person with a browser: keeps cookies, follows redirects, fills in forms.

Written out, since Python's own cookie jars never send a Secure cookie over http, not even to this
machine, where browsers do.
"""

from __future__ import annotations

import secrets
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from demo import markup
from demo.pages import Page, Submission

REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 10


class Lost(Exception):
    """An address answered with something a person can't go on from."""


class Person:
    """One browser session over several hosts; reads English."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}

    def open(self, address: str) -> Page:
        return self._visit(address, "GET")

    def send(self, form: Submission, *, file: tuple[str, Path] | None = None) -> Page:
        """Submits a form, with a file under the name of its field."""
        if form.method == "get":
            return self.open(f"{form.address}?{urlencode(form.fields)}")
        if form.with_files:
            kind, body = _multipart(form.fields, file)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(form.fields).encode()
        return self._visit(form.address, "POST", body, kind)

    def _visit(self, address: str, method: str, body: bytes = b"", kind: str = "") -> Page:
        for _ in range(MOST_REDIRECTS):
            status, location, text = self._call(address, method, body, kind)
            if status not in REDIRECTS:
                page = Page(address, status, markup.read(text))
                if status >= 400:
                    raise Lost(f"{address} answered {status}: {page.text[:500]}")
                return page
            address, method, body, kind = urljoin(address, location), "GET", b"", ""
        raise Lost(f"{address} redirects without end.")

    def _call(self, address: str, method: str, body: bytes, kind: str) -> tuple[int, str, str]:
        parts = urlsplit(address)
        host = parts.hostname or ""
        headers = {"Host": parts.netloc, "Accept-Language": "en", "Accept": "text/html"}
        if kind:
            headers |= {"Content-Type": kind, "Origin": f"{parts.scheme}://{parts.netloc}"}
        if kept := self._cookies.get(host):
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
        connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=60)
        try:
            path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            self._keep_cookies(host, answer)
            return answer.status, answer.getheader("Location", ""), text
        finally:
            connection.close()

    def _keep_cookies(self, host: str, answer: HTTPResponse) -> None:
        kept = self._cookies.setdefault(host, {})
        for line in answer.msg.get_all("Set-Cookie", []):
            for name, cookie in SimpleCookie(line).items():
                if cookie["max-age"] == "0" or not cookie.value:
                    kept.pop(name, None)
                else:
                    kept[name] = cookie.value


def _multipart(fields: dict[str, str], file: tuple[str, Path] | None) -> tuple[str, bytes]:
    """A multipart/form-data body (RFC 7578) and its content type."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if file:
        name, path = file
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{path.name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        parts.append(head.encode() + path.read_bytes() + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)
