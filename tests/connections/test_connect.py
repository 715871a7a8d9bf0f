"""Kind connect, in a browser: from the link to a company that works."""

from __future__ import annotations

from integrations.audit.models import AuditEvent
from integrations.audit.services import verify
from integrations.connections.models import Connection, Integration, PendingConsent
from integrations.tenants.models import Tenant
from tests.connections.conftest import NORDHANDEL, SALES_ORDERS, Invite, Person, invitation_of
from tests.sandbox_process import SandboxProcess


def test_connects_the_company_the_person_confirms(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    tenant: Tenant,
) -> None:
    token = invite(integration)

    assert person.open(token) == "Nordhandel asks to put your orders into Visma.net"
    assert person.comes_back() == "Should orders go to Fjordlys AS?"
    assert person.confirms() == "Fjordlys AS is connected"

    connection = Connection.objects.get()
    company = sandbox.company("Fjordlys AS")
    assert connection.state == Connection.State.CONNECTED
    assert connection.proven_at is not None
    assert str(connection.company.visma_tenant_id) == company["tenant_id"]
    assert connection.company.name_verified
    assert connection.company.number == "999111222"
    assert connection.grant is not None
    assert connection.grant.visma_user_email == NORDHANDEL
    assert set(SALES_ORDERS) < set(connection.grant.scopes.split())
    assert invitation_of(token).connected_at is not None
    assert verify(tenant) is None


def test_writes_the_consent_into_the_ledger(connected: Connection, tenant: Tenant) -> None:
    event = AuditEvent.objects.get(tenant=tenant, verb="consent.granted")

    assert event.facts["connection"] == connected.pk
    assert event.facts["company"] == connected.company.visma_key
    assert event.facts["text"] == PendingConsent.objects.get().text
    assert "Make sales orders, and read them back" in event.facts["text"]
    assert event.personal["email"] == NORDHANDEL


def test_the_last_page_says_what_was_granted_not_what_is_asked(
    connected: Connection, person: Person
) -> None:
    Integration.objects.update(scopes="visma.net.erp.salesorder:read")
    grant = connected.grant
    assert grant is not None
    grant.scopes = "vismanet_erp_interactive_api:read"
    grant.save()

    person.get("/connect/")

    page = person.shown.content.decode()
    assert "<dd>Read customers, items and the company’s name</dd>" in page
    assert "Make sales orders" not in page


def test_the_last_step_says_that_orders_wait_for_a_yes(
    connected: Connection, person: Person
) -> None:
    person.get("/connect/")
    assert person.shown.context["steps"][-1]["note"] == "Only now do orders go out"

    Connection.objects.update(confirmed_at=None)
    person.get("/connect/")

    assert person.shown.context["steps"][-1]["note"] == "After your yes"
