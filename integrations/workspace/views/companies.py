"""A tenant's companies: all of them, one of them, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections.models import Connection, Integration
from integrations.connections.services import (
    confirmation,
    disconnection,
    doctor,
    invitations,
    refresh_terms,
)
from integrations.connections.services.findings import Finding, explain
from integrations.connections.services.wording import rights_of
from integrations.connections.views import outcomes
from integrations.deliveries import tasks
from integrations.deliveries.services import shadow
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.models import Tenant, User
from integrations.workspace.forms import ConnectForm, DefaultsForm
from integrations.workspace.services import companies, headings, overview, pause_words
from integrations.workspace.views.place import page

State = Connection.State


@require_safe
def show_list(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    rows = overview.rows_of(tenant, now=timezone.now())
    if not rows:
        return redirect("workspace:overview", tenant.slug)
    return page(
        request,
        tenant,
        "workspace/companies.html",
        {
            "rows": rows,
            "coming": overview.coming(tenant, now=timezone.now()),
            "heading": headings.of_companies(rows),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: SignedInRequest, slug: str) -> HttpResponse:
    """Begin a consent here and now: a link for this browser, used at once."""
    tenant = tenant_acted_for_by(request.user, slug)
    offered = Integration.objects.select_related("application")
    if request.method == "POST":
        form = ConnectForm(request.POST)
        if not form.is_valid():
            raise Http404
        chosen = get_object_or_404(offered, slug=form.cleaned_data["integration"])
        return _to_consent(request, tenant, chosen)
    return page(request, tenant, "workspace/connect.html", {"integrations": list(offered)})


@require_safe
def show(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    connection = connection_of(tenant, pk)
    return _page(request, tenant, connection, DefaultsForm(instance=connection))


@require_POST
def set_defaults(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    form = DefaultsForm(request.POST, instance=connection_of(tenant, pk))
    if not form.is_valid():
        return _page(
            request, tenant, connection_of(tenant, pk), form, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    now = timezone.now()
    companies.set_defaults(form.instance, form.cleaned_data, by=request.user, now=now)
    messages.success(request, _("Kept. Orders that come in from now on get these."))
    return redirect("workspace:connection", tenant.slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Asks once, says what happens and what doesn't."""
    tenant = tenant_acted_for_by(request.user, slug)
    connection = connection_of(tenant, pk)
    if request.method == "POST":
        disconnection.disconnect(connection, by=request.user, now=timezone.now())
        messages.success(request, _("Disconnected. No more orders go out."))
        return redirect("workspace:connection", tenant.slug, pk)
    row = overview.row_of(connection, now=timezone.now())
    context = {"tenant": tenant, "connection": connection, "row": row}
    return render(request, "workspace/disconnect.html", context)


@require_POST
def reconnect(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    connection = connection_of(tenant, pk)
    return _to_consent(request, tenant, connection.integration, renews=connection)


def _pause(connection: Connection, by: User) -> str:
    companies.pause(connection, by=by, now=timezone.now())
    return _("Paused. Orders are taken in and wait.")


def _resume(connection: Connection, by: User) -> str:
    companies.resume(connection, by=by, now=timezone.now())
    return _("Orders go out again.")


def _confirm(connection: Connection, by: User) -> str:
    confirmation.confirm(connection, by=by, now=timezone.now())
    return _("Noted. Orders go out to %(company)s.") % {"company": connection.company}


def _check(connection: Connection, by: User) -> str:
    report = doctor.examine(connection, now=timezone.now())
    if report.well:
        return _("We read in %(company)s just now: it works.") % {"company": connection.company}
    if not report.finding:
        return _("We could not look just now. We look again by ourselves.")
    if report.finding == Finding.THROTTLED and report.until is not None:
        until = date_format(localtime(report.until), "H:i")
        return _("Visma asks us to wait until %(until)s. We look by ourselves then.") % {
            "until": until
        }
    company = connection.company
    return explain(report.finding, tenant=company.tenant.name, company=str(company)).what


def _shadow(connection: Connection, by: User) -> str:
    shadow.switch_on(connection, by=by, now=timezone.now())
    return _("Shadow mode is on. Nothing is sent.")


def _end_shadow(connection: Connection, by: User) -> str:
    shadow.switch_off(connection, by=by, now=timezone.now())
    return _("Shadow mode ends. What waits is looked up once more, then sent.")


ACTS: dict[str, Callable[[Connection, User], str]] = {
    "pause": _pause,
    "resume": _resume,
    "confirm": _confirm,
    "check": _check,
    "shadow": _shadow,
    "end-shadow": _end_shadow,
}


@require_POST
def act(request: SignedInRequest, slug: str, pk: int, deed: str) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    connection = connection_of(tenant, pk)
    if deed not in ACTS:
        raise Http404
    try:
        messages.info(request, ACTS[deed](connection, request.user))
    except confirmation.NotAllowed:
        messages.warning(
            request, _("Only the portal’s staff can say whose company this is. Write to them.")
        )
    tasks.ring()
    return redirect("workspace:connection", tenant.slug, pk)


def connection_of(tenant: Tenant, pk: int) -> Connection:
    """The tenant's connection; another's is 404."""
    rows = Connection.objects.for_tenant(tenant).select_related(
        "company__tenant", "integration__application", "grant__application", "standby"
    )
    return get_object_or_404(rows, pk=pk)


def _page(
    request: SignedInRequest,
    tenant: Tenant,
    connection: Connection,
    form: DefaultsForm,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    now = timezone.now()
    row = overview.row_of(connection, now=now)
    grant, report = connection.grant, doctor.report_of(connection)
    return page(
        request,
        tenant,
        "workspace/company.html",
        {
            "row": row,
            "clears_at": overview.clears_at(connection, now=now) if row.waiting else None,
            "connection": connection,
            "company": connection.company,
            "integration": connection.integration,
            "heading": headings.of_company(row),
            "standing": [pause_words.seen(row.pause)] if row.pause else [],
            "form": form,
            "rights": rights_of(grant.scopes.split()) if grant else [],
            "checks": outcomes.rows(report.checks, brief=True),
            "looks_again_at": report.until,
            "ends_at": refresh_terms.foretold_end(grant, now=timezone.now()),
            "shadow": told if (told := shadow.shadow_of(connection)).is_on else None,
            "may_confirm": confirmation.may_confirm(connection, request.user),
        },
        status=status,
    )


def _to_consent(
    request: SignedInRequest,
    tenant: Tenant,
    integration: Integration,
    *,
    renews: Connection | None = None,
) -> HttpResponse:
    _invitation, token = invitations.make(
        tenant,
        integration,
        email=request.user.email,
        language=get_language() or "",
        by=request.user,
        reconnects=renews,
        now=timezone.now(),
    )
    return redirect("connections:open-invitation", token)
