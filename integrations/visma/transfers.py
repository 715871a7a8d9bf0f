"""One request inside libcurl: its gate, what it received so far, and the options it runs under."""

from __future__ import annotations

import contextlib
import time
from io import BytesIO

import pycurl
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from integrations.visma.calls import Answer, Call, boot_time
from integrations.visma.origins import may_go_plain

METHODS = ("GET", "POST", "DELETE")
BODY_LIMIT = 1 << 20  # bytes; the rest of a longer answer is not read


class Transfer:
    """A call under way. Its callbacks can't fail: one that raised would stop the whole pump."""

    def __init__(self, call: Call, origin: str) -> None:
        self.call = call
        self.origin = origin
        self.began = time.monotonic()
        self._passed = 0
        self._refused = 0
        self._lines: list[bytes] = []
        self._complete = False
        self._body = BytesIO()

    def gate(self, *_connection: object) -> int:
        """Asked by libcurl before each try's first byte: one try, and none past the deadline."""
        with contextlib.suppress(Exception):
            if self._passed == 0 and self.call.deadline.passes():
                self._passed = 1
                self._lines.clear()  # a proxy's answer to CONNECT is not the answer
                self._complete = False
                if self.call.pace is not None:
                    self.call.pace.send(boot_time())
                return int(pycurl.PREREQFUNC_OK)
        self._refused += 1
        return int(pycurl.PREREQFUNC_ABORT)

    def take_header(self, line: bytes) -> None:
        """Keep the lines of the last header block; trailers after it don't count."""
        if line.startswith(b"HTTP/"):
            self._lines.clear()
            self._complete = False
        elif line in (b"\r\n", b"\n"):
            self._complete = True
        elif not self._complete:
            self._lines.append(line)

    def take_body(self, chunk: bytes) -> None:
        self._body.write(chunk[: BODY_LIMIT - self._body.tell()])

    def answer(self, curl_code: int, status: int, error: str) -> Answer:
        return Answer(
            key=self.call.key,
            curl_code=curl_code,
            passed=self._passed,
            refused=self._refused,
            status=status,
            headers=_by_name(self._lines),
            body=self._body.getvalue(),
            complete=self._complete,
            began=self.began,
            ended=time.monotonic(),
            error=error,
        )


def is_too_long(answer: Answer) -> bool:
    """Whether the body was cut for its length."""
    return answer.curl_code == pycurl.E_FILESIZE_EXCEEDED or len(answer.body) >= BODY_LIMIT


def _by_name(lines: list[bytes]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return headers


def check(call: Call, plain_http_hosts: frozenset[str]) -> None:
    """Raise ValueError, without quoting anything, for a call that must not reach the wire."""
    if call.method not in METHODS or (call.method == "POST") != (call.body is not None):
        raise ValueError("A call is a GET or a DELETE without a body, or a POST with one.")
    for text in (call.url, *call.headers):
        if not (text.isascii() and text.isprintable()):
            raise ValueError("Address and headers are printable ASCII.")
    if " " in call.url or not call.url.startswith(("https://", "http://")):
        raise ValueError("The address must begin with https://.")
    if call.url.startswith("http://") and not may_go_plain(call.url, plain_http_hosts):
        raise ValueError("Plain http is only for the loopback hosts named in the settings.")


def set_request(handle: pycurl.Curl, call: Call) -> None:
    """Say what is asked. Expect is switched off: its answer would cost a round trip an order."""
    handle.setopt(pycurl.URL, call.url)
    handle.setopt(pycurl.HTTPHEADER, [*call.headers, "Expect:"])
    if call.body is None:
        handle.setopt(pycurl.HTTPGET, 1)
        if call.method == "DELETE":
            handle.setopt(pycurl.CUSTOMREQUEST, call.method)
        return
    handle.setopt(pycurl.POST, 1)
    handle.setopt(pycurl.POSTFIELDSIZE, len(call.body))
    handle.setopt(pycurl.POSTFIELDS, call.body)


def set_rules(handle: pycurl.Curl, *, plain: bool, ca_file: str | None, proxy: str) -> None:
    """Say what all requests share: HTTP/1.1 over TLS, no redirect, nothing from outside."""
    scheme = pycurl.PROTO_HTTP if plain else pycurl.PROTO_HTTPS
    handle.setopt(pycurl.PROTOCOLS, scheme)
    handle.setopt(pycurl.REDIR_PROTOCOLS, 0)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)
    handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
    handle.setopt(pycurl.HTTP09_ALLOWED, 0)
    handle.setopt(pycurl.USERAGENT, "visma-portal")
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.NETRC, 0)
    handle.setopt(pycurl.PROXY, "" if plain else proxy)
    handle.setopt(pycurl.NOPROXY, "")
    handle.setopt(pycurl.MAXAGE_CONN, 20)
    handle.setopt(pycurl.MAXLIFETIME_CONN, 600)
    handle.setopt(pycurl.MAXFILESIZE, BODY_LIMIT)
    handle.setopt(pycurl.SSL_VERIFYPEER, 1)
    handle.setopt(pycurl.SSL_VERIFYHOST, 2)
    handle.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    handle.setopt(pycurl.CAINFO, ca_file or DEFAULT_CA_BUNDLE_PATH)
