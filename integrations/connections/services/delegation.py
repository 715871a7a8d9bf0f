"""“Somebody else signs in at Visma”: the receiver passes a link of its own on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Invitation, InvitationLink
from integrations.connections.services import addresses, invitations, notices
from integrations.keyring import tokens

# Whoever holds a link can cause mails, but only so many.
MOST = 5


class TooMany(Exception):
    """The link was passed on as often as it may be."""


@transaction.atomic
def pass_on(invitation: Invitation, email: str, *, now: datetime) -> InvitationLink:
    """Mail a link of its own to somebody. An older one to the same address ends.

    Raises invitations.NotOpen and TooMany.
    """
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    invitations.check_open(invitation, now=now)
    since = invitation.renewed_at or invitation.created_at
    if invitation.links.filter(created_at__gte=since).exclude(email="").count() >= MOST:
        raise TooMany
    living(invitation).filter(email__iexact=email).update(ended_at=now, replaced=True)
    token = tokens.new_token()
    link = InvitationLink.objects.create(
        invitation=invitation, token_digest=tokens.digest(token), email=email
    )
    _record(invitation, "invitation.passed_on", link, now=now)
    notices.send_passed_on(invitation, email, addresses.invitation_link(token))
    return link


@transaction.atomic
def take_back(invitation: Invitation, link_id: UUID, *, now: datetime) -> bool:
    """End a link that was passed on. False when there is no such living one."""
    link = living(invitation).filter(pk=link_id).first()
    if link is None or not living(invitation).filter(pk=link.pk).update(ended_at=now):
        return False
    _record(invitation, "invitation.taken_back", link, now=now)
    return True


def open_here(invitation: Invitation) -> str:
    """A further link for somebody who is signed in and goes to Visma now; its token."""
    token = tokens.new_token()
    InvitationLink.objects.create(invitation=invitation, token_digest=tokens.digest(token))
    return token


def living(invitation: Invitation) -> invitations.Links:
    """The links that were passed on and still lead somewhere."""
    return invitation.links.filter(ended_at=None).exclude(email="")


def _record(invitation: Invitation, verb: str, link: InvitationLink, *, now: datetime) -> None:
    record(
        invitation.tenant,
        verb,
        facts={"invitation": str(invitation.pk), "link": str(link.pk)},
        personal={"email": link.email},
        now=now,
    )
