"""Errors as RFC 9457 problem documents, each kind with a stable code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _later

MEDIA_TYPE = "application/problem+json"
ERRORS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code always means: the status, what happened, who can mend it and how."""

    status: HTTPStatus
    title: str
    remedy: str


KINDS = {
    "no-api-key": Kind(
        HTTPStatus.UNAUTHORIZED,
        _later("The request carries no API key"),
        _later("Send the header Authorization: Bearer, followed by an API key of the tenant."),
    ),
    "api-key-refused": Kind(
        HTTPStatus.UNAUTHORIZED,
        _later("The API key is not known or was revoked"),
        _later("An owner of the tenant makes a new key on the page API keys."),
    ),
    "not-found": Kind(
        HTTPStatus.NOT_FOUND,
        _later("There is nothing at this address"),
        _later("Check the company's id and the reference. A key sees its own tenant only."),
    ),
    "method-not-allowed": Kind(
        HTTPStatus.METHOD_NOT_ALLOWED,
        _later("The address does not take this method"),
        _later("The header Allow names those it takes."),
    ),
    "not-json": Kind(
        HTTPStatus.BAD_REQUEST,
        _later("The body is not one JSON object"),
        _later("Send one JSON object in UTF-8, without a member named twice."),
    ),
    "content-type": Kind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _later("The body is not declared as JSON"),
        _later("Send the header Content-Type: application/json."),
    ),
    "too-large": Kind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _later("The body is too large"),
        _later("An order with 1,000 lines fits. Send one order a request."),
    ),
    "order-refused": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _later("The order can't be taken as it stands"),
        _later("Correct what errors names and send the order again. Nothing was stored."),
    ),
    "body-refused": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _later("A member of the body can't be read"),
        _later("Correct what errors names. Nothing was changed."),
    ),
    "filter-empty": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _later("The filter leaves nothing out"),
        _later("Name at least a state, a company, an integration, a day or a text."),
    ),
    "order-delivered": Kind(
        HTTPStatus.CONFLICT,
        _later("The order is in Visma.net already"),
        _later("Change or cancel it there."),
    ),
    "order-cancelled": Kind(
        HTTPStatus.CONFLICT,
        _later("The order was cancelled"),
        _later("Send it again first, if it should go out."),
    ),
    "decide-first": Kind(
        HTTPStatus.CONFLICT,
        _later("A person has to say which order in Visma.net stands"),
        _later("An owner of the tenant opens the order's page and says so."),
    ),
    "query-refused": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _later("A parameter of the address can't be read"),
        _later("Correct what errors names."),
    ),
    "reference-reused": Kind(
        HTTPStatus.CONFLICT,
        _later("The reference belongs to another order"),
        _later("An accepted order never changes. Send this one under a reference of its own."),
    ),
    "several-integrations": Kind(
        HTTPStatus.CONFLICT,
        _later("The company is connected for several integrations"),
        _later("Add ?integration= with one of the names in integrations."),
    ),
    "not-connected": Kind(
        HTTPStatus.CONFLICT,
        _later("The company is not connected to Visma.net"),
        _later("Somebody of the tenant connects it first, by the link of an invitation."),
    ),
    "fault-of-ours": Kind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _later("The portal could not answer"),
        _later("Send the same request again: an order under one reference is never taken twice."),
    ),
}


class Problem(Exception):
    """A request that can't be answered as asked. ``facts`` become members of the document."""

    def __init__(
        self, code: str, *, errors: Sequence[Mapping[str, Any]] = (), **facts: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        self.facts = facts


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as an answer."""
    kind = KINDS[problem.code]
    body: dict[str, Any] = {
        "type": type_address(problem.code),
        "title": _(kind.title),
        "status": int(kind.status),
        "detail": _(kind.remedy),
        "code": problem.code,
        **problem.facts,
    }
    if problem.errors:
        body["errors"] = list(problem.errors[:ERRORS_SHOWN])
        body["errors_in_all"] = len(problem.errors)
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=kind.status, content_type=MEDIA_TYPE
    )
    if kind.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = _challenge(problem.code)
    return response


def type_address(code: str) -> str:
    """The URI that names a kind of problem, and leads to its description."""
    return f"{settings.PUBLIC_URL}/api/v1/problems/{code}"


def _challenge(code: str) -> str:
    # RFC 6750, 3: without a credential no error code is given.
    return "Bearer" if code == "no-api-key" else 'Bearer error="invalid_token"'
