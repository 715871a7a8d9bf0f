"""Many companies of one tenant and integration: given, worked through, gone on with."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from integrations.connections import tasks
from integrations.connections.models import Integration, ListedCompany
from integrations.connections.models.applications import Kind
from integrations.connections.services import company_rows, listed, many_companies
from integrations.connections.services.company_rows import GivenCompany
from integrations.connections.services.many_companies import MOST_ROWS
from integrations.intake.services.rows import Unreadable
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.models import Tenant
from integrations.workspace.forms import ListedIdForm, ManyForm
from integrations.workspace.services import company_files
from integrations.workspace.views.place import page


@require_safe
def show(request: SignedInRequest, slug: str, offer: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    return _page(request, tenant, _integration(offer))


@require_POST
def add(request: SignedInRequest, slug: str, offer: str) -> HttpResponse:
    """Take pasted rows and the rows of a file; faulty ones are listed with their fault."""
    tenant, integration = tenant_acted_for_by(request.user, slug), _integration(offer)
    form = ManyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, tenant, integration, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        rows = many_companies.add(
            tenant, integration, _given(form, integration), by=request.user, now=timezone.now()
        )
    except many_companies.TooMany:
        form.add_error(
            "text",
            _("A list has up to %(number)s rows. Give them in parts.") % {"number": MOST_ROWS},
        )
    except Unreadable as unreadable:
        form.add_error("file", str(unreadable))
    else:
        _ring(integration)
        text = ngettext("One row is on the list.", "%(n)s rows are on the list.", len(rows))
        messages.success(request, text % {"n": len(rows)})
        return redirect("workspace:many", tenant.slug, integration.slug)
    return _page(request, tenant, integration, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def look_again(request: SignedInRequest, slug: str, offer: str) -> HttpResponse:
    """Look at all rows that could not be connected, now."""
    tenant, integration = tenant_acted_for_by(request.user, slug), _integration(offer)
    number = many_companies.look_again(tenant, integration, now=timezone.now())
    _ring(integration)
    text = ngettext("We look at one row again.", "We look at %(n)s rows again.", number)
    messages.success(request, text % {"n": number})
    return redirect("workspace:many", tenant.slug, integration.slug)


@require_POST
def correct(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Another tenant id for one row."""
    tenant = tenant_acted_for_by(request.user, slug)
    row, form = _row(tenant, pk), ListedIdForm(request.POST)
    if form.is_valid():
        row = many_companies.correct(
            row, form.cleaned_data["given_id"], by=request.user, now=timezone.now()
        )
        _ring(row.integration)
    else:
        messages.warning(request, _("Paste a tenant id into the row first."))
    return _back(row)


@require_POST
def take_out(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    row = _row(tenant, pk)
    many_companies.take_out(row, by=request.user, now=timezone.now())
    messages.success(request, _("Row %(row)s is off the list.") % {"row": row.position})
    return _back(row)


@require_POST
def invite(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Mail whoever signs in for this row a link of its own."""
    tenant = tenant_acted_for_by(request.user, slug)
    row = _row(tenant, pk)
    language = tenant.language
    if many_companies.invite(row, by=request.user, language=language, now=timezone.now()):
        messages.success(request, _("A link is on its way to %(email)s.") % {"email": row.email})
    else:
        messages.warning(request, _("This row has no address, or is connected already."))
    return _back(row)


@require_POST
def invite_all(request: SignedInRequest, slug: str, offer: str) -> HttpResponse:
    """Mail a link for every row with an address that got none yet."""
    tenant, integration = tenant_acted_for_by(request.user, slug), _integration(offer)
    rows = listed.rows_of(tenant, integration).filter(invitation=None, fault="", connection=None)
    now, sent = timezone.now(), 0
    for row in rows.exclude(email="").select_related("tenant", "integration__application"):
        sent += many_companies.invite(row, by=request.user, language=tenant.language, now=now)
    text = ngettext("One link is on its way.", "%(n)s links are on their way.", sent)
    messages.success(request, text % {"n": sent})
    return redirect("workspace:many", tenant.slug, integration.slug)


@require_POST
def begin(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    """Sign in at Visma for this row, in this browser."""
    tenant = tenant_acted_for_by(request.user, slug)
    row = _row(tenant, pk)
    if row.fault or row.connection_id is not None:
        messages.warning(request, _("This row can’t be connected as it stands."))
        return _back(row)
    token = many_companies.begin_here(
        row, by=request.user, language=get_language() or tenant.language, now=timezone.now()
    )
    return redirect("connections:open-invitation", token)


def _given(form: ManyForm, integration: Integration) -> list[GivenCompany]:
    ids_only = integration.application.kind == Kind.SERVICE
    given = company_rows.from_text(form.cleaned_data["text"], ids_only=ids_only)
    if form.cleaned_data["file"]:
        given += company_files.read(form.cleaned_data["file"], ids_only=ids_only)
    return given


def _ring(integration: Integration) -> None:
    if integration.application.kind == Kind.SERVICE:
        tasks.ring_for_lists()


def _page(
    request: SignedInRequest,
    tenant: Tenant,
    integration: Integration,
    form: ManyForm | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    found = listed.page(tenant, integration, request.GET.dict(), now=timezone.now())
    return page(
        request,
        tenant,
        "workspace/many.html",
        {
            "integration": integration,
            "is_service": integration.application.kind == Kind.SERVICE,
            "page": found,
            "progress": found.progress,
            "form": form or ManyForm(),
        },
        status=status,
    )


def _integration(offer: str) -> Integration:
    return get_object_or_404(Integration.objects.select_related("application"), slug=offer)


def _row(tenant: Tenant, pk: UUID) -> ListedCompany:
    rows = ListedCompany.objects.filter(tenant=tenant)
    return get_object_or_404(
        rows.select_related("tenant", "integration__application", "invitation__tenant"), pk=pk
    )


def _back(row: ListedCompany) -> HttpResponse:
    return redirect("workspace:many", row.tenant.slug, row.integration.slug)
