"""What members and staff do with a tenant's connections."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from integrations.connections.forms import InvitationForm
from integrations.connections.models import Connection
from integrations.connections.services import (
    addresses,
    confirmation,
    disconnection,
    doctor,
    invitations,
)
from integrations.connections.services.findings import explain
from integrations.connections.views.outcomes import rows
from integrations.connections.views.visits import SeeOther, remember, visit_of
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.services import may_act


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


@require_GET
def show(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """One connection: what the doctor found, and what can be pressed."""
    connection = _connection(request, slug, pk)
    report = doctor.report_of(connection)
    tenant = connection.company.tenant
    told = None
    if report.finding:
        told = explain(report.finding, tenant=tenant.name, company=str(connection.company))
    return render(
        request,
        "connections/connection.html",
        {
            "tenant": tenant,
            "connection": connection,
            "told": told,
            "report": report,
            "checks": rows(report.checks, connection, how=told.how if told else ""),
            "may_act": may_act(request.user, tenant),
            "may_confirm": confirmation.may_confirm(connection, request.user),
        },
    )


@require_POST
def confirm(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """“Yes, orders may go to this company.”"""
    connection = _connection(request, slug, pk)
    try:
        confirmation.confirm(connection, by=request.user, now=timezone.now())
    except confirmation.NotAllowed as refused:
        raise PermissionDenied from refused
    return _back(connection)


@require_POST
def check(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """“Look now.”"""
    connection = _acted_on(request, slug, pk)
    doctor.examine(connection, now=timezone.now())
    return _back(connection)


@require_POST
def reconnect(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Renew the consent, here and now: a link for this browser."""
    connection = _acted_on(request, slug, pk)
    _, token = invitations.make(
        connection.company.tenant,
        connection.integration,
        email=request.user.email,
        language=get_language() or "",
        by=request.user,
        reconnects=connection,
        now=timezone.now(),
    )
    response = SeeOther(reverse("connections:start"))
    remember(response, token, visit_of(request).browser)
    return response


@require_POST
def disconnect(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """End it here and at Visma; orders that wait go on waiting."""
    connection = _acted_on(request, slug, pk)
    disconnection.disconnect(connection, by=request.user, now=timezone.now())
    return _back(connection)


def _connection(request: SignedInRequest, slug: str, pk: int) -> Connection:
    tenant = tenant_seen_by(request.user, slug)
    rows = Connection.objects.for_tenant(tenant).select_related(
        "company__tenant", "integration__application", "grant__application"
    )
    return get_object_or_404(rows, pk=pk)


def _acted_on(request: SignedInRequest, slug: str, pk: int) -> Connection:
    tenant_acted_for_by(request.user, slug)
    return _connection(request, slug, pk)


def _back(connection: Connection) -> HttpResponse:
    slug = connection.company.tenant.slug
    return SeeOther(reverse("connections:show", args=[slug, connection.pk]))
