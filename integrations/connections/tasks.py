"""What runs beside the pages: refreshes, examinations, and looking again. Ids in, clock in."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from integrations.connections.models import Connection, Invitation
from integrations.connections.services import (
    custody,
    doctor,
    endings,
    ledger_rounds,
    list_checks,
    outbox,
    pruning,
    reminders,
    rounds,
    service_approval,
    summaries,
    switching,
    vni_tokens,
)
from integrations.connections.services.clock import database_now
from integrations.tenants.models import Tenant

logger = logging.getLogger(__name__)


@shared_task
def refresh(grant_id: str) -> None:
    """See to it that a grant has a usable access token. Safe to run beside itself."""
    custody.refresh(grant_id, early=True, now=database_now())


@shared_task
def examine(connection_id: int) -> None:
    """Send the doctor to a connection."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is not None:
        doctor.examine(connection, in_background=True, now=database_now())


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
def keep_alive() -> None:
    """Use refresh tokens that rest, before they lapse for it."""
    for grant_id in rounds.grants_idle(database_now()):
        refresh.delay(grant_id)


@shared_task
def look_for_switch(connection_id: int) -> None:
    """Ask whether the approval that is to replace a sign-in is there by now."""
    connection = (
        Connection.objects.select_related(
            "company__tenant", "integration__application", "grant", "standby"
        )
        .filter(pk=connection_id)
        .first()
    )
    if connection is not None:
        switching.to_service(connection, by=None, now=database_now())


@shared_task
def check_listed() -> None:
    """Look at the tenant ids of lists; a long one is gone on with by the next."""
    if list_checks.work_off():
        check_listed.delay()


def ring_for_lists() -> None:
    """Have lists looked at now. Never fails: the scheduler makes up for a lost bell."""
    try:
        check_listed.apply_async(expires=60, retry=False)
    except Exception as error:
        # Whatever the broker's client raises: the rows are committed.
        logger.warning("The bell could not be rung: %s", type(error).__name__)


@shared_task
def send_mails() -> None:
    """Send what waits, such as what a mail server did not take before."""
    outbox.send_due(now=database_now())


@shared_task
def write_mails() -> None:
    """Write the mails of a day: summaries, and what ends soon."""
    now = database_now()
    endings.remind(now=now)
    summaries.write_due(now=now)


@shared_task
def prune() -> None:
    """Delete what ended long ago: sign-ins, invitations, mails, outages."""
    pruning.prune(now=database_now())


@shared_task
def keep_ledgers() -> None:
    """Start the night's look at every consent ledger, and forget old addresses."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        keep_ledger.delay(tenant_id)
    ledger_rounds.forget_addresses(now=database_now())


@shared_task
def keep_ledger(tenant_id: int) -> None:
    """Write down what drifted from a tenant's consents, and walk its chain."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is not None:
        ledger_rounds.keep(tenant, now=database_now())


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
    for connection_id in rounds.switches_due(now):
        look_for_switch.delay(connection_id)
    vni_tokens.forget_unfinished(now=now)
