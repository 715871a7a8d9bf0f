"""Sending again or cancelling all that a filter finds: looked at, begun, watched, stopped."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.deliveries import tasks
from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services import bulk_acts
from integrations.deliveries.services.bulk_acts import FindsEverything
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.selecting import restored
from integrations.deliveries.services.standing import holds_of
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.models import Tenant
from integrations.workspace.forms import OrdersForm, as_query
from integrations.workspace.services import act_words, headline
from integrations.workspace.services.orders import Row
from integrations.workspace.views.place import page


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedInRequest, slug: str, deed: str) -> HttpResponse:
    """What it would do, with the press that begins it."""
    tenant = tenant_acted_for_by(request.user, slug)
    if deed not in BulkAct.Deed.values:
        raise Http404
    try:
        if request.method == "POST":
            return _begin(request, tenant, deed)
        return _preview(request, tenant, deed)
    except FindsEverything:
        messages.warning(request, _("Choose some orders first: a state, a company or a day."))
        return redirect("workspace:orders", tenant.slug)


def _preview(request: SignedInRequest, tenant: Tenant, deed: str) -> HttpResponse:
    selection = OrdersForm(request.GET).selection()
    now = timezone.now()
    found = bulk_acts.preview(tenant, deed, selection, now=now)
    return page(
        request,
        tenant,
        "workspace/bulk_preview.html",
        {
            "deed": deed,
            "found": found,
            "most_counted": bulk_acts.MOST_COUNTED,
            "heading": act_words.question(deed, found),
            "chosen_by": act_words.chosen_by(tenant, selection),
            "fields": as_query(selection),
            "rows": _rows(found.sample),
            "left_out": [
                (act_words.left_out(code), number) for code, number in found.left_out.items()
            ],
        },
    )


def _begin(request: SignedInRequest, tenant: Tenant, deed: str) -> HttpResponse:
    selection = OrdersForm(request.POST).selection()
    act, new = bulk_acts.start(tenant, deed, selection, by=request.user, now=database_now())
    if new:
        tasks.act_soon(act)
    else:
        messages.info(request, _("This runs already. Here it is."))
    return redirect("workspace:bulk-act", tenant.slug, act.pk)


@require_safe
def show_list(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    rows = [(act, act_words.heading(act)) for act in bulk_acts.newest(tenant)]
    return page(request, tenant, "workspace/bulk_acts.html", {"rows": rows})


@require_safe
def show(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    act = _act(tenant, pk)
    return page(
        request,
        tenant,
        "workspace/bulk_act.html",
        {
            "act": act,
            "heading": act_words.heading(act),
            "total": max(act.found_count, act.seen_count, 1),
            "chosen_by": act_words.chosen_by(tenant, restored(act.selection)),
            "outcomes": act_words.outcomes(act),
            "left_out": _left_out(tenant, act),
        },
    )


@require_POST
def stop(request: SignedInRequest, slug: str, pk: UUID) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    act = _act(tenant, pk)
    if not bulk_acts.stop(act, by=request.user, now=database_now()):
        messages.info(request, _("It had ended already."))
    return redirect("workspace:bulk-act", tenant.slug, act.pk)


def _act(tenant: Tenant, pk: UUID) -> BulkAct:
    return get_object_or_404(BulkAct.objects.for_tenant(tenant).select_related("by"), pk=pk)


def _left_out(tenant: Tenant, act: BulkAct) -> list[tuple[str, int, list[Delivery]]]:
    keys = [key for some in act.examples.values() for key in some]
    rows = Delivery.objects.for_tenant(tenant).filter(pk__in=keys).select_related("order")
    known = {row.pk: row for row in rows}
    return [
        (
            act_words.left_out(code),
            number,
            [known[key] for key in act.examples.get(code, []) if key in known],
        )
        for code, number in act.left_out.items()
    ]


def _rows(sample: list[Delivery]) -> list[tuple[Any, ...]]:
    """Some of the orders, as the list of orders shows them."""
    now = timezone.now()
    holds = holds_of({row.lane for row in sample}, now=now)
    rows = [Row(row, holds.get(row.lane_id) if row.state == "pending" else None) for row in sample]
    return [(row, *headline.remark(row.delivery, row.held, now=now)) for row in rows]
