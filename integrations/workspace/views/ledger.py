"""A tenant's consent ledger: who allowed what, to read, to print, and to take away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations.audit.models import AuditEvent
from integrations.audit.services import verification
from integrations.connections.models import Connection
from integrations.connections.services import ledger_reading
from integrations.connections.services.ledger_reading import FILTERS, Entry, Page
from integrations.tenants.access import SignedInRequest, tenant_seen_by
from integrations.tenants.models import Tenant
from integrations.tenants.services import may_act
from integrations.workspace.forms import LedgerForm
from integrations.workspace.services import headings
from integrations.workspace.views.place import page


@require_safe
@never_cache
def show_list(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_seen_by(request.user, slug)
    wanted = LedgerForm(request.GET).wanted()
    rows = _found(tenant, wanted)
    some = bool(rows.rows) or AuditEvent.objects.of_ledger().filter(tenant=tenant).exists()
    return page(
        request,
        tenant,
        "workspace/ledger.html",
        {
            "rows": rows.rows,
            "some": some,
            "wanted": wanted,
            "companies": list(Connection.objects.for_tenant(tenant).select_related("company")),
            "chips": [
                {"label": _(label), "here": name == (wanted["state"] or ""),
                 "url": _query(wanted, state=name)}
                for name, (label, _verbs) in FILTERS.items()
            ],
            "filters": _query(wanted),
            "newer_url": _query(wanted, after=rows.newer) if rows.newer else "",
            "older_url": _query(wanted, before=rows.older) if rows.older else "",
            "chain": verification.standing_of(tenant, now=timezone.now()),
            "heading": headings.of_ledger(ledger_reading.standing(tenant), some=some),
        },
    )  # fmt: skip


@require_safe
@never_cache
def show_entry(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One entry, with the exact text that was read, and all that is known of its connection."""
    tenant = tenant_seen_by(request.user, slug)
    events = AuditEvent.objects.of_ledger().filter(tenant=tenant)
    entry = Entry(get_object_or_404(events, number=number))
    return page(
        request,
        tenant,
        "workspace/ledger_entry.html",
        {
            "entry": entry,
            "history": ledger_reading.history(entry),
            "chain": verification.standing_of(tenant, now=timezone.now()),
        },
    )


@require_safe
@never_cache
def show_document(request: SignedInRequest, slug: str) -> HttpResponse:
    """Each entry on a page of its own, to print or to keep as PDF."""
    tenant = tenant_seen_by(request.user, slug)
    wanted = LedgerForm(request.GET).wanted()
    rows = _found(tenant, wanted)
    return page(
        request,
        tenant,
        "workspace/ledger_document.html",
        {
            "rows": rows.rows,
            "newer_url": _query(wanted, after=rows.newer) if rows.newer else "",
            "older_url": _query(wanted, before=rows.older) if rows.older else "",
            "chain": verification.standing_of(tenant, now=timezone.now()),
        },
    )


@require_safe
@never_cache
def download(request: SignedInRequest, slug: str) -> StreamingHttpResponse:
    """The whole ledger as JSON. Addresses only for those who may act."""
    tenant = tenant_seen_by(request.user, slug)
    answer = StreamingHttpResponse(
        _as_json(tenant, with_addresses=may_act(request.user, tenant)),
        content_type="application/json",
    )
    answer["Content-Disposition"] = f'attachment; filename="consents-{tenant.slug}.json"'
    return answer


def _found(tenant: Tenant, wanted: dict[str, Any]) -> Page:
    events = ledger_reading.found(tenant, wanted)
    return ledger_reading.page_of(
        events, key="number", before=wanted["before"], after=wanted["after"]
    )


def _as_json(tenant: Tenant, *, with_addresses: bool) -> Iterator[str]:
    now = timezone.now()
    chain = verification.standing_of(tenant, now=now)
    head = {
        "tenant": {"id": tenant.pk, "name": tenant.name},
        "made_at": now,
        "chain": {
            "length": chain.length,
            "checked_at": chain.checked_at,
            "broken_at": chain.broken_at,
        },
    }
    yield _json(head)[:-1] + ', "entries": ['
    part = ""
    for entry in ledger_reading.download(tenant, with_addresses=with_addresses):
        yield part + _json(entry)
        part = ",\n"
    yield "]}\n"


def _json(members: dict[str, Any]) -> str:
    return json.dumps(members, cls=DjangoJSONEncoder, ensure_ascii=False)


def _query(wanted: dict[str, Any], **changes: Any) -> str:
    """The same list with other filters, or from another key."""
    kept = {name: wanted[name] for name in ("q", "company", "state")} | changes
    return "?" + urlencode({name: value for name, value in kept.items() if value})
