"""Collects what is wrong with an order and says it as V3 does."""

from __future__ import annotations

from typing import Any

from sandbox.http import PROBLEM_JSON, Response, encode_json
from sandbox.salesorders import codes
from sandbox.salesorders.messages import MESSAGES


class Refused(Exception):
    """The order is not taken or not changed; ``response`` is V3's answer that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class Problems:
    """Every problem names its property: ``customer.id``, ``orderLines[0].quantity``."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, code: str, where: str) -> None:
        self._found.append((code, where))

    def forgive(self) -> None:
        """Forget all but those with which no order could be made: its type, number and buyer."""
        self._found = [
            (code, where)
            for code, where in self._found
            if where in {"type", "orderId", "customer.gln"} or code == codes.NULL
        ]

    def refuse(self) -> None:
        """Raises Refused when there is any problem."""
        if self._found:
            raise Refused(self.response())

    def response(self) -> Response:
        """400 with SalesOrderValidationProblemDetails (OpenAPI 1.1.0.1279)."""
        errors: dict[str, list[str]] = {}
        details: list[dict[str, Any]] = []
        for code, where in self._found:
            errors.setdefault(where, []).append(MESSAGES[code])
            details.append(
                {"code": code, "message": MESSAGES[code], "parameters": {"property": where}}
            )
        return _problem(errors, details)


def unreadable_body(reason: str) -> Response:
    """400 of the JSON reader: ``errors`` without ``details``, since no rule was looked at."""
    return plain_problem("$", reason)


def plain_problem(where: str, reason: str) -> Response:
    """400 for what has no published code."""
    return _problem({where: [reason]}, None)


def _problem(errors: dict[str, list[str]], details: list[dict[str, Any]] | None) -> Response:
    content: dict[str, Any] = {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "detail": None,
        "instance": None,
        "errors": errors,
    }
    if details is not None:
        content["details"] = details
    return Response(400, encode_json(content), [("Content-Type", PROBLEM_JSON)])
