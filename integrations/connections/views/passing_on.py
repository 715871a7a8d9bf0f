"""What a link's reader does with the link itself: gives its code, passes it on, takes it back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from integrations.connections.forms import CodeForm, PassOnForm
from integrations.connections.models import Invitation
from integrations.connections.services import delegation, invitations, second_channel
from integrations.connections.services.findings import Finding
from integrations.connections.services.invitations import NotOpen
from integrations.connections.views import steps
from integrations.connections.views.visits import (
    SeeOther,
    Visit,
    public,
    remember_code,
    visit_of,
)


def show_code(
    request: HttpRequest, invitation: Invitation, form: CodeForm | None = None
) -> HttpResponse:
    """The link asks for the code that was told by another way."""
    return render(
        request,
        "connections/code.html",
        {
            "form": form or CodeForm(),
            "tries_left": second_channel.tries_left(invitation),
            "focus_heading": True,
            **steps.frame(invitation, steps.INVITATION),
        },
        status=HTTPStatus.OK if form is None else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


@sensitive_post_parameters()
@public("POST")
def give_code(request: HttpRequest) -> HttpResponse:
    """Compare the code; the right one opens the link in this browser."""
    visit = visit_of(request)
    try:
        visit.invitation()
    except NotOpen as closed:
        if closed.finding is Finding.LINK_LOCKED and closed.invitation is not None:
            return _try_code(request, closed.invitation, visit)
    return SeeOther(reverse("connections:start"))


@public("POST")
def pass_on(request: HttpRequest) -> HttpResponse:
    """“Somebody else signs in at Visma”: a link of their own goes to them by mail."""
    visit = visit_of(request)
    try:
        invitation = visit.invitation()
    except NotOpen:
        return SeeOther(reverse("connections:start"))
    form = PassOnForm(request.POST)
    if invitations.is_passed_on(visit.token):
        return SeeOther(reverse("connections:start"))
    if not form.is_valid():
        return show_pass_on(request, invitation, form)
    email = form.cleaned_data["passed_to"]
    try:
        delegation.pass_on(invitation, email, now=timezone.now())
    except NotOpen:
        return SeeOther(reverse("connections:start"))
    except delegation.TooMany:
        form.add_error(
            "passed_to", _("It was passed on five times already. Ask who sent it for a new one.")
        )
        return show_pass_on(request, invitation, form)
    messages.success(request, _("A link of its own is on its way to %(email)s.") % {"email": email})
    return SeeOther(reverse("connections:pass-on-page"))


@public("GET", "HEAD")
def pass_on_page(request: HttpRequest) -> HttpResponse:
    """To whom the link was passed on, and a field for somebody else."""
    visit = visit_of(request)
    try:
        invitation = visit.invitation()
    except NotOpen:
        return SeeOther(reverse("connections:start"))
    if invitations.is_passed_on(visit.token):
        return SeeOther(reverse("connections:start"))
    return show_pass_on(request, invitation)


@public("POST")
def take_back(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """End a link that was passed on; only the receiver of the first one may."""
    visit = visit_of(request)
    try:
        invitation = visit.invitation()
    except NotOpen:
        return SeeOther(reverse("connections:start"))
    if not invitations.is_passed_on(visit.token):
        delegation.take_back(invitation, link_id, now=timezone.now())
    return SeeOther(reverse("connections:pass-on-page"))


def show_pass_on(
    request: HttpRequest, invitation: Invitation, form: PassOnForm | None = None
) -> HttpResponse:
    return render(
        request,
        "connections/pass_on.html",
        {
            "form": form or PassOnForm(),
            "links": list(delegation.living(invitation)),
            "until": invitation.expires_at,
            "with_code": bool(invitation.code_digest),
            "focus_heading": form is None,
            **steps.frame(invitation, steps.INVITATION),
        },
        status=HTTPStatus.OK if form is None else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def shown(invitation: Invitation, visit: Visit) -> dict[str, Any]:
    """What the first page says of passing on: nothing to whom it was passed on."""
    if invitations.is_passed_on(visit.token):
        return {"may_pass_on": False, "passed_on": []}
    return {"may_pass_on": True, "passed_on": list(delegation.living(invitation))}


def _try_code(request: HttpRequest, invitation: Invitation, visit: Visit) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return show_code(request, invitation, form)
    given = form.cleaned_data["code"]
    if second_channel.try_code(invitation, given, now=timezone.now()):
        response = SeeOther(reverse("connections:start"))
        remember_code(response, invitation, visit.browser)
        return response
    if second_channel.is_shut(invitation):
        return SeeOther(reverse("connections:start"))
    form.add_error("code", _("This is not the code."))
    return show_code(request, invitation, form)
