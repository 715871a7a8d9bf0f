"""Ended here, or ended at Visma: what is revoked, forgotten, kept, noticed and said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection, Grant, Integration
from integrations.connections.services import custody, disconnection, doctor, outbox, rounds
from integrations.tenants.models import User
from tests.connections.conftest import Invite, Person
from tests.sandbox_process import SandboxProcess

CLIENT = "isv_nordhandel_service"


@pytest.fixture
def approved(
    transactional_db: None,
    service_integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    member: User,
    mailoutbox: list[Any],
) -> Connection:
    """Fjordlys AS by the App Store's approval; no mail of that is in the way."""
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    person.open(invite(service_integration))
    person.press("/connect/tenant-id/", visma_tenant_id=tenant_id)
    mailoutbox.clear()
    return Connection.objects.get(state="connected")


def approve(sandbox: SandboxProcess, tenant_id: object, *, approved: bool = True) -> None:
    given = {"client_id": CLIENT, "tenant_id": str(tenant_id), "approved": approved}
    sandbox.control("POST", "approvals", given)


def ledger(connection: Connection) -> list[str]:
    """The consent ledger of a connection, oldest first, in short."""
    events = AuditEvent.objects.of_ledger().filter(facts__connection=connection.pk)
    return [event.verb.removeprefix("consent.") for event in events.order_by("number")]


def mails(sent: list[Any], member: User) -> list[str]:
    """What the member was mailed, whenever it was due."""
    outbox.send_due(now=timezone.now() + timedelta(days=1))
    return [mail.subject for mail in sent if mail.to == [member.email]]


def test_disconnecting_revokes_forgets_and_keeps_the_history(
    connected: Connection, sandbox: SandboxProcess, member: User
) -> None:
    assert connected.grant is not None
    refresh_token = connected.grant.refresh_token()

    assert disconnection.disconnect(connected, by=member, now=timezone.now())

    grant = Grant.objects.get()
    assert grant.ended_because == "disconnected"
    assert (grant.sealed_refresh_token, grant.sealed_access_token) == (None, None)
    assert len(sandbox.requests(kind="revocation")) == 1
    assert refresh_token not in repr(sandbox.requests(kind="revocation"))
    assert ledger(connected) == ["granted", "withdrawn"]
    assert Connection.objects.filter(pk=connected.pk, state="disconnected").exists()


def test_disconnecting_works_although_visma_is_away(
    connected: Connection, sandbox: SandboxProcess, member: User
) -> None:
    sandbox.fault("drop_before_commit", on="revocation")

    assert disconnection.disconnect(connected, by=member, now=timezone.now())

    assert Grant.objects.get().sealed_refresh_token is None


def test_an_approval_says_what_stays_after_disconnecting(
    approved: Connection, member: User, client: Client
) -> None:
    client.force_login(member)
    stays = "The approval in the App Store stays until an integration administrator removes it"

    asked = client.get(f"/t/fjordlys/companies/{approved.pk}/disconnect/")
    done = client.post(f"/t/fjordlys/companies/{approved.pk}/disconnect/", follow=True)

    assert stays in asked.content.decode()
    assert stays in done.content.decode()


def test_a_withdrawn_approval_is_noticed_by_the_next_token(
    approved: Connection, sandbox: SandboxProcess, member: User, mailoutbox: list[Any]
) -> None:
    approve(sandbox, approved.company.visma_tenant_id, approved=False)
    now = timezone.now() + timedelta(minutes=58)
    (grant_id,) = rounds.grants_due(now)

    assert not custody.refresh(grant_id, early=True, now=now)
    for minutes in (1, 20, 60 * 24):
        doctor.examine(approved, in_background=True, now=now + timedelta(minutes=minutes))

    approved.refresh_from_db()
    assert (approved.state, approved.problem) == ("broken", "approval_withdrawn")
    assert mails(mailoutbox, member) == ["The approval for Fjordlys AS was withdrawn"]
    assert ledger(approved) == ["granted", "withdrawn"]


def test_a_withdrawn_approval_is_noticed_by_the_next_call_where_visma_refuses_at_once(
    approved: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.switch(revoked_tenant_at_once=True)
    approve(sandbox, approved.company.visma_tenant_id, approved=False)

    report = doctor.examine(approved, now=timezone.now())

    assert report.finding == "approval_withdrawn"
    assert "integration administrator" in next(c for c in report.checks if c.passed is False).who


def test_an_approval_given_again_is_found_by_itself(
    approved: Connection, sandbox: SandboxProcess
) -> None:
    tenant_id, now = approved.company.visma_tenant_id, timezone.now() + timedelta(hours=1)
    approve(sandbox, tenant_id, approved=False)
    doctor.examine(approved, in_background=True, now=now)
    approve(sandbox, tenant_id)

    assert rounds.connections_due(now + timedelta(minutes=14)) == []
    assert rounds.connections_due(now + timedelta(minutes=15)) == [approved.pk]
    assert doctor.examine(approved, in_background=True, now=now + timedelta(minutes=15)).well

    assert ledger(approved) == ["granted", "withdrawn", "renewed"]


def test_a_consent_taken_back_at_visma_is_said(
    transactional_db: None,
    connected: Connection,
    sandbox: SandboxProcess,
    member: User,
    mailoutbox: list[Any],
) -> None:
    mailoutbox.clear()
    sandbox.control("DELETE", "tokens", {"refresh": True})

    doctor.examine(connected, in_background=True, now=timezone.now() + timedelta(hours=1))

    connected.refresh_from_db()
    assert connected.problem == "consent_ended"
    assert ledger(connected)[-1] == "ended"
    assert mails(mailoutbox, member) == ["Visma has ended the access to Fjordlys AS"]
