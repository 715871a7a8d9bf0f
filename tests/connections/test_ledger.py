"""The consent ledger tells of a consent's whole life, once of each thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.audit.services import verify
from integrations.connections import tasks
from integrations.connections.models import (
    Connection,
    Grant,
    Incident,
    Integration,
    Invitation,
    PendingConsent,
)
from integrations.connections.services import (
    custody,
    disconnection,
    doctor,
    ledger,
    ledger_rounds,
    visma_clients,
)
from integrations.keyring.tokens import digest
from integrations.tenants.models import Tenant, User
from integrations.visma import oauth
from tests.connections.conftest import NORDHANDEL, Invite, Person
from tests.connections.test_service import approve, paste
from tests.sandbox_process import SandboxProcess


def entries() -> list[AuditEvent]:
    return list(AuditEvent.objects.of_ledger().order_by("number"))


def happened() -> list[str]:
    return [event.verb.removeprefix("consent.") for event in entries()]


def test_a_consent_is_written_with_who_what_where_and_the_text(
    connected: Connection, tenant: Tenant
) -> None:
    (entry,) = entries()
    consent = PendingConsent.objects.get()

    assert entry.verb == "consent.granted"
    assert entry.personal == {
        "email": NORDHANDEL,
        "visma_user": Grant.objects.get().visma_user,
        "company_name": "Fjordlys AS",
        "company_number": "999111222",
        "address": "127.0.0.1",
    }
    facts = entry.facts
    assert facts["text"] == consent.text
    assert facts["text_digest"] == digest(consent.text)
    assert facts["language"] == "en"
    assert facts["kind"] == "connect"
    assert facts["scopes"] == sorted(Grant.objects.get().scopes.split())
    assert facts["integration"] == "Webshop orders"
    assert verify(tenant) is None


def test_a_second_consent_renews_the_first(
    connected: Connection, invite: Invite, integration: Integration, person: Person
) -> None:
    person.open(invite(integration, reconnects=connected))
    person.comes_back()

    first, second = entries()
    assert second.verb == "consent.renewed"
    assert second.facts["grant"] != first.facts["grant"]
    assert second.facts["text"]


def test_disconnecting_withdraws_it_once_and_says_by_whom(
    connected: Connection, member: User
) -> None:
    for _ in range(2):
        connected.refresh_from_db()
        disconnection.disconnect(connected, by=member, now=timezone.now())

    assert happened() == ["granted", "withdrawn"]
    last = entries()[-1]
    assert last.facts["by"] == member.pk
    assert last.personal["by"] == member.email
    assert last.facts["grant"] == entries()[0].facts["grant"]


def test_taken_back_at_visma_it_has_ended_there(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    assert connected.grant is not None
    client = visma_clients.client_for(connected.integration.application)
    oauth.revoke(client, connected.grant.refresh_token())
    Grant.objects.update(stale_number=1)

    custody.refresh(str(connected.grant.pk), now=timezone.now() + timedelta(hours=2))

    assert happened() == ["granted", "ended"]
    assert entries()[-1].facts["because"] == "consent_ended"


def test_after_its_end_a_disconnect_tells_nothing_new(connected: Connection, member: User) -> None:
    ledger.note_finding(connected, "consent_ended", now=timezone.now())

    disconnection.disconnect(connected, by=member, now=timezone.now())

    assert happened() == ["granted", "ended"]


@pytest.mark.parametrize("finding", ["no_role", "forbidden", "throttled", "visma_down", "no_such"])
def test_what_does_not_end_a_consent_is_no_entry(connected: Connection, finding: str) -> None:
    ledger.note_finding(connected, finding, now=timezone.now())
    ledger.note_proof(connected, now=timezone.now())

    assert happened() == ["granted"]


def test_an_approval_is_written_and_its_end_and_its_return(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    person.open(invite(service_integration))
    paste(person, tenant_id)
    (given,) = entries()
    assert (given.verb, given.facts["kind"]) == ("consent.granted", "service")
    assert given.personal["address"] == "127.0.0.1"
    assert "Nordhandel asks to put your orders into Visma.net" in given.facts["text"]

    later = timezone.now() + timedelta(hours=2)
    approve(sandbox, tenant_id, approved=False)
    doctor.examine(Connection.objects.get(), now=later)
    assert len(happened()) == 2
    assert entries()[1].verb in ("consent.ended", "consent.withdrawn")

    approve(sandbox, tenant_id)
    assert doctor.examine(Connection.objects.get(), now=later + timedelta(minutes=20)).well
    assert happened()[2:] == ["renewed"]
    assert entries()[-1].facts["because"] == "is_back"


def test_drift_is_noticed_by_night_and_the_doctor_is_sent(connected: Connection) -> None:
    kept = "visma.net.erp.salesorder:read openid"
    before = set(entries()[0].facts["scopes"])
    Grant.objects.update(scopes=kept)

    for _ in range(2):
        ledger_rounds.keep(connected.company.tenant, now=timezone.now())

    assert happened() == ["granted", "lessened"]
    facts = entries()[-1].facts
    assert facts["lost"] == sorted(before - set(kept.split()))
    assert (facts["gained"], facts["scopes"]) == ([], sorted(kept.split()))
    connected.refresh_from_db()
    assert connected.look_again_at is not None
    assert doctor.examine(connected, now=timezone.now()).finding == "scopes_missing"


def test_more_scopes_than_before_are_noted_and_nobody_is_sent(connected: Connection) -> None:
    grant = Grant.objects.get()
    Grant.objects.update(scopes=f"{grant.scopes} visma.net.erp.salesorder:delete")

    ledger_rounds.keep(connected.company.tenant, now=timezone.now())

    assert happened() == ["granted", "widened"]
    assert entries()[-1].facts["gained"] == ["visma.net.erp.salesorder:delete"]
    connected.refresh_from_db()
    assert connected.look_again_at is None


def test_what_a_crash_left_unwritten_is_written_by_night(connected: Connection) -> None:
    Grant.objects.update(
        ended_at=timezone.now(), ended_because="consent_ended", sealed_refresh_token=None,
        refresh_token_digest="",
    )  # fmt: skip

    for _ in range(2):
        ledger_rounds.keep(connected.company.tenant, now=timezone.now())

    assert happened() == ["granted", "ended"]


def test_another_grant_in_its_place_is_written_by_night(connected: Connection) -> None:
    assert connected.grant is not None
    former = connected.grant
    grant = Grant.objects.create(
        tenant=former.tenant, application=former.application, kind="service", scopes=former.scopes
    )
    Connection.objects.update(grant=grant)

    ledger_rounds.keep(connected.company.tenant, now=timezone.now())

    assert happened() == ["granted", "renewed"]
    assert entries()[-1].facts["because"] == "another_grant"


def test_the_nights_task_looks_at_each_tenant(
    connected: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.keep_ledger, "delay", tasks.keep_ledger)
    Grant.objects.update(scopes="openid")

    tasks.keep_ledgers()
    tasks.keep_ledger(0)

    assert happened() == ["granted", "lessened"]


def test_an_altered_chain_is_an_incident_until_it_holds_again(
    connected: Connection, tenant: Tenant, staff: User
) -> None:
    entry = entries()[0]
    text = dict(entry.facts)
    AuditEvent.objects.filter(pk=entry.pk).update(facts={**text, "text": "Everything"})
    for _ in range(2):
        ledger_rounds.keep(tenant, now=timezone.now())

    (incident,) = Incident.objects.filter(cleared_at=None)
    assert (incident.kind, incident.subject) == ("audit_altered", "fjordlys")
    assert incident.detail == f"event {entry.number}"
    assert len([one for one in mail.outbox if one.to == [staff.email]]) <= 1

    AuditEvent.objects.filter(pk=entry.pk).update(facts=text)
    ledger_rounds.keep(tenant, now=timezone.now())
    assert not Incident.objects.filter(cleared_at=None).exists()


def test_an_address_is_forgotten_after_its_time_everywhere(
    connected: Connection, settings: Any, tenant: Tenant
) -> None:
    Invitation.objects.update(pasted_from="10.0.0.7")
    now = timezone.now()
    ledger_rounds.forget_addresses(now=now)
    assert entries()[0].personal["address"] == "127.0.0.1"

    ledger_rounds.forget_addresses(now=now + settings.CONSENT_ADDRESS_LIFE + timedelta(hours=1))

    (entry,) = entries()
    assert "address" not in entry.personal
    assert entry.personal["email"] == NORDHANDEL
    assert set(entry.seals["address"]) == {"digest"}
    assert PendingConsent.objects.get().asked_from is None
    assert Invitation.objects.get().pasted_from is None
    assert verify(tenant) is None


def test_behind_a_proxy_the_browsers_address_counts_and_an_odd_one_stops_nobody(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for given, kept in [("10.9.8.7, 2001:db8::7", "2001:db8::7"), ("nonsense", None)]:
        person.client.defaults["HTTP_X_FORWARDED_FOR"] = given
        person.open(invite(integration))
        person.to_visma()
        assert PendingConsent.objects.latest("created_at").asked_from == kept


def test_a_newer_sign_in_supersedes_it(connected: Connection) -> None:
    ledger.note_finding(connected, "superseded", now=timezone.now())

    assert happened() == ["granted", "superseded"]
