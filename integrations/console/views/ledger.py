"""The consent ledgers of all tenants, newest first."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations.audit.services import verification
from integrations.connections.services import ledger_reading
from integrations.connections.services.ledger_reading import FILTERS
from integrations.console.forms import LedgerForm
from integrations.console.views.frame import page, query
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@never_cache
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    wanted = LedgerForm(request.GET).wanted()
    state, sought = wanted["state"] or "", wanted["q"] or ""
    found = ledger_reading.page_of(
        ledger_reading.found(None, wanted), key="pk", before=wanted["before"], after=wanted["after"]
    )
    return page(
        request,
        "console/ledger.html",
        {
            "rows": found.rows,
            "wanted": wanted,
            "altered": verification.broken_chains(),
            "chips": [
                {"label": _(label), "here": name == state, "url": query(q=sought, state=name)}
                for name, (label, _verbs) in FILTERS.items()
            ],
            "newer_url": query(q=sought, state=state, after=found.newer) if found.newer else "",
            "older_url": query(q=sought, state=state, before=found.older) if found.older else "",
        },
    )
