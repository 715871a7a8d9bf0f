"""Which company a consent is for: the person confirms it, or picks some."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations.connections.models import Connection, PendingConsent
from integrations.connections.services import (
    binding,
    companies,
    doctor,
    invitations,
    refreshing,
)
from integrations.connections.services.companies import Candidate
from integrations.connections.services.findings import Finding
from integrations.tenants.models import User


def offer(consent: PendingConsent, found: list[Candidate], *, now: datetime) -> None:
    """Let the person confirm or pick; a reconnect goes on by itself in its own company only."""
    PendingConsent.objects.filter(pk=consent.pk).update(
        outcome=PendingConsent.Outcome.CHOOSING, companies=companies.as_stored(found)
    )
    wanted = consent.invitation.reconnects
    if wanted is None:
        return
    same = [each for each in found if not each.locked and companies.is_same(wanted.company, each)]
    if not same:
        give_up(consent, Finding.WRONG_COMPANY, now=now)
        return
    connect(consent, same[:1], now=now)


def connect(
    consent: PendingConsent,
    chosen: list[Candidate],
    *,
    number_given: str = "",
    by: User | None = None,
    now: datetime,
) -> list[Connection]:
    """The person chose: make the connections and send the doctor there.

    Empty when another press was first, the link was withdrawn or used meanwhile, or another tenant
    has the company; the consent then says so.
    """
    try:
        invitations.check_open(consent.invitation, now=consent.created_at)
        connections = _connect(consent, chosen, number_given=number_given, by=by, now=now)
    except invitations.NotOpen as closed:
        give_up(consent, closed.finding, now=now)
        return []
    except binding.CompanyTaken:
        give_up(consent, Finding.COMPANY_TAKEN, now=now)
        return []
    for connection in connections:
        doctor.examine(connection, now=now)
    return connections


def _connect(
    consent: PendingConsent,
    chosen: list[Candidate],
    *,
    number_given: str,
    by: User | None,
    now: datetime,
) -> list[Connection]:
    with transaction.atomic():
        first = PendingConsent.objects.filter(
            pk=consent.pk, outcome=PendingConsent.Outcome.CHOOSING
        ).update(outcome=PendingConsent.Outcome.GRANTED)
        if not first or consent.grant is None:
            return []
        connections = binding.bind(
            consent.invitation,
            consent.grant,
            chosen,
            number_given=number_given,
            by=by,
            text=consent.text,
            language=consent.language,
            now=now,
        )
        PendingConsent.objects.filter(pk=consent.pk).update(connection=connections[0])
    return connections


def give_up(consent: PendingConsent, finding: Finding, *, now: datetime) -> None:
    """The consent ends here, for this reason; a grant that leads nowhere is forgotten."""
    if consent.grant is not None:
        refreshing.end(consent.grant, finding, now=now)
    PendingConsent.objects.filter(pk=consent.pk).update(
        outcome=PendingConsent.Outcome.FAILED, finding=finding
    )
    invitations.note_outcome(consent.invitation, finding)
