"""Links to connect a company: made, looked at, made anew and taken back by members and staff."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections.forms import InvitationForm
from integrations.connections.models import Invitation
from integrations.connections.services import (
    addresses,
    delegation,
    invitation_list,
    invitation_states,
    invitations,
    second_channel,
)
from integrations.connections.services.findings import explain
from integrations.connections.services.invitations import NotOpen
from integrations.connections.views.visits import SeeOther
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.models import Tenant
from integrations.tenants.services import may_act


@require_safe
def show_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """The tenant's links, newest first, each with how far it has come."""
    tenant = tenant_seen_by(request.user, slug)
    page = invitation_list.page(
        request.GET.dict(), rows=invitation_list.shown_of(tenant), now=timezone.now()
    )
    context = {"page": page, "may_act": may_act(request.user, tenant)}
    return render(request, "connections/invitations.html", {"tenant": tenant, **context})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a link; it is shown this once, and so is its code."""
    tenant = tenant_acted_for_by(request.user, slug)
    form = InvitationForm(
        request.POST if request.method == "POST" else None,
        by_staff=request.user.is_staff,
        initial={"language": tenant.language},
    )
    if request.method != "POST" or not form.is_valid():
        context = {"tenant": tenant, "form": form}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "connections/invite.html", context, status=status)
    given = form.cleaned_data
    code = second_channel.new_code() if given["with_code"] else ""
    with transaction.atomic():
        invitation, token = invitations.make(
            tenant,
            given["integration"],
            email=given["email"],
            language=given["language"],
            by=request.user,
            life=form.life(),
            expected_visma_tenant_id=given.get("expected_visma_tenant_id"),
            code=code,
            now=timezone.now(),
        )
        if given["mail"]:
            invitations.mail(invitation, token)
    return _show_link(request, invitation, token, code=code, mailed=given["mail"])


@require_safe
def show(request: SignedInRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """How far one link has come, who is next, and what can be done with it."""
    tenant = tenant_seen_by(request.user, slug)
    return render(request, "connections/invitation.html", _context(request, tenant, invitation_id))


@require_POST
@never_cache
def renew(request: SignedInRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """A new link in the old one's place; mailed, and shown this once."""
    tenant = tenant_acted_for_by(request.user, slug)
    invitation = _invitation(tenant, invitation_id)
    code = second_channel.new_code() if invitation.code_digest else ""
    try:
        with transaction.atomic():
            token = invitations.renew(invitation, code=code, by=request.user, now=timezone.now())
            if invitation.email:
                invitations.mail(invitation, token)
    except NotOpen as closed:
        messages.warning(request, explain(closed.finding, tenant=tenant.name).heading)
        return SeeOther(_page(invitation))
    return _show_link(request, invitation, token, code=code, mailed=bool(invitation.email))


@require_POST
def withdraw(request: SignedInRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Take a link back that was not used."""
    tenant = tenant_acted_for_by(request.user, slug)
    invitation = get_object_or_404(tenant.invitations, pk=invitation_id)
    if invitations.withdraw(invitation, by=request.user, now=timezone.now()):
        messages.success(request, _("Withdrawn. The link leads nowhere any more."))
    else:
        messages.warning(request, _("It was used or withdrawn already."))
    return SeeOther(_page(invitation))


@require_POST
def end_link(
    request: SignedInRequest, slug: str, invitation_id: UUID, link_id: UUID
) -> HttpResponse:
    """Take back a link that the receiver passed on."""
    tenant = tenant_acted_for_by(request.user, slug)
    invitation = get_object_or_404(tenant.invitations, pk=invitation_id)
    if delegation.take_back(invitation, link_id, now=timezone.now()):
        messages.success(request, _("Withdrawn. The link leads nowhere any more."))
    return SeeOther(_page(invitation))


def _context(request: SignedInRequest, tenant: Tenant, invitation_id: UUID) -> dict[str, Any]:
    invitation, now = _invitation(tenant, invitation_id), timezone.now()
    standing = invitation_states.standing(invitation, now=now)
    company = str(invitation.connection.company) if invitation.connection else ""
    told = explain(standing.finding, tenant=tenant.name, company=company)
    return {
        "tenant": tenant,
        "may_act": may_act(request.user, tenant),
        "invitation": invitation,
        "standing": standing,
        "told": told if standing.finding else None,
        "links": list(delegation.living(invitation)),
        "tries": invitation_list.tries_of(invitation),
        "debugger": settings.VISMA_DEVELOPER_PORTAL_URL,
    }


def _show_link(
    request: SignedInRequest, invitation: Invitation, token: str, *, code: str, mailed: bool
) -> HttpResponse:
    return render(
        request,
        "connections/invited.html",
        {
            "tenant": invitation.tenant,
            "invitation": invitation,
            "link": addresses.invitation_link(token),
            "code": second_channel.in_halves(code) if code else "",
            "mailed": mailed,
        },
    )


def _invitation(tenant: Tenant, invitation_id: UUID) -> Invitation:
    rows = invitation_states.with_last_try(Invitation.objects.filter(tenant=tenant))
    return get_object_or_404(rows, pk=invitation_id)


def _page(invitation: Invitation) -> str:
    return reverse("connections:invitation", args=[invitation.tenant.slug, invitation.pk])
