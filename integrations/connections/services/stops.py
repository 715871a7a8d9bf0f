"""Somebody went to Visma and did not come back: where it stopped, in the person's own words."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Invitation, PendingConsent
from integrations.connections.services import consent, incidents
from integrations.connections.services.findings import Finding
from integrations.connections.services.invitation_states import AWAY

ERROR_PAGE = "error_page"
LONGEST = 80


def is_lost(invitation: Invitation, *, browser: str, now: datetime) -> bool:
    """Whether to ask where it stopped: this browser came back without an answer, or nobody did for
    ten minutes."""
    if consent.never_came_back(invitation, browser=browser) is not None:
        return True
    last = PendingConsent.objects.filter(invitation=invitation).order_by("-created_at").first()
    return (
        last is not None
        and last.consumed_at is None
        and not last.finding
        and last.created_at <= now - AWAY
    )


@transaction.atomic
def note(
    invitation: Invitation, finding: Finding, *, error_id: str = "", browser: str, now: datetime
) -> None:
    """Keep what the person says. An Error-ID goes to staff, who can look it up at Visma."""
    consent.note_stop(invitation, finding, browser=browser)
    PendingConsent.objects.filter(
        invitation=invitation, consumed_at=None, finding="", created_at__lte=now - AWAY
    ).update(finding=finding)
    if finding is not Finding.ERROR_PAGE:
        return
    said = _cleaned(error_id)
    if said:
        Invitation.objects.filter(pk=invitation.pk).update(error_id=said)
    facts = {"invitation": str(invitation.pk), "error_id": said}
    record(invitation.tenant, "invitation.error_page", facts=facts, now=now)
    # About the invitation, not its application: a reader's word must not hold anybody's orders.
    incidents.open_incident(ERROR_PAGE, subject=f"invitation {invitation.pk}", detail=said)


def _cleaned(error_id: str) -> str:
    """The Error-ID in what was pasted: its longest word with a digit, without odd characters."""
    words = "".join(
        character if character.isalnum() or character in "-_:." else " " for character in error_id
    ).split()
    numbered = [word for word in words if any(character.isdigit() for character in word)]
    return max(numbered or words, key=len, default="")[:LONGEST]
