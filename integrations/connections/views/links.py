"""The link, the page it leads to, and the press that goes to Visma."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from integrations.connections.models import Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services import consent, invitations, scopes, visma_clients, wording
from integrations.connections.services.findings import Finding, explain, finding_of
from integrations.connections.services.invitations import NotOpen
from integrations.connections.views import approvals, steps
from integrations.connections.views.outcomes import show_connections, show_stop
from integrations.connections.views.visits import (
    SeeOther,
    Visit,
    public,
    remember,
    visit_of,
    without_referrer,
)
from integrations.keyring import ring
from integrations.tenants.access import address_of

# Where a sign-in may have stopped without Visma telling us.
STOPS = {
    "no_company": Finding.NO_COMPANY,
    "error_page": Finding.ERROR_PAGE,
    "denied": Finding.DENIED,
}


@public("GET", "HEAD")
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mail's link leads. Changes nothing: mail scanners come here too."""
    response = SeeOther(reverse("connections:start"))
    remember(response, token, visit_of(request).browser)
    invitation = invitations.find(token)
    if invitation is not None and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            invitation.language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return without_referrer(response)


@public("GET", "HEAD")
def start(request: HttpRequest) -> HttpResponse:
    """Who asks, for what, as which user, and what comes next."""
    visit = visit_of(request)
    try:
        invitation = visit.invitation()
    except NotOpen as closed:
        return _show_closed(request, closed)
    if invitation.integration.application.kind == Kind.SERVICE:
        return approvals.show_approval(request, invitation)
    return _show_landing(request, invitation, visit)


@public("POST")
def begin(request: HttpRequest) -> HttpResponse:
    """The press “Continue to Visma”."""
    visit = visit_of(request)
    try:
        invitation = visit.invitation()
        address = consent.begin(
            invitation,
            browser=visit.browser,
            language=get_language() or "",
            address=address_of(request),
            prompt="login" if request.POST.get("as") == "another" else "",
            now=timezone.now(),
        )
    except NotOpen:
        return redirect("connections:start")
    except (visma_clients.NoSecret, ring.Unreadable):
        return SeeOther(reverse("connections:stopped", args=[Finding.OUR_FAULT]))
    return SeeOther(address)


@public("POST")
def tell_stop(request: HttpRequest) -> HttpResponse:
    """Where a sign-in stopped that never came back, in the person's own words."""
    visit, finding = visit_of(request), STOPS.get(request.POST.get("where", ""))
    if finding is None:
        return SeeOther(reverse("connections:start"))
    try:
        consent.note_stop(visit.invitation(), finding, browser=visit.browser)
    except NotOpen:
        return SeeOther(reverse("connections:start"))
    return SeeOther(reverse("connections:stopped", args=[finding]))


@public("GET", "HEAD")
def stopped(request: HttpRequest, code: str) -> HttpResponse:
    """What happened, who mends it, what to press; for stops that belong to no consent."""
    finding = finding_of(code)
    if finding is None:
        raise Http404
    try:
        invitation = visit_of(request).invitation()
    except NotOpen:
        invitation = None
    return show_stop(request, finding, invitation, at=steps.SIGN_IN)


@public("POST")
def new_link(request: HttpRequest) -> HttpResponse:
    """Mail a new link for one that ended, to the address it was made for."""
    invitation = invitations.find(visit_of(request).token)
    sent = invitation is not None and invitations.mail_new_link(invitation, now=timezone.now())
    return render(
        request,
        "connections/new_link.html",
        {"sent": sent, "focus_heading": True, **steps.frame(invitation, steps.INVITATION)},
    )


def _show_landing(request: HttpRequest, invitation: Invitation, visit: Visit) -> HttpResponse:
    asked = scopes.asked(invitation)
    return render(
        request,
        "connections/landing.html",
        {
            "invitation": invitation,
            "integration": invitation.integration,
            "tenant": invitation.tenant,
            "headline": wording.headline(invitation.integration),
            "rights": wording.rights_of(asked),
            "nothing_else": wording.nothing_else(),
            "lost": consent.never_came_back(invitation, browser=visit.browser),
            "before": _before(invitation),
            **steps.frame(invitation, steps.INVITATION),
        },
    )


def _before(invitation: Invitation) -> object:
    """What stopped the last try, in words."""
    connection = invitation.connection
    code = (connection.problem if connection is not None else "") or invitation.last_outcome
    if not code:
        return None
    return explain(
        code, tenant=invitation.tenant.name, company=str(connection.company) if connection else ""
    )


def _show_closed(request: HttpRequest, closed: NotOpen) -> HttpResponse:
    invitation = closed.invitation
    if closed.finding is Finding.LINK_USED and invitation and invitation.connection:
        return show_connections(request, invitation, [invitation.connection])
    return show_stop(request, closed.finding, invitation, at=steps.INVITATION)
