"""Kind ``service``: a pasted tenant id becomes a connection once the App Store says yes.

Nothing is stored of a company before a real read in it succeeded; until then the id waits on the
invitation and is looked at again.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    approval_proof,
    binding,
    companies,
    doctor,
    invitations,
    ledger,
    refreshing,
    standing,
    wording,
)
from integrations.connections.services.approval_proof import NotProven
from integrations.connections.services.companies import Candidate
from integrations.connections.services.findings import Finding
from integrations.tenants.models import User
from integrations.visma.errors import (
    VismaError,
)
from integrations.visma.oauth import TokenAnswer

LOOKED_AT_AGAIN = {
    Finding.NOT_APPROVED,
    Finding.SCOPE_OFF,
    Finding.VISMA_DOWN,
    Finding.THROTTLED,
    Finding.FORBIDDEN,
}


def paste(
    invitation: Invitation,
    visma_tenant_id: UUID,
    *,
    language: str,
    address: str = "",
    by: User | None,
    now: datetime,
) -> Connection | None:
    """Take the id a person pasted and look at once. Raises invitations.NotOpen.

    ``address`` is the browser's, for the consent ledger.

    None: not connected; the invitation's ``last_outcome`` says why, and it may be looked at again.
    """
    invitations.check_open(invitation, now=now)
    integration = invitation.integration
    invitation.pasted_tenant_id = visma_tenant_id
    invitation.pasted_text = wording.consent_text(
        integration, invitation.tenant, integration.scopes.split()
    )
    invitation.pasted_from = address or None
    invitation.language = language or invitation.language
    invitation.look_again_until = invitation.expires_at
    invitation.save(
        update_fields=[
            "pasted_tenant_id", "pasted_text", "pasted_from", "language", "look_again_until",
        ]
    )  # fmt: skip
    return look(invitation, by=by, now=now)


def look(invitation: Invitation, *, by: User | None = None, now: datetime) -> Connection | None:
    """Ask Visma about the pasted id. Safe to run beside itself."""
    try:
        invitations.check_open(invitation, now=now)
        connection = _connected(invitation, by=by, now=now)
    except invitations.NotOpen:
        Invitation.objects.filter(pk=invitation.pk).update(look_again_at=None)
        return None
    except NotProven as stopped:
        again = stopped.finding in LOOKED_AT_AGAIN
        Invitation.objects.filter(
            pk=invitation.pk, pasted_tenant_id=invitation.pasted_tenant_id
        ).update(
            last_outcome=stopped.finding,
            look_again_at=now + standing.LOOK_AGAIN if again else None,
        )
        return None
    doctor.examine(connection, now=now)
    connection.refresh_from_db()
    return connection


def _connected(invitation: Invitation, *, by: User | None, now: datetime) -> Connection:
    """Token, real read, then the rows. Raises NotProven."""
    if invitation.pasted_tenant_id is None:
        raise NotProven(Finding.NOT_AN_ID)
    _check_reconnect(invitation)
    answer = approval_proof.prove(invitation.integration, str(invitation.pasted_tenant_id), now=now)
    candidate = _candidate(invitation, answer, now=now)
    with transaction.atomic():
        grant = _keep_grant(invitation, answer, now=now)
        try:
            (connection,) = binding.bind(
                invitation,
                grant,
                [candidate],
                by=by,
                read=ledger.Read(
                    invitation.pasted_text, invitation.language, invitation.pasted_from or ""
                ),
                now=now,
            )
        except binding.CompanyTaken as taken:
            transaction.set_rollback(True)
            raise NotProven(Finding.COMPANY_TAKEN) from taken
    return connection


def _check_reconnect(invitation: Invitation) -> None:
    renewed = invitation.reconnects
    if renewed is not None and renewed.company.visma_tenant_id != invitation.pasted_tenant_id:
        raise NotProven(Finding.WRONG_COMPANY)


def _candidate(invitation: Invitation, answer: TokenAnswer, *, now: datetime) -> Candidate:
    """The company by name, where the approval lets us read it."""
    tenant_id = str(invitation.pasted_tenant_id)
    application = invitation.integration.application
    try:
        found = companies.read_name(application, answer.access_token, tenant_id, now=now)
    except VismaError:
        return Candidate(visma_tenant_id=tenant_id)
    return Candidate(
        visma_tenant_id=tenant_id,
        name=found.name,
        number=found.number[:60],
        currency=found.currency[:5],
        verified=bool(found.name),
    )


def _keep_grant(invitation: Invitation, answer: TokenAnswer, *, now: datetime) -> Grant:
    grant = Grant(
        tenant=invitation.tenant,
        application=invitation.integration.application,
        kind=Kind.SERVICE,
        visma_tenant_id=invitation.pasted_tenant_id,
        scopes=" ".join(sorted(answer.scopes)),
        access_expires_at=refreshing.expiry(answer, now),
        token_number=1,
    )
    grant.sealed_access_token = grant.sealed("access_token", answer.access_token)
    grant.save(force_insert=True)
    return grant
