"""What runs beside the pages: refreshes, examinations, and looking again. Ids in, clock in."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from integrations.connections.models import Connection, Invitation
from integrations.connections.services import custody, doctor, reminders, rounds, service_approval
from integrations.connections.services.clock import database_now


@shared_task
def refresh(grant_id: str) -> None:
    """See to it that a grant has a usable access token. Safe to run beside itself."""
    custody.refresh(grant_id, now=database_now())


@shared_task
def examine(connection_id: int) -> None:
    """Send the doctor to a connection."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is not None:
        doctor.examine(connection, now=database_now())


@shared_task
def look_for_approval(invitation_id: str) -> None:
    """Ask the App Store's answer about a pasted tenant id again."""
    invitation = (
        Invitation.objects.select_related("tenant", "integration__application", "reconnects")
        .filter(pk=UUID(invitation_id))
        .first()
    )
    if invitation is not None:
        service_approval.look(invitation, now=database_now())


@shared_task
def remind_staff() -> None:
    """Mail staff of secrets and invitation codes that end soon."""
    reminders.remind(now=database_now())


@shared_task
def look_again() -> None:
    """Start everything that is due to be looked at: approvals, roles, lapsing tokens, proofs."""
    now = database_now()
    for grant_id in rounds.grants_due(now):
        refresh.delay(grant_id)
    for connection_id in rounds.connections_due(now):
        examine.delay(connection_id)
    for invitation_id in rounds.approvals_due(now):
        look_for_approval.delay(str(invitation_id))
