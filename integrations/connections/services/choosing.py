"""Which company a consent is for: the person confirms it, or picks some."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant, PendingConsent
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    binding,
    companies,
    doctor,
    invitations,
    ledger,
    refreshing,
    switching,
    vni_tokens,
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
    if consent.grant is not None and consent.grant.kind == Kind.VNI:
        _offer_again(consent, found, now=now)
        return
    same = [each for each in found if not each.locked and companies.is_same(wanted.company, each)]
    if not same:
        give_up(consent, Finding.WRONG_COMPANY, now=now)
        return
    connect(consent, same[:1], now=now)


def _offer_again(consent: PendingConsent, found: list[Candidate], *, now: datetime) -> None:
    """A VNI token reaches several companies: the person is asked about the renewed one alone."""
    wanted = consent.invitation.reconnects
    same = [each for each in found if wanted and companies.is_same(wanted.company, each)]
    if not same:
        give_up(consent, Finding.WRONG_COMPANY, now=now)
        return
    PendingConsent.objects.filter(pk=consent.pk).update(companies=companies.as_stored(same[:1]))


def connect(
    consent: PendingConsent,
    chosen: list[Candidate],
    *,
    number_given: str = "",
    by: User | None = None,
    now: datetime,
) -> list[Connection]:
    """The person chose: make the connections and send the doctor there.

    Empty when another press was first, the link was withdrawn or used meanwhile, another tenant has
    the company, or a later sign-in ended this one; the consent then says so.
    """
    try:
        invitations.check_open(consent.invitation, now=consent.created_at)
        connections, renewed = _connect(consent, chosen, number_given=number_given, by=by, now=now)
    except invitations.NotOpen as closed:
        give_up(consent, closed.finding, now=now)
        return []
    except binding.CompanyTaken:
        give_up(consent, Finding.COMPANY_TAKEN, now=now)
        return []
    except _Outlived as outlived:
        give_up(consent, outlived.finding, now=now)
        return []
    for connection in [*connections, *renewed]:
        if connection.standby is not None and connection.standby == consent.grant:
            switching.back_to_user(connection, by=by, now=now)
        else:
            doctor.examine(connection, now=now)
    return connections


class _Outlived(Exception):
    """What was kept apart for this consent is good no more."""

    def __init__(self, grant: Grant) -> None:
        super().__init__(grant)
        grant.refresh_from_db()
        later = grant.ended_because == Finding.SUPERSEDED
        self.finding = Finding.SUPERSEDED if later else Finding.TOO_LATE


def _connect(
    consent: PendingConsent,
    chosen: list[Candidate],
    *,
    number_given: str,
    by: User | None,
    now: datetime,
) -> tuple[list[Connection], list[Connection]]:
    """The connections chosen, and others of the same VNI user that go on under the new grant."""
    with transaction.atomic():
        first = PendingConsent.objects.filter(
            pk=consent.pk, outcome=PendingConsent.Outcome.CHOOSING
        ).update(outcome=PendingConsent.Outcome.GRANTED)
        if not first or consent.grant is None:
            return [], []
        renewed = _put_to_use(consent.grant, now=now)
        read = ledger.Read(consent.text, consent.language, consent.asked_from or "")
        connections = binding.bind(
            consent.invitation,
            consent.grant,
            chosen,
            number_given=number_given,
            by=by,
            read=read,
            now=now,
        )
        PendingConsent.objects.filter(pk=consent.pk).update(connection=connections[0])
        renewed = [each for each in renewed if each not in connections]
        ledger.write_granted(consent.invitation, consent.grant, renewed, read, by=by, now=now)
    return connections, renewed


def _put_to_use(grant: Grant, *, now: datetime) -> list[Connection]:
    if grant.kind != Kind.VNI:
        return []
    renewed = vni_tokens.give(grant, now=now)
    if renewed is None:
        raise _Outlived(grant)
    return renewed


def stop(consent: PendingConsent, finding: Finding) -> None:
    """The consent stops for the person to decide; its grant is kept."""
    PendingConsent.objects.filter(pk=consent.pk).update(
        outcome=PendingConsent.Outcome.FAILED, finding=finding
    )
    invitations.note_outcome(consent.invitation, finding)


@transaction.atomic
def accept_user(consent: PendingConsent, grant: Grant, *, now: datetime) -> bool:
    """The Visma user who signed in is the one that is meant; False when another press was first."""
    accepted = PendingConsent.objects.filter(
        pk=consent.pk, outcome=PendingConsent.Outcome.FAILED, finding=Finding.OTHER_USER
    ).update(
        outcome=PendingConsent.Outcome.CHOOSING,
        finding="",
        companies=[],
        declared_user=grant.visma_user_email,
    )
    if accepted:
        record(
            consent.invitation.tenant,
            "consent.other_user_accepted",
            facts={"invitation": str(consent.invitation_id), "grant": str(grant.pk)},
            personal={"named": consent.declared_user, "visma_user": grant.visma_user_email},
            now=now,
        )
    return bool(accepted)


def give_up(consent: PendingConsent, finding: Finding, *, now: datetime) -> None:
    """The consent ends here, for this reason; a grant that leads nowhere is forgotten."""
    if consent.grant is not None:
        refreshing.end(consent.grant, finding, now=now)
    PendingConsent.objects.filter(pk=consent.pk).update(
        outcome=PendingConsent.Outcome.FAILED, finding=finding
    )
    invitations.note_outcome(consent.invitation, finding)
