"""The guided way from a sign-in to an approval in the App Store, and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations.connections.models import Connection
from integrations.connections.models.applications import Kind
from integrations.connections.models.connections import ConnectionQuerySet
from integrations.connections.services import consent, scopes, switching, wording
from integrations.connections.services.findings import Finding, explain
from integrations.connections.views.visits import SeeOther, public, visit_of
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by
from integrations.tenants.models import User


@public("POST")
def check_approval(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The press “Check it” of whoever just signed in, on the page of that consent."""
    pending = consent.of_browser(consent_id, browser=visit_of(request).browser)
    if pending is None:
        return SeeOther(reverse("connections:stopped", args=[Finding.OTHER_BROWSER]))
    if pending.connection is not None:
        connection = _known().get(pk=pending.connection.pk)
        _check(request, connection, request.user if isinstance(request.user, User) else None)
    return SeeOther(reverse("connections:consent", args=[pending.pk]))


@require_safe
@never_cache
def show(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    connection = get_object_or_404(_known().for_tenant(tenant), pk=pk)
    if not switching.is_offered(connection) and connection.standby is None:
        raise Http404
    return render(
        request,
        "connections/switch.html",
        {"tenant": tenant, "connection": connection, "company": connection.company}
        | guidance(connection),
    )


@require_POST
def act(request: SignedInRequest, slug: str, pk: int, deed: str) -> HttpResponse:
    """Check the approval, go back to the sign-in, or end the way that stands by."""
    tenant = tenant_acted_for_by(request.user, slug)
    connection = get_object_or_404(_known().for_tenant(tenant), pk=pk)
    if deed not in ACTS:
        raise Http404
    ACTS[deed](request, connection, request.user)
    page = "workspace:connection" if connection.standby is None else "connections:switch"
    return redirect(page, tenant.slug, pk)


def guidance(connection: Connection) -> dict[str, Any]:
    """The invitation code, the steps, what is allowed, and the company's tenant id."""
    integration = connection.integration
    wanted = scopes.needed(integration, Kind.SERVICE)
    return {
        "code": integration.application.invitation_code,
        "app_store": settings.VISMA_APP_STORE_URL,
        "tenant_id": connection.company.visma_tenant_id,
        "rights": wording.rights_of(wanted),
        "nothing_else": wording.nothing_else(wanted),
        "is_offered": switching.is_offered(connection),
        "is_waited_for": switching.is_waited_for(connection),
        "may_go_back": switching.may_go_back(connection),
    }


def _check(request: HttpRequest, connection: Connection, by: User | None) -> None:
    found = switching.to_service(connection, by=by, now=timezone.now())
    if found is None:
        messages.success(request, _("Approved, and proven by a read. Orders go out over it."))
    else:
        _say(request, connection, found)


def _back(request: HttpRequest, connection: Connection, by: User | None) -> None:
    found = switching.back_to_user(connection, by=by, now=timezone.now())
    if found is None:
        messages.success(request, _("A read under the sign-in worked. Orders go out over it."))
    else:
        _say(request, connection, found)


def _let_go(request: HttpRequest, connection: Connection, by: User | None) -> None:
    if switching.let_go(connection, by=by, now=timezone.now()):
        messages.success(request, _("Ended, here and at Visma. The other way goes on."))


def _say(request: HttpRequest, connection: Connection, found: Finding) -> None:
    company = connection.company
    told = explain(found, tenant=company.tenant.name, company=str(company))
    messages.warning(request, f"{told.what} {told.how}")


ACTS = {"check": _check, "back": _back, "let-go": _let_go}


def _known() -> ConnectionQuerySet:
    return Connection.objects.select_related(
        "company__tenant", "integration__application", "grant", "standby"
    )
