"""The list of many companies as it is shown: each row's state and next step, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Connection, Integration, Invitation, ListedCompany
from integrations.connections.models.applications import Kind
from integrations.connections.services import invitation_states
from integrations.connections.services.findings import explain
from integrations.tenants.models import Tenant

PAGE = 50
LONGEST_SEARCH = 80
State, Fault = Connection.State, ListedCompany.Fault

CONNECTED = Q(connection__state=State.CONNECTED) | Q(invitation__connection__state=State.CONNECTED)
UNCONFIRMED = Q(connection__confirmed_at=None) & Q(invitation__connection__confirmed_at=None)
NEEDS = ~CONNECTED & (
    ~Q(fault="")
    | ~Q(finding="")
    | Q(connection__state=State.BROKEN)
    | Q(invitation__connection__state=State.BROKEN)
    | ~Q(invitation__last_outcome="", invitation__isnull=False) & Q(invitation__isnull=False)
)
CHIPS: list[tuple[str, str]] = [
    ("", n("All")),
    ("needs", n("Needs somebody")),
    ("waits", n("On the way")),
    ("works", n("Works")),
]


@dataclass(frozen=True, slots=True)
class Row:
    """``step``: correct, mend, confirm, invite, or empty where nobody has to do anything."""

    listed: ListedCompany
    connection: Connection | None
    look: str
    word: str
    # What is wrong, in a heading's words; empty where nothing is.
    fault: str
    next: str
    step: str
    looks_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """``looked`` counts rows that were looked at, or can't be as they stand."""

    total: int
    looked: int
    works: int
    needs: int
    to_look: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    progress: Progress
    chips: list[dict[str, object]]
    sought: str
    state: str
    newer_url: str
    older_url: str


def rows_of(tenant: Tenant, integration: Integration) -> QuerySet[ListedCompany]:
    return ListedCompany.objects.filter(tenant=tenant, integration=integration)


def page(
    tenant: Tenant, integration: Integration, asked: Mapping[str, str], *, now: datetime
) -> Page:
    """Read filters and key from an address; what makes no sense there is left out."""
    listed = rows_of(tenant, integration)
    state = asked.get("state", "") if asked.get("state") in dict(CHIPS) else ""
    sought = asked.get("q", "").strip()[:LONGEST_SEARCH]
    found = _sought(_in_state(listed, state), sought)
    shown, earlier, later = _keyed(found, asked)
    progress = progress_of(tenant, integration)
    counts = {"": progress.total, "works": progress.works, "needs": progress.needs}
    counts["waits"] = progress.total - progress.works - progress.needs
    kept = {"state": state, "q": sought}
    return Page(
        _shown(shown, now),
        progress=progress,
        chips=[
            {
                "label": _(label), "here": code == state, "count": counts[code],
                "url": _query({**kept, "state": code}),
            }
            for code, label in CHIPS
        ],
        sought=sought,
        state=state,
        newer_url=_query({**kept, "before": str(shown[0].position)}) if earlier else "",
        older_url=_query({**kept, "after": str(shown[-1].position)}) if later else "",
    )  # fmt: skip


def progress_of(tenant: Tenant, integration: Integration) -> Progress:
    counted = rows_of(tenant, integration).aggregate(
        total=Count("pk"),
        works=Count("pk", filter=CONNECTED),
        needs=Count("pk", filter=NEEDS),
        to_look=Count("pk", filter=Q(due_at__isnull=False, looked_at=None)),
    )
    return Progress(looked=counted["total"] - counted["to_look"], **counted)


def _in_state(listed: QuerySet[ListedCompany], state: str) -> QuerySet[ListedCompany]:
    if state == "works":
        return listed.filter(CONNECTED)
    if state == "needs":
        return listed.filter(NEEDS)
    return listed.exclude(CONNECTED).exclude(NEEDS) if state == "waits" else listed


