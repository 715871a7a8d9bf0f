"""The list of orders, and one order's time line."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from integrations.connections.models import Connection, Integration
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import bulk_acts, clearing, ordering
from integrations.deliveries.services.standing import NEEDS_PERSON, why_held
from integrations.deliveries.services.urgency import WORDS
from integrations.tenants.access import SignedInRequest, tenant_seen_by
from integrations.tenants.models import Tenant
from integrations.workspace.forms import NumberForm, OrdersForm, PriorityForm, as_query
from integrations.workspace.services import (
    durations,
    headings,
    headline,
    lines,
    pause_words,
    timeline,
)
from integrations.workspace.services.orders import FILTERS, OrderBook, Page, Row, order_book
from integrations.workspace.services.overview import needs_you_count
from integrations.workspace.views.place import page

State, Reason = Delivery.State, Delivery.Reason
# Filters of the list that are folded away while none of them is used.
_MORE = ("integration", "reason", "priority", "since", "until")


@require_safe
def show_list(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    form = OrdersForm(request.GET)
    wanted, selection = form.wanted(), form.selection()
    now = timezone.now()
    book = order_book(tenant, selection, now=now)
    sought = selection.text
    if sought:
        found = Page(book.find(sought))
    else:
        found = book.page(wanted["state"] or "", before=wanted["before"], after=wanted["after"])
    any_order = bool(found.rows) or bool(order_book(tenant, now=now).page("").rows)
    needs_you = needs_you_count(tenant)
    return page(
        request,
        tenant,
        "workspace/orders.html",
        {
            "rows": [
                (row, *headline.remark(row.delivery, row.held, now=now)) for row in found.rows
            ],
            "sought": sought,
            "state": wanted["state"] or "",
            "company": wanted["company"],
            "companies": _companies(tenant),
            "wanted": wanted,
            "integrations": _integrations(tenant),
            "priorities": [(word, one.label) for word, one in WORDS.items()],
            "reasons": [choice for choice in Reason.choices if choice[0]],
            "more_filters": any(wanted[name] for name in _MORE),
            "bulk_query": "" if selection.is_everything else _query(**as_query(selection)),
            "acts_run": bulk_acts.any_runs(tenant),
            "chips": _chips(book, wanted),
            "keys": _keys(found, wanted),
            "any_order": any_order,
            "needs_you": needs_you,
            "heading": headings.of_orders(needs_you, any_order=any_order),
        },
    )


@require_safe
def show_order(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    return order_page(request, tenant, delivery_of(tenant, pk))


def order_page(
    request: SignedInRequest,
    tenant: Tenant,
    delivery: Delivery,
    *,
    form: NumberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """One order; ``form`` is a refused decision to show again."""
    now = timezone.now()
    held = why_held(delivery, now=now)
    attempts, looks = timeline.attempts_of(delivery), timeline.looks_of(delivery)
    entries = timeline.entries(delivery, attempts, looks)
    spans = durations.where_time_went(delivery, attempts, now=now)
    return page(
        request,
        tenant,
        "workspace/order.html",
        {
            "delivery": delivery,
            "order": delivery.order,
            "lines": lines.lines_of(delivery.order),
            "connection": delivery.lane.connection,
            "head": headline.headline(delivery, held, now=now),
            "held": held,
            "clears_at": clearing.worth_telling(delivery.lane, held, now=now) if held else None,
            "paused_by": pause_words.who(held.pause) if held and held.pause else "",
            "waits_for": ordering.waits_for(delivery),
            "priority_form": PriorityForm(initial={"priority": delivery.priority}),
            "entries": entries,
            "earlier": entries[1:-5] if len(entries) > 9 else [],
            "whole": durations.in_words((delivery.settled_at or now) - delivery.order.submitted_at),
            "segments": durations.bar_segments(spans),
            "form": form or NumberForm(),
            "moves": delivery.state in (State.PENDING, State.SENDING, State.UNCERTAIN),
            **_may(delivery),
        },
        status=status,
    )


def delivery_of(tenant: Tenant, pk: int) -> Delivery:
    """The tenant's delivery; another's is 404."""
    rows = Delivery.objects.for_tenant(tenant).select_related(
        "order", "lane__connection__company__tenant", "lane__connection__integration",
        "lane__connection__grant",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def _may(delivery: Delivery) -> dict[str, bool]:
    """What its state allows, as ``deliveries.services.decisions`` sees it."""
    decide_first = delivery.reason in (Reason.SEVERAL_FOUND, Reason.DOUBLE_SUSPECTED)
    name_first = decide_first or delivery.reason == Reason.FOUND
    stopped = delivery.state in (State.REJECTED, State.PARKED, State.CANCELLED)
    return {
        "may_cancel": delivery.state in (State.PENDING, *NEEDS_PERSON) and not decide_first,
        "may_wish_cancel": delivery.state in (State.SENDING, State.UNCERTAIN)
        and delivery.cancel_wanted_at is None,
        "may_send": stopped and not name_first,
        "may_pause": delivery.state == State.PENDING and delivery.paused_at is None,
        "may_resume": delivery.paused_at is not None and delivery.state != State.DELIVERED,
        "may_prioritize": delivery.state not in (State.DELIVERED, State.CANCELLED),
        "may_decide": delivery.state == State.PARKED and delivery.reason != Reason.FAULT_OF_OURS,
    }


def _companies(tenant: Tenant) -> list[Connection]:
    rows = Connection.objects.for_tenant(tenant).select_related("company", "integration")
    return list(rows.order_by("company__name", "pk"))


def _integrations(tenant: Tenant) -> list[Integration]:
    rows = Integration.objects.filter(connections__company__tenant=tenant)
    return list(rows.distinct().order_by("name"))


def _chips(book: OrderBook, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    counts = book.counts()
    return [
        {
            "label": _(label),
            "count": counts.get(name),
            "here": not wanted["q"] and name == (wanted["state"] or ""),
            "url": _query(**{key: wanted[key] for key in ("company", *_MORE)}, state=name),
        }
        for name, label in FILTERS.items()
    ]


def _keys(found: Page, wanted: dict[str, Any]) -> dict[str, str]:
    kept = {key: wanted[key] for key in ("company", "state", *_MORE)}
    return {
        "span": _span(found.rows) if found.rows else "",
        "newer_url": _query(**kept, after=found.newer) if found.newer else "",
        "older_url": _query(**kept, before=found.older) if found.older else "",
    }


def _span(rows: list[Row]) -> str:
    first, last = rows[0].delivery.order.submitted_at, rows[-1].delivery.order.submitted_at
    return _("%(first)s to %(last)s · newest first") % {"first": _time(first), "last": _time(last)}


def _time(moment: datetime) -> str:
    local = timezone.localtime(moment)
    today = local.date() == timezone.localdate()
    day = pgettext("this week", "D j M")
    return format_date(local, "H:i:s" if today else f"{day} H:i:s")


def _query(**members: Any) -> str:
    return "?" + urlencode({name: value for name, value in members.items() if value})
