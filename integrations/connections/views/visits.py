"""Who comes: the link's token and the browser's own secret, in one HttpOnly cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache

from integrations.connections.models import Invitation
from integrations.connections.services import invitations, second_channel
from integrations.connections.services.findings import Finding
from integrations.keyring import tokens

View = Callable[..., HttpResponse]
COOKIE = f"{settings.COOKIE_PREFIX}invitation"
CODE_COOKIE = f"{settings.COOKIE_PREFIX}invitation-code"
LIFE = timedelta(days=30)
LONGEST = 100


class SeeOther(HttpResponseRedirect):
    """303: the browser goes on by GET and leaves the address it came to."""

    status_code = 303


@dataclass(frozen=True, slots=True)
class Visit:
    """``token`` names the invitation; ``browser`` tells this browser from any other."""

    token: str = field(repr=False)
    browser: str = field(repr=False)
    # What shows that the link's code was given in this browser.
    code: str = field(repr=False, default="")

    def invitation(self) -> Invitation:
        """The visit's open invitation. Raises invitations.NotOpen, also where its code is due."""
        invitation = invitations.open_by(self.token, now=timezone.now())
        if not second_channel.is_proven(invitation, self.browser, self.code):
            raise invitations.NotOpen(Finding.LINK_LOCKED, invitation)
        return invitation


def visit_of(request: HttpRequest) -> Visit:
    """Read the cookie; both parts are empty where there is none."""
    token, _, browser = request.COOKIES.get(COOKIE, "").partition(".")
    if not browser or max(len(token), len(browser)) > LONGEST:
        return Visit("", "")
    return Visit(token, browser, request.COOKIES.get(CODE_COOKIE, "")[:LONGEST])


def remember(response: HttpResponse, token: str, browser: str = "") -> None:
    """Set the cookie; a browser keeps its own secret when it opens another link."""
    response.set_cookie(
        COOKIE,
        f"{token[:LONGEST]}.{browser or tokens.new_token()}",
        max_age=LIFE,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )


def remember_code(response: HttpResponse, invitation: Invitation, browser: str) -> None:
    """Keep in the browser that the code was given, for as long as the link lives."""
    response.set_cookie(
        CODE_COOKIE,
        second_channel.proof(invitation, browser),
        max_age=LIFE,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )


def public(*methods: str) -> Callable[[View], Any]:
    """A page for people without a log-in: never stored, these methods only."""

    def decorate(view: View) -> View:
        @wraps(view)
        def of_a_method(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                return view(request, *args, **kwargs)
            # Without the request, whose address may hold a secret.
            page = render_to_string("400.html", {"code": HTTPStatus.METHOD_NOT_ALLOWED.value})
            return HttpResponseNotAllowed(methods, page)

        return login_not_required(never_cache(of_a_method))

    return decorate


def without_referrer(response: HttpResponse) -> HttpResponse:
    """For answers under an address that holds a secret. Not for pages with a form: their POST
    would carry ``Origin: null``."""
    response["Referrer-Policy"] = "no-referrer"
    return response
