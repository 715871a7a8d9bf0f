"""The body of a request as the JSON object it must be."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from pydantic import BaseModel, ValidationError

from integrations.intake.api.problems import Problem

Shape = TypeVar("Shape", bound=BaseModel)


def read_shape(request: HttpRequest, shape: type[Shape]) -> Shape:
    """The body as an object of that shape. Raises Problem, which points at what doesn't fit."""
    try:
        return shape.model_validate(read_object(request))
    except ValidationError as error:
        raise Problem(
            "body-refused", errors=[_pointed(found) for found in error.errors()]
        ) from error


def _pointed(found: Any) -> dict[str, str]:
    place = "".join(f"/{quote(str(part), safe='')}" for part in found["loc"])
    return {"pointer": f"#{place}", "code": found["type"], "detail": found["msg"]}


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request, decimals exactly as written. Raises Problem."""
    if request.content_type != "application/json":
        raise Problem("content-type")
    try:
        value = json.loads(
            request.body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
    except RequestDataTooBig as error:
        raise Problem("too-large") from error
    except (ValueError, RecursionError, ArithmeticError, UnreadablePostError) as error:
        raise Problem("not-json") from error
    if not isinstance(value, dict):
        raise Problem("not-json")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member named twice")
    return members
