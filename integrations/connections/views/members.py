"""Links to connect a company: made and taken back by members and staff."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from integrations.connections.forms import InvitationForm
from integrations.connections.services import (
    addresses,
    invitations,
)
from integrations.connections.views.visits import SeeOther
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a link; it is shown this once."""
    tenant = tenant_acted_for_by(request.user, slug)
    form = InvitationForm(
        request.POST if request.method == "POST" else None,
        by_staff=request.user.is_staff,
        initial={"language": tenant.language},
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "connections/invite.html", {"tenant": tenant, "form": form})
    given = form.cleaned_data
    invitation, token = invitations.make(
        tenant,
        given["integration"],
        email=given["email"],
        language=given["language"],
        by=request.user,
        expected_visma_tenant_id=given.get("expected_visma_tenant_id"),
        now=timezone.now(),
    )
    if given["mail"]:
        invitations.mail(invitation, token)
    return render(
        request,
        "connections/invited.html",
        {
            "tenant": tenant,
            "invitation": invitation,
            "link": addresses.invitation_link(token),
            "mailed": given["mail"],
        },
    )


@require_POST
def withdraw(request: SignedInRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Take a link back that was not used."""
    tenant = tenant_acted_for_by(request.user, slug)
    invitation = get_object_or_404(tenant.invitations, pk=invitation_id)
    invitations.withdraw(invitation, by=request.user, now=timezone.now())
    return SeeOther(reverse("workspace:connections", args=[tenant.slug]))
