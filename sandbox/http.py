"""Requests and responses as the rest of the sandbox sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from sandbox.ledger import Entry

JSON = "application/json; charset=utf-8"
PROBLEM_JSON = "application/problem+json; charset=utf-8"
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
NO_STORE = ("Cache-Control", "no-store")

Headers = list[tuple[str, str]]

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class NotJson(Exception):
    """The body is not a JSON document."""


class RepeatedParameter(Exception):
    """A parameter came twice, which OAuth forbids (RFC 6749, section 3.1)."""


@dataclass(slots=True)
class Request:
    """One request. Header names are lower case; ``parameters`` come from the path."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    peer: str
    entry: Entry
    parameters: dict[str, str] = field(default_factory=dict)
    _json: Any = None
    _json_read: bool = False

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The form fields; empty when the body is something else."""
        if self.content_type != FORM:
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (part.partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}

    def json(self) -> Any:
        """Return the body as JSON; fractions come as Decimal. Raises NotJson."""
        if not self._json_read:
            try:
                self._json = json.loads(
                    self.body, parse_float=Decimal, parse_constant=refuse_constant
                )
            except (ValueError, RecursionError) as error:
                raise NotJson(str(error)) from error
            self._json_read = True
        return self._json


def refuse_constant(name: str) -> Any:
    """For ``json.loads``: NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is not JSON")


def single_parameters(encoded: str) -> dict[str, str]:
    """Read a query or form in which no parameter may come twice. Raises RepeatedParameter."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        if name in found:
            raise RepeatedParameter(name)
        found[name] = value
    return found


@dataclass(slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=list)


def json_response(content: Any, status: int = 200, headers: Headers | None = None) -> Response:
    return Response(
        status, encode_json(content), [("Content-Type", JSON), *(headers if headers else [])]
    )


def html_response(document: str, status: int = 200, headers: Headers | None = None) -> Response:
    return Response(
        status,
        document.encode(),
        [("Content-Type", HTML), NO_STORE, *(headers if headers else [])],
    )


def redirect(address: str, headers: Headers | None = None) -> Response:
    return Response(303, b"", [("Location", address), NO_STORE, *(headers if headers else [])])


def problem(status: int, detail: str, *, instance: str | None = None) -> Response:
    """A ProblemDetails answer as ASP.NET writes it."""
    content = {
        "type": f"https://httpstatuses.io/{status}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return Response(status, encode_json(content), [("Content-Type", PROBLEM_JSON)])


def phrase_of(status: int) -> str:
    return _PHRASES.get(status, "Unknown")


def encode_json(content: Any) -> bytes:
    return json.dumps(content, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
