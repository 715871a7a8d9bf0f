"""Kind ``service``: the App Store's steps, and the tenant id that is pasted here."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from integrations.connections.forms import TenantIdForm
from integrations.connections.models import Invitation
from integrations.connections.services import doctor, service_approval, wording
from integrations.connections.services.findings import Explanation, explain
from integrations.connections.services.invitations import NotOpen
from integrations.connections.views import passing_on, steps
from integrations.connections.views.visits import SeeOther, public, visit_of
from integrations.tenants.access import address_of
from integrations.tenants.models import User


@public("POST")
def paste_tenant_id(request: HttpRequest) -> HttpResponse:
    """Check a pasted id at once; the page that follows says what Visma answered."""
    try:
        invitation = visit_of(request).invitation()
        form = TenantIdForm(request.POST, tenant=invitation.tenant.name)
        if not form.is_valid():
            return show_approval(request, invitation, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        service_approval.paste(
            invitation,
            form.cleaned_data["visma_tenant_id"],
            language=get_language() or "",
            address=address_of(request),
            by=request.user if isinstance(request.user, User) else None,
            now=timezone.now(),
        )
    except NotOpen:
        pass
    return SeeOther(reverse("connections:start"))


@public("POST")
def look_for_approval(request: HttpRequest) -> HttpResponse:
    """The press “Look now”."""
    try:
        invitation = visit_of(request).invitation()
    except NotOpen:
        return SeeOther(reverse("connections:start"))
    if invitation.connection is not None:
        doctor.examine(invitation.connection, now=timezone.now())
    elif invitation.pasted_tenant_id is not None:
        service_approval.look(invitation, now=timezone.now())
    return SeeOther(reverse("connections:start"))


def show_approval(
    request: HttpRequest,
    invitation: Invitation,
    form: TenantIdForm | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    pasted = invitation.pasted_tenant_id
    told, looks_again = _told(invitation), _looks_again(invitation)
    return render(
        request,
        "connections/approval.html",
        {
            "invitation": invitation,
            "integration": invitation.integration,
            "tenant": invitation.tenant,
            "code": invitation.integration.application.invitation_code,
            "app_store": settings.VISMA_APP_STORE_URL,
            "rights": wording.rights_of(invitation.integration.scopes.split()),
            "nothing_else": wording.nothing_else(invitation.integration.scopes.split()),
            "told": told,
            "looks_again": looks_again,
            "form": form
            or TenantIdForm(
                initial={"visma_tenant_id": str(pasted or "")}, tenant=invitation.tenant.name
            ),
            **passing_on.shown(invitation, visit_of(request)),
            **steps.frame(
                invitation,
                steps.CHECK if told else steps.SIGN_IN,
                stopped=told is not None and not looks_again,
            ),
        },
        status=status,
    )


def _told(invitation: Invitation) -> Explanation | None:
    """What stands in the way, once an id was pasted."""
    connection = invitation.connection
    code = (connection.problem if connection is not None else "") or invitation.last_outcome
    if not code:
        return None
    company = str(connection.company) if connection is not None else ""
    if not company and invitation.reconnects is not None:
        company = str(invitation.reconnects.company)
    return explain(code, tenant=invitation.tenant.name, company=company)


def _looks_again(invitation: Invitation) -> bool:
    connection = invitation.connection
    return invitation.look_again_at is not None or bool(
        connection is not None and connection.look_again_at is not None
    )
