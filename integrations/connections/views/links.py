"""The link, the page it leads to, and the press that goes to Visma."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from integrations.connections.forms import SignInForm
from integrations.connections.models import Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    consent,
    invitations,
    scopes,
    stops,
    visma_clients,
    visma_users,
    wording,
)
from integrations.connections.services.findings import Finding, explain, finding_of
from integrations.connections.services.invitations import NotOpen
from integrations.connections.services.visma_users import Stake
from integrations.connections.views import approvals, passing_on, steps
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
from integrations.tenants.models import User

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
    visit, by = visit_of(request), request.user if isinstance(request.user, User) else None
    try:
        invitation = visit.invitation()
        form = SignInForm(request.POST)
        if not form.is_valid():
            return _show_landing(request, invitation, visit, form)
        declared_user = form.cleaned_data["declared_user"]
        stake = visma_users.at_stake(invitation, declared_user)
        if stake:
            if not request.POST.get("agreed") or not visma_users.may_go_on(stake, by):
                return _show_stake(request, invitation, stake, declared_user)
            visma_users.agree(invitation, stake, declared_user, by=by, now=timezone.now())
        address = consent.begin(
            invitation,
            browser=visit.browser,
            language=get_language() or "",
            address=address_of(request),
            prompt="login" if request.POST.get("as") == "another" else "",
            declared_user=declared_user,
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
        stops.note(
            visit.invitation(),
            finding,
            error_id=request.POST.get("error_id", ""),
            browser=visit.browser,
            now=timezone.now(),
        )
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


def _show_stake(
    request: HttpRequest, invitation: Invitation, stake: Stake, declared_user: str
) -> HttpResponse:
    """What the sign-in would end, before it does."""
    by = request.user if isinstance(request.user, User) else None
    return render(
        request,
        "connections/ends_access.html",
        {
            "invitation": invitation,
            "stake": stake,
            "declared_user": declared_user,
            "may_go_on": visma_users.may_go_on(stake, by),
            "as": request.POST.get("as", ""),
            "focus_heading": True,
            **steps.frame(invitation, steps.INVITATION, stopped=True),
        },
    )


def _show_landing(
    request: HttpRequest, invitation: Invitation, visit: Visit, form: SignInForm | None = None
) -> HttpResponse:
    renewed = invitation.reconnects
    known = renewed.grant.visma_user_email if renewed is not None and renewed.grant else ""
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
            "nothing_else": wording.nothing_else(asked),
            "lost": stops.is_lost(invitation, browser=visit.browser, now=timezone.now()),
            "before": _before(invitation),
            "unfinished": consent.unfinished(invitation, browser=visit.browser, now=timezone.now()),
            "visma_user": visma_users.user_to_use(invitation),
            "over_vni": invitation.integration.application.kind == Kind.VNI,
            "form": form or SignInForm(initial={"declared_user": known}),
            **passing_on.shown(invitation, visit),
            **steps.frame(invitation, steps.INVITATION),
        },
        status=HTTPStatus.OK if form is None else HTTPStatus.UNPROCESSABLE_ENTITY,
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
    if closed.finding is Finding.LINK_LOCKED and invitation:
        return passing_on.show_code(request, invitation)
    if closed.finding is Finding.LINK_USED and invitation and invitation.connection:
        return show_connections(request, invitation, [invitation.connection])
    return show_stop(request, closed.finding, invitation, at=steps.INVITATION)
