"""Links, newest first, by state and by address: a page at a time, by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Invitation, PendingConsent
from integrations.connections.services import invitation_states
from integrations.connections.services.findings import explain
from integrations.connections.services.invitation_states import Standing, State
from integrations.tenants.models import Tenant

PAGE = 50
TRIES = 10
LONGEST_SEARCH = 80
# What the list offers to see alone.
CHIPS: list[tuple[str, str]] = [
    ("", n("All")),
    (State.NOT_RETURNED, n("Did not return")),
    (State.STOPPED, n("Stopped")),
    (State.OPEN, n("Open")),
    (State.UNCONFIRMED, n("Waits for a yes")),
    (State.DONE, n("Used")),
    (State.ENDED, n("Ended")),
]


@dataclass(frozen=True, slots=True)
class Row:
    invitation: Invitation
    standing: Standing
    # What stopped it, as a heading; empty where nothing did.
    fault: str


@dataclass(frozen=True, slots=True)
class Page:
    """``newer_url`` and ``older_url`` are empty at an end."""

    rows: list[Row]
    chips: list[dict[str, object]]
    sought: str
    state: str
    newer_url: str
    older_url: str


def shown_of(tenant: Tenant) -> QuerySet[Invitation]:
    return shown().filter(tenant=tenant)


def shown() -> QuerySet[Invitation]:
    """Those that have a link somebody may hold; a list's looks have none."""
    return Invitation.objects.exclude(Q(email="") & Q(listed_company__isnull=False))


def page(asked: Mapping[str, str], *, rows: QuerySet[Invitation], now: datetime) -> Page:
    """Read filters and key from an address; what makes no sense there is left out."""
    state = asked.get("state", "") if asked.get("state") in set(State) else ""
    sought = asked.get("q", "").strip()[:LONGEST_SEARCH]
    found = invitation_states.with_last_try(rows)
    if state:
        found = invitation_states.in_state(found, State(state), now=now)
    if sought:
        found = found.filter(
            Q(email__icontains=sought)
            | Q(tenant__name__icontains=sought)
            | Q(error_id__iexact=sought)
        )
    shown, newer, older = _keyed(found, asked)
    kept = {"state": state, "q": sought}
    return Page(
        [_row(invitation, now) for invitation in shown],
        chips=[
            {"label": _(label), "here": code == state, "url": _query({**kept, "state": code})}
            for code, label in CHIPS
        ],
        sought=sought,
        state=state,
        newer_url=_query({**kept, "after": _key(shown[0])}) if newer else "",
        older_url=_query({**kept, "before": _key(shown[-1])}) if older else "",
    )


def tries_of(invitation: Invitation) -> list[PendingConsent]:
    """The newest ways to Visma over this link."""
    return list(invitation.consents.order_by("-created_at")[:TRIES])


def _row(invitation: Invitation, now: datetime) -> Row:
    standing = invitation_states.standing(invitation, now=now)
    fault = ""
    if standing.finding:
        company = str(invitation.connection.company) if invitation.connection else ""
        told = explain(standing.finding, tenant=invitation.tenant.name, company=company)
        fault = told.heading
    return Row(invitation, standing, fault)


def _keyed(
    found: QuerySet[Invitation], asked: Mapping[str, str]
) -> tuple[list[Invitation], bool, bool]:
    """The rows of a page, newest first, and whether there are newer and older ones."""
    after, before = _read(asked.get("after", "")), _read(asked.get("before", ""))
    if after is not None:
        later = Q(created_at__gt=after[0]) | Q(created_at=after[0], pk__gt=after[1])
        rows = list(found.filter(later).order_by("created_at", "pk")[: PAGE + 1])
        if len(rows) > PAGE:
            return rows[:PAGE][::-1], True, True
        before = None
    if before is not None:
        found = found.filter(
            Q(created_at__lt=before[0]) | Q(created_at=before[0], pk__lt=before[1])
        )
    rows = list(found.order_by("-created_at", "-pk")[: PAGE + 1])
    return rows[:PAGE], before is not None and bool(rows), len(rows) > PAGE


def _key(invitation: Invitation) -> str:
    return f"{invitation.created_at.isoformat()}_{invitation.pk}"


def _read(key: str) -> tuple[datetime, UUID] | None:
    at, _mark, pk = key.partition("_")
    try:
        moment = parse_datetime(at)
        return (moment, UUID(pk)) if moment is not None and moment.tzinfo is not None else None
    except ValueError:
        return None


def _query(members: Mapping[str, str]) -> str:
    return "?" + urlencode({name: value for name, value in members.items() if value})
