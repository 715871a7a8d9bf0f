"""Kind ``service``: a pasted tenant id becomes a connection once the App Store says yes.

Nothing is stored of a company before a real read in it succeeded; until then the id waits on the
invitation and is looked at again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    binding,
    client_secrets,
    companies,
    doctor,
    incidents,
    invitations,
    ledger,
    quotas,
    refreshing,
    standing,
    visma_clients,
    wording,
)
from integrations.connections.services.companies import Candidate
from integrations.connections.services.findings import Finding
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma import oauth, organization
from integrations.visma.errors import (
    BadAnswer,
    Faulted,
    Outage,
    Refused,
    Throttled,
    Unauthorized,
    VismaError,
)
from integrations.visma.oauth import TokenAnswer

logger = logging.getLogger(__name__)
LOOKED_AT_AGAIN = {
    Finding.NOT_APPROVED,
    Finding.SCOPE_OFF,
    Finding.VISMA_DOWN,
    Finding.THROTTLED,
    Finding.FORBIDDEN,
}
APPLICATION_FAULTS = {"invalid_client", "unauthorized_client", "unsupported_grant_type"}


class _Stopped(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


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
    except _Stopped as stopped:
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
    """Token, real read, then the rows. Raises _Stopped."""
    if invitation.pasted_tenant_id is None:
        raise _Stopped(Finding.NOT_AN_ID)
    _check_reconnect(invitation)
    answer = _token(invitation, now)
    _check_tenant(invitation, answer)
    _read(invitation, answer, now=now)
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
            raise _Stopped(Finding.COMPANY_TAKEN) from taken
    return connection


def _check_reconnect(invitation: Invitation) -> None:
    renewed = invitation.reconnects
    if renewed is not None and renewed.company.visma_tenant_id != invitation.pasted_tenant_id:
        raise _Stopped(Finding.WRONG_COMPANY)


def _token(invitation: Invitation, now: datetime) -> TokenAnswer:
    """An access token with every scope the integration needs."""
    wanted = invitation.integration.scopes.split()
    try:
        return _asked(invitation, wanted, now)
    except (visma_clients.NoSecret, ring.Unreadable) as fault:
        _tell_staff(invitation, "secret_unreadable", str(fault))
        raise _Stopped(Finding.OUR_FAULT) from fault
    except Refused as refused:
        if refused.error in APPLICATION_FAULTS:
            _tell_staff(invitation, "application_refused", refused.error)
            raise _Stopped(Finding.OUR_FAULT) from refused
        if refused.error == "invalid_scope" and _is_approved_in_part(invitation, wanted, now):
            raise _Stopped(Finding.SCOPE_OFF) from refused
        raise _Stopped(Finding.NOT_APPROVED) from refused
    except (Outage, BadAnswer) as error:
        raise _Stopped(Finding.VISMA_DOWN) from error


def _check_tenant(invitation: Invitation, answer: TokenAnswer) -> None:
    """A token that says it is for another tenant was not what we asked for."""
    tenant = oauth.tenant_of(answer.access_token)
    if tenant is not None and tenant.lower() != str(invitation.pasted_tenant_id):
        logger.warning("Invitation %s: the token is for another tenant", invitation.pk)
        raise _Stopped(Finding.ANSWER_REFUSED)


def _asked(invitation: Invitation, wanted: list[str], now: datetime) -> TokenAnswer:
    tenant_id = str(invitation.pasted_tenant_id)
    return client_secrets.asked(
        invitation.integration.application,
        lambda client: oauth.client_credentials(client, tenant_id=tenant_id, scopes=wanted),
        kind=Kind.SERVICE,
        now=now,
    )


def _is_approved_in_part(invitation: Invitation, wanted: list[str], now: datetime) -> bool:
    """Whether any one scope is granted: then the approval is there, and a switch is off."""
    for scope in wanted:
        try:
            _asked(invitation, [scope], now)
        except VismaError:
            continue
        return True
    return False


def _read(invitation: Invitation, answer: TokenAnswer, *, now: datetime) -> None:
    """A contract's id yields a token and no company: only a real read tells."""
    try:
        _probe(invitation, answer, now=now)
    except Unauthorized as error:
        raise _Stopped(Finding.CONTRACT_ID) from error
    except Faulted as error:
        wrong_id = error.code in doctor.NO_LICENCE_OR_ROLE
        raise _Stopped(Finding.CONTRACT_ID if wrong_id else Finding.FORBIDDEN) from error
    except Throttled as error:
        raise _Stopped(Finding.THROTTLED) from error
    except (Outage, BadAnswer) as error:
        raise _Stopped(Finding.VISMA_DOWN) from error
    except VismaError as error:
        raise _Stopped(Finding.FORBIDDEN) from error


def _probe(invitation: Invitation, answer: TokenAnswer, *, now: datetime) -> None:
    application_id = invitation.integration.application_id
    url, key = visma_clients.sales_order_url(Kind.SERVICE), str(invitation.pasted_tenant_id)
    try:
        probe = organization.read_probe(url, answer.access_token, visma_clients.transport())
    except VismaError as error:
        quotas.note_error(application_id, key, error, now)
        raise
    quotas.note(application_id, key, probe.rate_limit, None, now)


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


def _tell_staff(invitation: Invitation, kind: str, detail: str) -> None:
    application = invitation.integration.application
    incidents.open_incident(kind, subject=application.slug, application=application, detail=detail)
