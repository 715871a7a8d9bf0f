"""Whether a connection works: the only writers of its state."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant, Invitation, ListedCompany
from integrations.connections.services import incidents, ledger, notices
from integrations.connections.services.findings import Finding

LOOK_AGAIN = timedelta(minutes=1)
# Where nobody waits at the screen for it.
LOOK_AGAIN_CALMLY = timedelta(minutes=15)
# A role given in Visma Admin counts 10 to 15 minutes later.
ROLE_DELAY = timedelta(minutes=20)
APPROVAL_WAIT = timedelta(days=5)
MENDED_AT_VISMA = {
    Finding.NO_ROLE: ROLE_DELAY,
    Finding.NO_FINANCIALS_ROLE: ROLE_DELAY,
    Finding.NO_LICENCE: ROLE_DELAY,
    Finding.FORBIDDEN: ROLE_DELAY,
    Finding.NOT_APPROVED: APPROVAL_WAIT,
    Finding.APPROVAL_WITHDRAWN: APPROVAL_WAIT,
    Finding.SCOPE_OFF: APPROVAL_WAIT,
    Finding.CONTRACT_ID: ROLE_DELAY,
    Finding.CLOCKS_DIFFER: APPROVAL_WAIT,
}
CALM = {Finding.APPROVAL_WITHDRAWN, Finding.CLOCKS_DIFFER}
# Nothing a member could mend: staff are told, and nobody else.
OURS = {Finding.CLOCKS_DIFFER}


@transaction.atomic
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
        **({} if first or connection.state == Connection.State.CONNECTED else {"repaired_at": now}),
    )
    if changed:
        incidents.application_works(connection.integration.application, now)
        notices.tell_members_mended(connection, now=now)
        # The link that led here has done its work.
        _use_up_links(connection, now=now)
    if changed and (first or connection.state != Connection.State.CONNECTED):
        record(
            connection.company.tenant,
            "connection.connected",
            facts={"connection": connection.pk, "company": connection.company.visma_key},
            now=now,
        )
        ledger.note_proof(connection, now=now)
    connection.refresh_from_db()


@transaction.atomic
def find_broken(
    connection: Connection, finding: Finding, *, mails: bool = True, now: datetime
) -> bool:
    """A finding that somebody has to mend. Tells the members once; True when it is new."""
    finding = _as_it_shows(connection, finding)
    lasts = MENDED_AT_VISMA.get(finding)
    changed = Connection.objects.filter(
        ~Q(state=Connection.State.DISCONNECTED), ~Q(problem=finding), pk=connection.pk
    ).update(
        state=Connection.State.BROKEN,
        problem=finding,
        problem_since=now,
        look_again_at=now + _pause(finding) if lasts else None,
        look_again_until=now + lasts if lasts else None,
    )
    if changed:
        ledger.note_finding(connection, finding, now=now)
    else:
        _look_later(connection, finding, now=now)
    was_working = connection.state == Connection.State.CONNECTED
    connection.refresh_from_db()
    if finding not in OURS and finding not in incidents.CAUSE_KNOWN:
        incidents.application_fails(connection.integration.application, now)
    if changed and was_working and mails and finding not in OURS:
        notices.tell_members_broken(connection, now=now)
    return bool(changed)


def note_visit(connection: Connection, *, offset: timedelta | None, now: datetime) -> None:
    """The doctor was there; ``offset`` is how far Visma's clock is ahead, where it told."""
    seen = {} if offset is None else {"clock_offset": offset}
    Connection.objects.filter(pk=connection.pk).update(looked_at=now, **seen)


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


def _as_it_shows(connection: Connection, finding: Finding) -> Finding:
    """What isn't approved was withdrawn, where it once worked."""
    if finding == Finding.NOT_APPROVED and connection.proven_at is not None:
        return Finding.APPROVAL_WITHDRAWN
    return finding


def _pause(finding: Finding) -> timedelta:
    return LOOK_AGAIN_CALMLY if finding in CALM else LOOK_AGAIN


def _use_up_links(connection: Connection, *, now: datetime) -> None:
    led_here = Invitation.objects.filter(connection=connection, connected_at=None)
    ids = list(led_here.values_list("pk", flat=True))
    for invitation_id in ids:
        incidents.clear("error_page", subject=f"invitation {invitation_id}", now=now)
    if ids:
        ListedCompany.objects.filter(invitation__in=ids).update(connection=connection)
        led_here.update(connected_at=now, look_again_at=None)


def _look_later(connection: Connection, finding: Finding, *, now: datetime) -> None:
    """The same finding as before: look on while it may mend itself."""
    Connection.objects.filter(pk=connection.pk, look_again_until__gt=now).update(
        look_again_at=now + _pause(finding)
    )
    Connection.objects.filter(pk=connection.pk, look_again_until__lte=now).update(
        look_again_at=None
    )
