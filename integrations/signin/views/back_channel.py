"""Where Visma says that somebody has signed out there."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from integrations.connections.services.consent import LARGEST_POST
from integrations.connections.views.visits import public
from integrations.signin.services import endings

FORM = "application/x-www-form-urlencoded"


@csrf_exempt
@public("POST")
def logout(request: HttpRequest) -> HttpResponse:
    """End the sessions a logout token names. Only Visma's signature opens this."""
    try:
        endings.take_logout(_token(request), now=timezone.now())
    except endings.NotTaken as refused:
        if refused.mine:
            return _refused("temporarily_unavailable", HTTPStatus.SERVICE_UNAVAILABLE)
        return _refused("invalid_request", HTTPStatus.BAD_REQUEST)
    return _unstored(HttpResponse())


def _token(request: HttpRequest) -> str:
    """The token of a small form that has it once; empty of any other."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 9 or int(length) > LARGEST_POST:
        return ""
    if request.content_type != FORM:
        return ""
    try:
        tokens = request.POST.getlist("logout_token")
    except (BadRequest, SuspiciousOperation, UnreadablePostError):
        return ""
    return tokens[0] if len(tokens) == 1 else ""


def _refused(error: str, status: HTTPStatus) -> HttpResponse:
    return _unstored(JsonResponse({"error": error}, status=status))


def _unstored(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
