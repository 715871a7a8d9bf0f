"""Whether a connection works: the only writers of its state."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.services import incidents, ledger, notices
from integrations.connections.services.findings import Finding

LOOK_AGAIN = timedelta(minutes=1)
# A role given in Visma Admin counts 10 to 15 minutes later.
ROLE_DELAY = timedelta(minutes=20)
APPROVAL_WAIT = timedelta(days=5)
MENDED_AT_VISMA = {
    Finding.NO_ROLE: ROLE_DELAY,
    Finding.NO_FINANCIALS_ROLE: ROLE_DELAY,
    Finding.FORBIDDEN: ROLE_DELAY,
    Finding.NOT_APPROVED: APPROVAL_WAIT,
    Finding.SCOPE_OFF: APPROVAL_WAIT,
    Finding.CONTRACT_ID: ROLE_DELAY,
}


def prove(connection: Connection, *, now: datetime) -> None:
    """A read succeeded over the connection's own route and grant."""
    first = connection.proven_at is None
    changed = Connection.objects.filter(
        ~Q(state=Connection.State.DISCONNECTED), pk=connection.pk, grant=connection.grant
    ).update(
        state=Connection.State.CONNECTED,
        problem="",
        problem_since=None,
        look_again_at=None,
        look_again_until=None,
        proven_at=now,
    )
    if changed:
        incidents.application_works(connection.integration.application, now)
        # The link that led here has done its work.
        Invitation.objects.filter(connection=connection, connected_at=None).update(
            connected_at=now, look_again_at=None
        )
    if changed and (first or connection.state != Connection.State.CONNECTED):
        record(
            connection.company.tenant,
            "connection.connected",
            facts={"connection": connection.pk, "company": connection.company.visma_key},
            now=now,
        )
        ledger.note_proof(connection, now=now)
    connection.refresh_from_db()


def find_broken(
    connection: Connection, finding: Finding, *, mails: bool = True, now: datetime
) -> bool:
    """A finding that somebody has to mend. Tells the members once; True when it is new."""
    lasts = MENDED_AT_VISMA.get(finding)
    changed = Connection.objects.filter(
        ~Q(state=Connection.State.DISCONNECTED), ~Q(problem=finding), pk=connection.pk
    ).update(
        state=Connection.State.BROKEN,
        problem=finding,
        problem_since=now,
        look_again_at=now + LOOK_AGAIN if lasts else None,
        look_again_until=now + lasts if lasts else None,
    )
    if changed:
        ledger.note_finding(connection, finding, now=now)
    else:
        _look_later(connection, now=now)
    was_working = connection.state == Connection.State.CONNECTED
    connection.refresh_from_db()
    if finding in incidents.CAUSE_KNOWN:
        ours = False
    else:
        ours = incidents.application_fails(connection.integration.application, now)
    if changed and was_working and mails and not ours:
        notices.tell_members_broken(connection)
    return bool(changed)


def wait(connection: Connection, *, until: datetime) -> None:
    """Nothing was learnt; look again, and leave the state as it is."""
    Connection.objects.filter(~Q(state=Connection.State.DISCONNECTED), pk=connection.pk).update(
        look_again_at=until
    )
    connection.refresh_from_db()


def break_all_under(grant: Grant, finding: Finding, *, now: datetime) -> None:
    """The grant can't be used any more: so it is for every connection under it."""
    connections = Connection.objects.filter(grant=grant).select_related(
        "company__tenant", "integration__application"
    )
    for connection in connections:
        find_broken(connection, finding, now=now)


def _look_later(connection: Connection, *, now: datetime) -> None:
    """The same finding as before: look on while it may mend itself."""
    Connection.objects.filter(pk=connection.pk, look_again_until__gt=now).update(
        look_again_at=now + LOOK_AGAIN
    )
    Connection.objects.filter(pk=connection.pk, look_again_until__lte=now).update(
        look_again_at=None
    )
