"""The API as a whole and its addresses. Whatever goes wrong below, it is a problem document."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Swagger
from ninja.errors import HttpError, ValidationError

from integrations.intake.api import bulk, control, operations, problems, sending_modes, shapes
from integrations.intake.api.authentication import BearerKey
from integrations.intake.api.problems import KINDS, Problem

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
DOCUMENTS = ("openapi-json", "openapi-view")


def for_staff(view: View) -> View:
    """The documents of the API itself: for the ISV's staff, nothing to a stranger."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


api = NinjaAPI(
    title="Orders into Visma.net",
    version="1",
    description="Submit an order once; it is in the ERP once, or somebody is told why not.",
    urls_namespace="intake:api",
    docs=Swagger({"defaultModelsExpandDepth": 0}),
    docs_decorator=for_staff,
)
for router in (operations.router, control.router, bulk.router, sending_modes.router):
    api.add_router("", router, auth=BearerKey())


@api.api_operation(["GET", "HEAD"], "/problems/{code}", response=shapes.ProblemKind, auth=None)
def show_problem(request: HttpRequest, code: str) -> dict[str, Any]:
    """What a problem's code means. ``type`` of every problem document leads here."""
    if code not in KINDS:
        raise Problem("not-found")
    kind = KINDS[code]
    return {"code": code, "title": kind.title, "status": int(kind.status), "remedy": kind.remedy}


@api.exception_handler(Problem)
def _answer_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problems.answer(request, problem)


@api.exception_handler(ValidationError)
def _answer_query(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"parameter": str(found["loc"][-1]), "code": found["type"], "detail": found["msg"]}
        for found in error.errors
    ]
    return problems.answer(request, Problem("query-refused", errors=errors))


@api.exception_handler(Http404)
@api.exception_handler(HttpError)
def _answer_nothing_here(request: HttpRequest, error: Exception) -> HttpResponse:
    return problems.answer(request, Problem("not-found"))


@api.exception_handler(Exception)
def _answer_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    route = request.resolver_match.route if request.resolver_match else ""
    logger.error("The API failed at %s", route, exc_info=error)
    return problems.answer(request, Problem("fault-of-ours"))


def _open_to_machines(view: View) -> View:
    """No session is asked for, no CSRF token either: the key in the header decides."""

    @functools.wraps(view)
    def machine(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            refusal = problems.answer(request, Problem("method-not-allowed"))
            refusal["Allow"] = response["Allow"]
            return refusal
        return response

    machine.login_required = False  # type: ignore[attr-defined]  # LoginRequiredMiddleware reads it
    return csrf_exempt(machine)


def _show_nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problems.answer(request, Problem("not-found"))


def urlpatterns() -> list[URLPattern | URLResolver]:
    """The patterns below ``api/v1/``."""
    patterns = list(api.urls[0])
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name not in DOCUMENTS:
            pattern.callback = _open_to_machines(pattern.callback)
    nothing = _open_to_machines(_show_nothing)
    return [path("", nothing), *patterns, path("<path:rest>", nothing)]