def _sought(listed: QuerySet[ListedCompany], sought: str) -> QuerySet[ListedCompany]:
    if not sought:
        return listed
    return listed.filter(
        Q(name__icontains=sought)
        | Q(given_id__icontains=sought)
        | Q(number__icontains=sought)
        | Q(email__icontains=sought)
        | Q(connection__company__name__icontains=sought)
    )


def _keyed(
    found: QuerySet[ListedCompany], asked: Mapping[str, str]
) -> tuple[list[ListedCompany], bool, bool]:
    """The rows of a page in the list's order, and whether there are earlier and later ones."""
    after, before = _number(asked.get("after", "")), _number(asked.get("before", ""))
    if before is not None:
        rows = list(found.filter(position__lt=before).order_by("-position")[: PAGE + 1])
        if len(rows) > PAGE:
            return rows[:PAGE][::-1], True, True
        after = None
    if after is not None:
        found = found.filter(position__gt=after)
    rows = list(found.order_by("position")[: PAGE + 1])
    return rows[:PAGE], after is not None and bool(rows), len(rows) > PAGE


def _shown(listed: list[ListedCompany], now: datetime) -> list[Row]:
    """Three queries, whatever the number of rows."""
    rows = ListedCompany.objects.filter(pk__in=[row.pk for row in listed]).select_related(
        "tenant", "integration__application", "connection__company__tenant"
    )
    invitations = invitation_states.with_last_try(
        Invitation.objects.filter(listed_company__in=[row.pk for row in listed])
    )
    of_row = {invitation.pk: invitation for invitation in invitations}
    return [
        _row(row, of_row.get(row.invitation_id) if row.invitation_id else None, now)
        for row in rows.order_by("position")
    ]


def _row(row: ListedCompany, invitation: Invitation | None, now: datetime) -> Row:
    connection = row.connection or (invitation.connection if invitation else None)
    if connection is not None:
        return _connected(row, connection)
    if row.fault:
        fault = _(_FAULTS[row.fault]) % {"row": row.same_as}
        return Row(row, None, "refused", _("Can’t be used"), fault, "", "correct")
    if row.integration.application.kind == Kind.SERVICE:
        return _looked_at(row)
    if invitation is None:
        following = _("Mail a link, or sign in here.") if row.email else _("Sign in here.")
        return Row(row, None, "pending", _("Nobody asked yet"), "", following, "invite")
    standing = invitation_states.standing(invitation, now=now)
    fault = ""
    if standing.finding:
        fault = explain(standing.finding, tenant=row.tenant.name, company=str(row)).heading
    following = "" if fault else standing.next
    return Row(row, None, standing.look, standing.word, fault, following, "invite")


def _connected(row: ListedCompany, connection: Connection) -> Row:
    if connection.problem:
        company = connection.company
        told = explain(connection.problem, tenant=company.tenant.name, company=str(company))
        return Row(row, connection, "broken", _("Needs somebody"), told.heading, told.who, "mend")
    if connection.state == State.CONNECTED and connection.confirmed_at is None:
        following = _("An owner says yes to the company.")
        return Row(row, connection, "waits", _("Waits for a yes"), "", following, "confirm")
    return Row(row, connection, connection.state, str(_LABELS[connection.state]), "", "", "")


def _looked_at(row: ListedCompany) -> Row:
    if not row.finding:
        waits = _("Waits for its turn") if row.looked_at is None else _("Being looked at again")
        return Row(row, None, "pending", waits, "", "", "")
    told = explain(row.finding, tenant=row.tenant.name, company=str(row))
    word = _("Needs somebody")
    return Row(row, None, "needs_you", word, told.heading, told.how, "correct", row.due_at)


_LABELS = dict(State.choices)
_FAULTS: dict[str, str] = {
    Fault.NO_ID: n("No tenant id in this row"),
    Fault.NOT_AN_ID: n("Not a tenant id: it has 36 characters, four of them hyphens"),
    Fault.NOT_AN_ADDRESS: n("Not an e-mail address"),
    Fault.TWICE: n("The same company as row %(row)s"),
}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _query(members: Mapping[str, str]) -> str:
    return "?" + urlencode({name: value for name, value in members.items() if value})
