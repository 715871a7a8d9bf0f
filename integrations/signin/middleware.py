"""Ends a session here once the one at Visma it began with is over."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from integrations.signin.services import endings

# Where a session keeps the id of its VismaSession.
SESSION_KEY = "visma_session"


def sessions_end_with_vismas(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Stands after the session and the user; without a session's cookie it asks nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            session_id = request.session.get(SESSION_KEY)
            if session_id is not None and not endings.is_living(session_id):
                logout(request)
        return get_response(request)

    return middleware
