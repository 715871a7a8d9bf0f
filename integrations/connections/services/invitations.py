"""Links that let somebody connect a company. Only a link's digest is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from integrations.audit.services import record
from integrations.connections.models import Connection, Integration, Invitation, InvitationLink
from integrations.connections.services import addresses, notices, second_channel
from integrations.connections.services.findings import Finding
from integrations.keyring import tokens
from integrations.tenants.models import Tenant, User

NEW_LINK_PAUSE = timedelta(minutes=10)
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(days=14)
Links: TypeAlias = QuerySet[InvitationLink]


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
    code: str = "",
    now: datetime,
) -> tuple[Invitation, str]:
    """Make an invitation and return it with its token, which can't be had a second time.

    With a ``code`` (see ``second_channel.new_code``) the link asks for it before anything else.
    """
    token = tokens.new_token()
    life = settings.INVITATION_LIFE if life is None else life
    invitation = Invitation(
        tenant=tenant,
        integration=integration,
        reconnects=reconnects,
        email=email,
        language=language or tenant.language,
        token_digest=tokens.digest(token),
        expected_visma_tenant_id=expected_visma_tenant_id,
        expected_number=expected_number,
        created_by=by,
        expires_at=now + life,
        life=life,
    )
    if code:
        invitation.code_digest = second_channel.digest(invitation, code)
    invitation.save(force_insert=True)
    record(
        tenant,
        "invitation.made",
        facts={
            "invitation": str(invitation.pk),
            "integration": integration.slug,
            "reconnects": reconnects.pk if reconnects else None,
            "by": by.pk if by else None,
            "minutes": int(life.total_seconds() // 60),
            "with_code": bool(code),
        },
        personal={"email": email} if email else None,
        now=now,
    )
    return invitation, token


def renew(invitation: Invitation, *, code: str = "", by: User | None, now: datetime) -> str:
    """Make a new token for the invitation, and a new span of the same life; return the token.

    The former link and all that were passed on lead nowhere any more. What was reached so far
    stays: a pasted tenant id, the last outcome. Raises NotOpen for one that was used or withdrawn.
    """
    if invitation.connected_at is not None or invitation.withdrawn_at is not None:
        check_open(invitation, now=now)
    token, former = tokens.new_token(), invitation.token_digest
    life = max(invitation.life or settings.INVITATION_LIFE, SHORTEST)
    with transaction.atomic():
        changed = Invitation.objects.filter(
            pk=invitation.pk, token_digest=former, connected_at=None, withdrawn_at=None
        ).update(
            token_digest=tokens.digest(token),
            expires_at=now + life,
            renewed_at=now,
            code_digest=second_channel.digest(invitation, code) if code else "",
            code_tries=0,
        )
        if not changed:
            invitation.refresh_from_db()
            raise NotOpen(Finding.LINK_REPLACED, invitation)
        invitation.links.filter(ended_at=None).update(ended_at=now, replaced=True)
        InvitationLink.objects.create(
            invitation=invitation, token_digest=former, ended_at=now, replaced=True
        )
        record(
            invitation.tenant,
            "invitation.renewed",
            facts={"invitation": str(invitation.pk), "by": by.pk if by else None},
            now=now,
        )
    invitation.refresh_from_db()
    return token


def mail(invitation: Invitation, token: str) -> None:
    notices.send_link(invitation, addresses.invitation_link(token))


def find(token: str) -> Invitation | None:
    """The invitation of a link, whatever became of it."""
    return _found(token)[0]


def is_passed_on(token: str) -> bool:
    """Whether the link is one the receiver passed on; its reader can't pass it on once more."""
    return InvitationLink.objects.filter(token_digest=tokens.digest(token)).exists()


def open_by(token: str, *, now: datetime) -> Invitation:
    """Return the invitation of a living link. Raises NotOpen."""
    invitation, link = _found(token)
    if invitation is None:
        raise NotOpen(Finding.LINK_UNKNOWN)
    check_open(invitation, now=now)
    if link is not None and link.ended_at is not None:
        replaced = Finding.LINK_REPLACED if link.replaced else Finding.LINK_WITHDRAWN
        raise NotOpen(replaced, invitation)
    return invitation


def _found(token: str) -> tuple[Invitation | None, InvitationLink | None]:
    rows = Invitation.objects.select_related(
        "tenant",
        "integration__application",
        "created_by",
        "connection__company",
        "reconnects__company",
    )
    digest = tokens.digest(token)
    invitation = rows.filter(token_digest=digest).first()
    if invitation is not None:
        return invitation, None
    link = InvitationLink.objects.filter(token_digest=digest).first()
    return (rows.get(pk=link.invitation_id), link) if link is not None else (None, None)


def check_open(invitation: Invitation, *, now: datetime) -> None:
    """Raise NotOpen unless the link still lives."""
    if invitation.connected_at is not None:
        raise NotOpen(Finding.LINK_USED, invitation)
    if invitation.withdrawn_at is not None:
        raise NotOpen(Finding.LINK_WITHDRAWN, invitation)
    if invitation.expires_at <= now:
        raise NotOpen(Finding.LINK_ENDED, invitation)
    if second_channel.is_shut(invitation):
        raise NotOpen(Finding.LINK_SHUT, invitation)


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

    Whoever holds an old link can cause a mail, but to its first reader only. One with a code is
    renewed by a person, who has to tell the new code.
    """
    ended = invitation.expires_at <= now and invitation.withdrawn_at is None
    if not ended or invitation.connected_at is not None or not invitation.email:
        return False
    if invitation.code_digest or _sent_lately(invitation, now):
        return False
    with transaction.atomic():
        mail(invitation, renew(invitation, by=None, now=now))
    return True


def _sent_lately(invitation: Invitation, now: datetime) -> bool:
    since = now - NEW_LINK_PAUSE
    if invitation.renewed_at is not None and invitation.renewed_at > since:
        return True
    others = Invitation.objects.filter(
        tenant=invitation.tenant,
        integration=invitation.integration,
        email=invitation.email,
        created_at__gt=since,
    )
    return others.exclude(pk=invitation.pk).exists()


def note_outcome(invitation: Invitation, outcome: str) -> None:
    """Remember where the last try stopped, for the page and for staff."""
    Invitation.objects.filter(pk=invitation.pk).update(last_outcome=outcome)
