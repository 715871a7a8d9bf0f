"""Links that let somebody connect a company. Only a link's digest is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Connection, Integration, Invitation
from integrations.connections.services import addresses, notices
from integrations.connections.services.findings import Finding
from integrations.keyring import tokens
from integrations.tenants.models import Tenant, User

NEW_LINK_PAUSE = timedelta(minutes=10)


class NotOpen(Exception):
    """The link leads nowhere (any more). ``invitation`` is None for a link we never made."""

    def __init__(self, finding: Finding, invitation: Invitation | None = None) -> None:
        super().__init__(finding)
        self.finding = finding
        self.invitation = invitation


@transaction.atomic
def make(
    tenant: Tenant,
    integration: Integration,
    *,
    email: str = "",
    language: str = "",
    by: User | None = None,
    life: timedelta | None = None,
    reconnects: Connection | None = None,
    expected_visma_tenant_id: UUID | None = None,
    expected_number: str = "",
    now: datetime,
) -> tuple[Invitation, str]:
    """Make an invitation and return it with its token, which can't be had a second time."""
    token = tokens.new_token()
    invitation = Invitation.objects.create(
        tenant=tenant,
        integration=integration,
        reconnects=reconnects,
        email=email,
        language=language or tenant.language,
        token_digest=tokens.digest(token),
        expected_visma_tenant_id=expected_visma_tenant_id,
        expected_number=expected_number,
        created_by=by,
        expires_at=now + (settings.INVITATION_LIFE if life is None else life),
    )
    record(
        tenant,
        "invitation.made",
        facts={
            "invitation": str(invitation.pk),
            "integration": integration.slug,
            "reconnects": reconnects.pk if reconnects else None,
            "by": by.pk if by else None,
        },
        personal={"email": email} if email else None,
        now=now,
    )
    return invitation, token


def mail(invitation: Invitation, token: str) -> None:
    notices.send_link(invitation, addresses.invitation_link(token))


def find(token: str) -> Invitation | None:
    """The invitation of a link, whatever became of it."""
    return (
        Invitation.objects.select_related(
            "tenant",
            "integration__application",
            "created_by",
            "connection__company",
            "reconnects__company",
        )
        .filter(token_digest=tokens.digest(token))
        .first()
    )


def open_by(token: str, *, now: datetime) -> Invitation:
    """Return the invitation of a living link. Raises NotOpen."""
    invitation = find(token)
    if invitation is None:
        raise NotOpen(Finding.LINK_UNKNOWN)
    check_open(invitation, now=now)
    return invitation


def check_open(invitation: Invitation, *, now: datetime) -> None:
    """Raise NotOpen unless the link still lives."""
    if invitation.connected_at is not None:
        raise NotOpen(Finding.LINK_USED, invitation)
    if invitation.withdrawn_at is not None:
        raise NotOpen(Finding.LINK_WITHDRAWN, invitation)
    if invitation.expires_at <= now:
        raise NotOpen(Finding.LINK_ENDED, invitation)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User | None, now: datetime) -> bool:
    """Take a link back that was not used. False when there was nothing to take back."""
    withdrawn = Invitation.objects.filter(
        pk=invitation.pk, withdrawn_at=None, connected_at=None
    ).update(withdrawn_at=now, look_again_at=None)
    if withdrawn:
        record(
            invitation.tenant,
            "invitation.withdrawn",
            facts={"invitation": str(invitation.pk), "by": by.pk if by else None},
            now=now,
        )
    return bool(withdrawn)


def mail_new_link(invitation: Invitation, *, now: datetime) -> bool:
    """Send a new link for an ended one, to the same address; False when one went out just now.

    Whoever holds an old link can cause a mail, but to its first reader only.
    """
    ended = invitation.expires_at <= now and invitation.withdrawn_at is None
    if not ended or invitation.connected_at is not None or not invitation.email:
        return False
    lately = Invitation.objects.filter(
        tenant=invitation.tenant,
        integration=invitation.integration,
        email=invitation.email,
        created_at__gt=now - NEW_LINK_PAUSE,
    ).exclude(pk=invitation.pk)
    if lately.exists():
        return False
    following, token = make(
        invitation.tenant,
        invitation.integration,
        email=invitation.email,
        language=invitation.language,
        by=invitation.created_by,
        reconnects=invitation.reconnects,
        expected_visma_tenant_id=invitation.expected_visma_tenant_id,
        expected_number=invitation.expected_number,
        now=now,
    )
    mail(following, token)
    return True


def note_outcome(invitation: Invitation, outcome: str) -> None:
    """Remember where the last try stopped, for the page and for staff."""
    Invitation.objects.filter(pk=invitation.pk).update(last_outcome=outcome)
