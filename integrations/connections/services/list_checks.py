"""Looks at the tenant ids of lists, one after another, beside everything else."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db.models import F, Q

from integrations.connections.models import Connection, Invitation, ListedCompany
from integrations.connections.services import (
    incidents,
    many_companies,
    quotas,
    service_approval,
)
from integrations.connections.services.clock import database_now
from integrations.connections.services.findings import Finding
from integrations.connections.services.invitations import NotOpen

# A look is a token, a read and a name; whoever does it may die.
LEASE = timedelta(minutes=5)
# A task goes on for so long, then the next one takes over.
TURN = 240.0  # seconds
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
LOOKED_FOR = timedelta(days=14)


def work_off() -> bool:
    """Look at rows that are due until none is left or the turn is over. True: some are left."""
    ends = time.monotonic() + TURN
    while time.monotonic() < ends:
        row = claim(now=database_now())
        if row is None:
            return False
        look(row, now=database_now())
    return True


def claim(*, now: datetime) -> ListedCompany | None:
    """Take the next row nobody is looking at; lists take turns, each in its own order."""
    due = ListedCompany.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now), due_at__lte=now
    ).exclude(integration__application__in=incidents.held_applications())
    while (found := due.order_by("position", "due_at", "pk").first()) is not None:
        taken = due.filter(pk=found.pk).update(lease_until=now + LEASE)
        if taken:
            return ListedCompany.objects.select_related(
                "tenant", "integration__application", "invitation", "added_by"
            ).get(pk=found.pk)
    return None


def look(row: ListedCompany, *, now: datetime) -> None:
    """Ask Visma about one row that was claimed, unless what is left of its quota is not for us."""
    if row.visma_tenant_id is None:
        _settle(row, finding=Finding.NOT_AN_ID, due_at=None, now=now)
        return
    opens_at = quotas.opens_at(
        row.integration.application_id, str(row.visma_tenant_id), in_background=True, now=now
    )
    if opens_at is not None:
        ListedCompany.objects.filter(pk=row.pk).update(due_at=opens_at, lease_until=None)
        return
    invitation, by = many_companies.invitation_for_look(row, now=now)
    try:
        connection = service_approval.paste(
            invitation, row.visma_tenant_id, language=invitation.language, by=by, now=now
        )
    except NotOpen as closed:
        _settle(row, finding=closed.finding, due_at=None, now=now)
        return
    # The list looks again by itself, ever more rarely.
    Invitation.objects.filter(pk=invitation.pk).update(look_again_at=None)
    _note(row, invitation, connection, now=now)


def _note(
    row: ListedCompany, invitation: Invitation, connection: Connection | None, *, now: datetime
) -> None:
    if connection is not None:
        _settle(row, finding="", due_at=None, connection=connection, now=now)
        return
    invitation.refresh_from_db(fields=["last_outcome"])
    finding = invitation.last_outcome
    may_mend = finding in service_approval.LOOKED_AT_AGAIN or finding == Finding.OUR_FAULT
    again = may_mend and now < row.created_at + LOOKED_FOR
    wait = min(FIRST_WAIT * 2 ** min(row.looks, 10), LONGEST_WAIT)
    _settle(row, finding=finding, due_at=now + wait if again else None, now=now)


def _settle(
    row: ListedCompany,
    *,
    finding: str,
    due_at: datetime | None,
    connection: Connection | None = None,
    now: datetime,
) -> None:
    """Write what was found, unless the row was given another id meanwhile."""
    ListedCompany.objects.filter(pk=row.pk, visma_tenant_id=row.visma_tenant_id).update(
        finding=finding,
        connection=connection,
        due_at=due_at,
        lease_until=None,
        looked_at=now,
        looks=F("looks") + 1,
    )
    # A row corrected meanwhile is free for its next look.
    ListedCompany.objects.filter(pk=row.pk).update(lease_until=None)
