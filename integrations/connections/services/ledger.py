"""Writes the consent ledger: who allowed what, and what became of it.

A consent stands from ``granted`` or ``renewed`` until ``withdrawn``, ``ended`` or ``superseded``.
The last event of a connection says which, so a second word about the same thing writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.audit.models import AuditEvent, Happened
from integrations.audit.services import record
from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.services.findings import Finding
from integrations.keyring.tokens import digest
from integrations.tenants.models import User

CLOSING = {Happened.WITHDRAWN, Happened.ENDED, Happened.SUPERSEDED}
ENDINGS = {
    Finding.CONSENT_ENDED: Happened.ENDED,
    Finding.REFRESH_LOST: Happened.ENDED,
    Finding.NOT_APPROVED: Happened.ENDED,
    Finding.APPROVAL_WITHDRAWN: Happened.WITHDRAWN,
    Finding.SCOPE_OFF: Happened.LESSENED,
    Finding.FINISH_CONSENT: Happened.SUPERSEDED,
    Finding.SUPERSEDED: Happened.SUPERSEDED,
}
# What somebody mends in the App Store, so that a proof takes it back.
COMES_BACK = {
    Finding.NOT_APPROVED: Happened.RENEWED,
    Finding.APPROVAL_WITHDRAWN: Happened.RENEWED,
    Finding.SCOPE_OFF: Happened.WIDENED,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What the person had before him when he said yes, in which language, and from where."""

    text: str
    language: str
    address: str = ""


def write_granted(
    invitation: Invitation,
    grant: Grant,
    connections: list[Connection],
    read: Read,
    *,
    by: User | None = None,
    now: datetime,
) -> None:
    """A person consented, or an approval was read: the first time, or anew."""
    for connection in connections:
        again = last_of(connection) is not None
        _write(
            connection,
            grant,
            Happened.RENEWED if again else Happened.GRANTED,
            {
                "invitation": str(invitation.pk),
                "text": read.text,
                "text_digest": digest(read.text),
                "language": read.language,
                "by": by.pk if by else None,
            },
            address=read.address,
            now=now,
        )


def write_withdrawn(connection: Connection, *, by: User | None, now: datetime) -> None:
    """Somebody disconnected here."""
    last = last_of(connection)
    if last is None or last.verb in CLOSING:
        return
    who = {"by": by.email} if by else {}
    _write_after(connection, last, Happened.WITHDRAWN, {"by": by.pk if by else None}, who, now=now)


def note_finding(connection: Connection, finding: Finding | str, *, now: datetime) -> None:
    """What stands in the way may be that the consent is no more, or less than it was."""
    happened = ENDINGS.get(Finding(finding)) if finding in ENDINGS else None
    last = last_of(connection)
    if happened is None or last is None or last.verb in CLOSING:
        return
    if happened == Happened.LESSENED and last.facts.get("because") == finding:
        return
    _write_after(connection, last, happened, {"because": str(finding)}, now=now)


def note_proof(connection: Connection, *, now: datetime) -> None:
    """A read succeeded after something stood in the way: an approval may be there again."""
    last = last_of(connection)
    if last is None or connection.grant is None:
        return
    because = last.facts.get("because", "")
    happened = COMES_BACK.get(Finding(because)) if because in COMES_BACK else None
    if happened is not None:
        _write(connection, connection.grant, happened, {"because": "is_back"}, now=now)


def compare(connection: Connection, *, now: datetime) -> set[str]:
    """Compare what Visma's last answer granted with the ledger; return the scopes that are gone.

    Writes what changed: fewer scopes, more, another grant, or an end that nobody wrote down.
    """
    last, grant = last_of(connection), connection.grant
    if last is None or grant is None or last.verb in CLOSING:
        return set()
    if grant.ended_at is not None:
        _write_after(connection, last, Happened.ENDED, {"because": grant.ended_because}, now=now)
        return set()
    if last.facts.get("grant") != str(grant.pk):
        _write(connection, grant, Happened.RENEWED, {"because": "another_grant"}, now=now)
        return set()
    before, after = set(last.facts.get("scopes", [])), set(grant.scopes.split())
    lost, gained = before - after, after - before
    if lost or gained:
        happened = Happened.LESSENED if lost else Happened.WIDENED
        changes = {"because": "drift", "lost": sorted(lost), "gained": sorted(gained)}
        _write(connection, grant, happened, changes, now=now)
    return lost


def last_of(connection: Connection) -> AuditEvent | None:
    """The newest event of the ledger about a connection."""
    return (
        AuditEvent.objects.of_ledger()
        .filter(tenant=connection.company.tenant_id, facts__connection=connection.pk)
        .order_by("-number")
        .first()
    )


def _write_after(
    connection: Connection,
    last: AuditEvent,
    happened: Happened,
    facts: dict[str, Any],
    personal: dict[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    """About the grant that the last event was about; by now another may stand in its place."""
    grant = Grant.objects.filter(pk=last.facts.get("grant")).first() or connection.grant
    if grant is not None:
        _write(connection, grant, happened, facts, personal, now=now)


def _write(
    connection: Connection,
    grant: Grant,
    happened: Happened,
    facts: dict[str, Any],
    personal: dict[str, Any] | None = None,
    *,
    address: str = "",
    now: datetime,
) -> None:
    company, integration = connection.company, connection.integration
    named = {
        "email": grant.visma_user_email,
        "visma_user": grant.visma_user,
        "company_name": company.name,
        "company_number": company.number,
        "address": address,
        **(personal or {}),
    }
    record(
        company.tenant,
        happened,
        facts={
            "connection": connection.pk,
            "grant": str(grant.pk),
            "kind": grant.kind,
            "company": company.visma_key,
            "integration": integration.name,
            "application": integration.application.client_id,
            "scopes": sorted(grant.scopes.split()),
            **facts,
        },
        personal={name: value for name, value in named.items() if value},
        now=now,
    )
