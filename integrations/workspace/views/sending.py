"""What of a tenant's sending is held back, by whom and why; holding it back and letting it go."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from integrations.connections.models import Integration
from integrations.deliveries import tasks
from integrations.deliveries.services import pauses, pausing, reaches
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.reaches import Reach
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.models import Tenant
from integrations.workspace.forms import PauseForm
from integrations.workspace.services import pause_words
from integrations.workspace.views.place import page


@require_safe
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    return _page(request, tenant, PauseForm())


@require_POST
def act(request: SignedInRequest, slug: str, deed: str) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    form = PauseForm(request.POST)
    if deed not in ("pause", "resume"):
        raise Http404
    if not form.is_valid():
        return _page(request, tenant, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    reach = _reach(tenant, form.cleaned_data["integration"])
    now = database_now()
    if deed == "pause":
        pausing.pause(reach, by=request.user, why=form.cleaned_data["why"], now=now)
        messages.info(request, _("Paused. Orders are taken in and wait."))
    else:
        pausing.resume(reach, by=request.user, now=now)
        left = any(row.integration_id is None for row in pauses.over_tenant(tenant))
        messages.info(
            request, _("Something else still holds orders back.") if left
            else _("Orders go out again."),
        )  # fmt: skip
        tasks.ring()
    return redirect("workspace:sending", tenant.slug)


def _reach(tenant: Tenant, slug: str) -> Reach:
    if not slug:
        return reaches.of_tenant(tenant)
    return reaches.of_integration(get_object_or_404(_integrations(tenant), slug=slug), tenant)


def _integrations(tenant: Tenant) -> QuerySet[Integration]:
    return Integration.objects.filter(connections__company__tenant=tenant).distinct()


def _page(
    request: SignedInRequest, tenant: Tenant, form: PauseForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    standing = [pause_words.seen(row) for row in pauses.over_tenant(tenant)]
    ours = {row.pause.integration_id for row in standing if row.ours}
    return page(
        request,
        tenant,
        "workspace/sending.html",
        {
            "standing": standing,
            "companies": pauses.of_companies(tenant),
            "form": form,
            "may_pause_all": None not in ours,
            "integrations": [row for row in _integrations(tenant) if row.pk not in ours],
        },
        status=status,
    )
