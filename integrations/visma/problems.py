"""What Visma says is wrong, in whatever form it says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from integrations.visma.bodies import clean, read_json
from integrations.visma.calls import Answer
from integrations.visma.errors import Malformed

MOST = 50  # faults kept of one answer
TITLE, TEXT, NAME, CODE = 200, 1000, 100, 60  # characters kept


@dataclass(frozen=True, slots=True)
class Detail:
    """One member of ``details``: a published code, Visma's words, the field it is about.

    A code reads "1804-InventoryIdNotFound". Match on its number: two codes share a name.
    """

    code: str
    message: str
    property: str

    def number(self) -> str:
        return self.code.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error body (SalesOrderValidationProblemDetails, IPPException, ``message`` or plain text).

    ``errors`` maps a field to what is said about it. ``fault`` is ExceptionFaultCode. Texts are
    cut and hold no control characters; absent ones are "".
    """

    status: int
    title: str = ""
    detail: str = ""
    errors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    details: tuple[Detail, ...] = ()
    fault: str = ""


def problem(answer: Answer) -> Problem:
    """Return what an answer's body says is wrong. Takes JSON, HTML, plain text and nothing."""
    try:
        body = read_json(answer.body)
    except Malformed:
        return Problem(answer.status, title=_visible_text(answer.body))
    if not isinstance(body, dict):
        return Problem(answer.status, title=clean(body, TITLE))
    return Problem(
        status=answer.status,
        title=clean(_first(body, "title", "ExceptionMessage", "message", "Message"), TITLE),
        detail=clean(_first(body, "detail", "ExceptionDetails"), TEXT),
        errors=_errors(body.get("errors")),
        details=_details(body.get("details")),
        fault=clean(body.get("ExceptionFaultCode"), CODE),
    )


def _first(body: dict[str, Any], *names: str) -> object:
    return next((body[name] for name in names if body.get(name)), None)


def _errors(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        return {}
    return {
        clean(name, NAME): tuple(clean(text, TEXT) for text in _listed(texts))
        for name, texts in list(value.items())[:MOST]
    }


def _details(value: object) -> tuple[Detail, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(_detail(member) for member in value[:MOST] if isinstance(member, dict))


def _detail(member: dict[str, Any]) -> Detail:
    parameters = member.get("parameters")
    about = parameters.get("property") if isinstance(parameters, dict) else None
    return Detail(
        code=clean(member.get("code"), CODE),
        message=clean(member.get("message"), TEXT),
        property=clean(about, NAME),
    )


def _listed(value: object) -> list[object]:
    return value[:MOST] if isinstance(value, list) else [value]


def _visible_text(body: bytes) -> str:
    """Return the words of a gateway's page: its title, else its text without markup."""
    text = body[:20_000].decode("utf-8", "replace")
    heading = re.search(r"<title[^>]*>([^<]*)</title>", text, re.IGNORECASE)
    if heading:
        return clean(heading[1], TITLE)
    return clean(re.sub(r"<[^>]*>", " ", text), TITLE)
