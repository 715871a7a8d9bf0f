"""Connections of all tenants, newest first, by state or by what is wrong with them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from integrations.connections.models import Connection
from integrations.connections.services.findings import explain
from integrations.console.forms import STATES, ListForm, state_condition
from integrations.console.services import connections
from integrations.console.services.keys import newest_first
from integrations.console.views.frame import page, query
from integrations.deliveries.services.standing import MOST
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    wanted = ListForm(request.GET).wanted()
    state, problem = wanted["state"] or "", wanted["problem"] or ""
    counts = _counts()
    found = newest_first(_found(state, problem), before=wanted["before"], after=wanted["after"])
    return page(
        request,
        "console/connections.html",
        {
            "rows": connections.rows_of(found.rows),
            "chips": _chips(state, problem, counts),
            "waits_for_a_yes": counts["unconfirmed"],
            "problem": explain(problem) if problem else None,
            "newer_url": query(state=state, problem=problem, after=found.newer)
            if found.newer
            else "",
            "older_url": query(state=state, problem=problem, before=found.older)
            if found.older
            else "",
        },
    )


def _found(state: str, problem: str) -> QuerySet[Connection]:
    rows = Connection.objects.filter(**state_condition(state))
    if problem:
        rows = rows.filter(problem=problem)
    return rows.select_related("company__tenant", "integration")


def _counts() -> dict[str, int]:
    return {
        name: Connection.objects.filter(**state_condition(name)).order_by()[:MOST].count()
        for name in ("broken", "unconfirmed", "checking")
    }


def _chips(state: str, problem: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "here": name == state and not problem,
            "url": query(state=name),
            "count": counts.get(name),
        }
        for name, label in STATES.items()
    ]
