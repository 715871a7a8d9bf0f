"""Kind service: approved in the App Store, told by a pasted tenant id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.connections.models import Company, Connection, Grant, Integration
from integrations.connections.services import doctor, rounds, service_approval
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import SALES_ORDERS, Invite, Person, invitation_of
from tests.sandbox_process import SandboxProcess

CLIENT = "isv_nordhandel_service"


def approve(sandbox: SandboxProcess, tenant_id: str, **more: Any) -> None:
    sandbox.control("POST", "approvals", {"client_id": CLIENT, "tenant_id": tenant_id, **more})


def paste(person: Person, tenant_id: str) -> str:
    return person.press("/connect/tenant-id/", visma_tenant_id=tenant_id)


def test_connects_once_the_pasted_id_was_approved(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    company = sandbox.company("Fjordlys AS")
    approve(sandbox, company["tenant_id"])

    assert person.open(invite(service_integration)) == "Approve it in Visma’s App Store"
    assert "FJORD-2048-LYS" in person.shown.content.decode()
    assert paste(person, company["tenant_id"]) == "Fjordlys AS is connected and waits for a yes"

    connection = Connection.objects.get()
    assert connection.state == Connection.State.CONNECTED
    assert connection.company.name == "Fjordlys AS"
    assert connection.grant is not None
    assert connection.grant.sealed_refresh_token is None


def test_takes_an_id_as_people_paste_it(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    person.open(invite(service_integration))

    pasted = " {" + tenant_id.upper().replace("-", "\u2010") + "}\n"

    assert paste(person, pasted) == "Fjordlys AS is connected and waits for a yes"


def test_says_what_a_tenant_id_looks_like(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(service_integration))

    paste(person, "Fjordlys AS")

    assert person.shown.status_code == 422
    assert "it has 36 characters, four of them hyphens" in person.shown.content.decode()


def test_waits_for_an_approval_and_looks_again_by_itself(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    token = invite(service_integration)
    person.open(token)

    assert paste(person, tenant_id) == "Not approved in the App Store yet"
    assert not Company.objects.exists()
    assert not Grant.objects.exists()

    approve(sandbox, tenant_id)
    later = timezone.now() + timedelta(minutes=2)
    assert rounds.approvals_due(later) == [invitation_of(token).pk]
    service_approval.look(invitation_of(token), now=later)

    assert Connection.objects.get().state == Connection.State.CONNECTED
    assert rounds.approvals_due(later + timedelta(minutes=2)) == []


def test_tells_a_contracts_id_from_a_companys(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    contract = sandbox.world()["contracts"][0]["tenant_id"]
    approve(sandbox, sandbox.company("Fjordlys AS")["tenant_id"])
    person.open(invite(service_integration))

    for answer in ("401", "12027"):
        sandbox.switch(contract_answer=answer)
        assert paste(person, contract) == "This tenant id is not a company’s"

    assert not Company.objects.exists()


def test_names_a_right_that_is_switched_off(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id, scopes=SALES_ORDERS[:1])
    person.open(invite(service_integration))

    assert paste(person, tenant_id) == "A right is switched off in the App Store"
    assert not Connection.objects.exists()


def test_an_approval_taken_back_shows_and_mends_by_itself(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    person.open(invite(service_integration))
    paste(person, tenant_id)
    connection = Connection.objects.get()

    approve(sandbox, tenant_id, approved=False)
    later = timezone.now() + timedelta(hours=2)
    report = doctor.examine(connection, now=later)
    connection.refresh_from_db()
    assert (report.well, report.finding) == (False, "approval_withdrawn")
    assert connection.state == Connection.State.BROKEN
    assert connection.grant is not None
    assert connection.grant.ended_at is None

    approve(sandbox, tenant_id)
    later += timedelta(days=1)
    assert rounds.connections_due(later) == [connection.pk]
    assert doctor.examine(connection, now=later).well


def test_only_staff_confirm_a_company_that_another_tenant_has(
    service_integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    member: User,
    staff: User,
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    Company.objects.create(
        tenant=Tenant.objects.create(name="Other", slug="other"), visma_tenant_id=tenant_id
    )
    person.client.force_login(member)
    person.open(invite(service_integration))
    paste(person, tenant_id)
    connection = Connection.objects.get()
    address = f"/t/fjordlys/companies/{connection.pk}/confirm/"

    assert connection.confirmed_at is None
    refused = person.client.post(address, follow=True).content.decode()
    assert "Only the portal’s staff can say whose company this is." in refused
    connection.refresh_from_db()
    assert connection.confirmed_at is None
    person.client.force_login(staff)
    person.client.post(address)
    connection.refresh_from_db()
    assert connection.confirmed_at is not None
