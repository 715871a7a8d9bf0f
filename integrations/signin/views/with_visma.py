"""The press “Sign in with Visma”, and the way back from there."""

from __future__ import annotations

from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from integrations.connections.services.consent import Answered
from integrations.connections.views.visits import SeeOther, public, without_referrer
from integrations.keyring import tokens
from integrations.signin.middleware import SESSION_KEY
from integrations.signin.models import SignInTry, VismaUser
from integrations.signin.services import accounts, configuration, way
from integrations.signin.services.stops import Stop, Stopped, tell
from integrations.signin.services.way import Arrival
from integrations.tenants.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
COOKIE = f"{settings.COOKIE_PREFIX}signin"
# Whose invitation to choose a password this browser is answering.
INVITED_KEY = "visma_invited"
LONGEST_NEXT = 500


@public("POST")
def begin(request: HttpRequest) -> HttpResponse:
    """Send somebody who is not signed in to Visma."""
    return _to_visma(request, next_path=_safe(request, request.POST.get("next", "")))


@public("POST")
def begin_link(request: HttpRequest) -> HttpResponse:
    """Send somebody to Visma whose Visma user is to open his log-in from then on.

    That is who is signed in, or who holds an invitation and has chosen no password yet.
    """
    uidb36 = request.POST.get("invited", "")
    if uidb36 and not request.user.is_authenticated:
        request.session[INVITED_KEY] = uidb36
    user = _here(request)
    if user is None:
        return _stop(Stop.NOT_YOU)
    return _to_visma(request, linking=user)


@public("GET")
def callback(request: HttpRequest) -> HttpResponse:
    """Visma's answer. The address with the code in it is left at once; a HEAD redeems none."""
    now = timezone.now()
    try:
        arrival = way.arrive(
            _taken_query(request), browser=request.COOKIES.get(COOKIE, ""), now=now
        )
        if arrival.attempt.purpose == SignInTry.Purpose.LINK:
            answer = _link(request, arrival)
        else:
            link = accounts.opened_by(arrival, now=now)
            answer = _sign_in(request, link, arrival)
    except Stopped as stopped:
        answer = _stop(stopped.stop)
    answer.delete_cookie(COOKIE, samesite="Lax")
    return without_referrer(answer)


@public("GET", "HEAD")
def stopped(request: HttpRequest, code: str) -> HttpResponse:
    """What happened, who mends it, and how."""
    if code not in set(Stop):
        raise Http404
    told = tell(Stop(code))
    return render(request, "signin/stopped.html", {"told": told}, status=told.status)


def _to_visma(
    request: HttpRequest, *, next_path: str = "", linking: User | None = None
) -> HttpResponse:
    if configuration.application() is None:
        raise Http404
    browser = tokens.new_token()
    try:
        address = way.begin(
            browser=browser,
            language=get_language() or "",
            next_path=next_path,
            linking=linking,
            now=timezone.now(),
        )
    except Stopped as stopped:
        return _stop(stopped.stop)
    answer = SeeOther(address)
    answer.set_cookie(
        COOKIE,
        browser,
        max_age=settings.PENDING_CONSENT_LIFE,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _link(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    here = _here(request)
    link = accounts.link(arrival, to=here, now=timezone.now())
    if not request.user.is_authenticated:
        return _sign_in(request, link, arrival)
    messages.success(request, _("Linked. From now on your Visma user opens this log-in too."))
    return SeeOther(reverse("signin:ways"))


def _sign_in(request: HttpRequest, link: VismaUser, arrival: Arrival) -> HttpResponse:
    """A new session under a new key, tied to the one at Visma."""
    session = accounts.begin_session(link, arrival.sid, now=timezone.now())
    login(request, link.user, backend=BACKEND)
    # login keeps the key of a session that was this person's already.
    request.session.cycle_key()
    request.session[SESSION_KEY] = str(session.pk)
    for name in (INVITED_KEY, INTERNAL_RESET_SESSION_KEY):
        request.session.pop(name, None)
    return SeeOther(
        _safe(request, arrival.attempt.next) or resolve_url(settings.LOGIN_REDIRECT_URL)
    )


def _here(request: HttpRequest) -> User | None:
    """Whose log-in may be linked in this browser now."""
    if isinstance(request.user, User):
        return request.user
    uidb36 = request.session.get(INVITED_KEY, "")
    key = request.session.get(INTERNAL_RESET_SESSION_KEY, "")
    return accounts.invited(uidb36, key) if uidb36 else None


def _safe(request: HttpRequest, address: str) -> str:
    """A path of ours to go on to; empty for any other address."""
    fits = len(address) <= LONGEST_NEXT and address.startswith("/")
    ours = fits and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else ""


def _taken_query(request: HttpRequest) -> Answered:
    """The parameters, taken out of the request, so that nothing that prints it shows a code."""
    try:
        answered = Answered(request.GET.lists())
    except SuspiciousOperation:
        answered = Answered()
    request.GET = QueryDict()
    request.META["QUERY_STRING"] = ""
    for name in {"RAW_URI", "REQUEST_URI"} & request.META.keys():
        request.META[name] = request.path
    return answered


def _stop(stop: Stop) -> HttpResponse:
    return SeeOther(reverse("signin:stopped", args=[stop]))
