"""The guided switch from a person's sign-in to an approval, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections import tasks
from integrations.connections.models import (
    Application,
    Connection,
    Grant,
    Integration,
)
from integrations.connections.services import (
    custody,
    disconnection,
    doctor,
    invitations,
    rounds,
    switching,
)
from integrations.tenants.models import Member, Tenant, User
from tests.connections.conftest import Invite, Person
from tests.sandbox_process import SandboxProcess

WEB = "isv_nordhandel_web"
IN_THE_WAY = "One thing is in the way"


@pytest.fixture
def refused(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Connection:
    """Signed in at Visma Connect, which takes no sales orders under a person's token."""
    Application.objects.update(invitation_code="FJORD-4096-LYS")
    sandbox.switch(v3_accepts_user_tokens=False)
    person.open(invite(integration))
    person.comes_back()
    assert person.confirms() == IN_THE_WAY
    return Connection.objects.get()


@pytest.fixture
def owner(member: User) -> Person:
    person = Person()
    person.client.force_login(member)
    return person


def approve(sandbox: SandboxProcess) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    sandbox.control("POST", "approvals", {"client_id": WEB, "tenant_id": tenant_id})


def page(person: Person) -> str:
    return str(person.shown.content.decode())


def check(person: Person) -> str:
    return person.press(person.shown.context["switch_at"])


def switched(refused: Connection, sandbox: SandboxProcess) -> Connection:
    approve(sandbox)
    assert switching.to_service(refused, by=None, now=timezone.now()) is None
    refused.refresh_from_db()
    return refused


def test_a_403_on_the_first_read_offers_the_switch_with_everything_filled_in(
    refused: Connection, person: Person, sandbox: SandboxProcess
) -> None:
    assert (refused.state, refused.problem) == ("broken", "user_not_taken")
    shown = page(person)
    assert "FJORD-4096-LYS" in shown
    assert sandbox.company("Fjordlys AS")["tenant_id"] in shown
    assert "Check it" in shown


def test_connects_by_the_approval_once_it_is_there(
    refused: Connection, person: Person, sandbox: SandboxProcess
) -> None:
    user = refused.grant
    assert check(person) == IN_THE_WAY
    assert "not approved yet" in page(person)
    refused.refresh_from_db()
    assert refused.grant == user

    approve(sandbox)
    assert check(person) == "Fjordlys AS is connected"

    refused.refresh_from_db()
    assert (refused.state, refused.standby) == ("connected", user)
    assert refused.grant is not None
    assert (refused.grant.kind, refused.grant.application.kind) == ("service", "connect")
    assert doctor.examine(refused, now=timezone.now()).well
    event = AuditEvent.objects.get(verb="connection.switched")
    assert (event.facts["kind"], event.facts["connection"]) == ("service", refused.pk)


def test_looks_again_by_itself_once_somebody_asked(
    refused: Connection, sandbox: SandboxProcess
) -> None:
    now = timezone.now()
    assert rounds.switches_due(now) == []
    assert switching.to_service(refused, by=None, now=now) == "not_approved"
    assert rounds.switches_due(now) == [refused.pk]
    assert rounds.switches_due(now + timedelta(days=6)) == []

    approve(sandbox)
    tasks.look_for_switch(refused.pk)

    refused.refresh_from_db()
    assert refused.state == Connection.State.CONNECTED
    assert rounds.switches_due(now) == []


def test_custody_follows_the_grant_not_the_application(
    refused: Connection, sandbox: SandboxProcess
) -> None:
    connection = switched(refused, sandbox)
    service, user = connection.grant, connection.standby
    assert service is not None
    assert user is not None
    later = timezone.now() + timedelta(hours=2)

    assert custody.refresh(str(service.pk), now=later)
    assert custody.refresh(str(user.pk), now=later)

    service.refresh_from_db()
    user.refresh_from_db()
    assert service.sealed_refresh_token is None
    assert user.sealed_refresh_token is not None
    assert [one["detail"] for one in sandbox.requests(kind="token")][-2:] == [
        "client_credentials",
        "refresh_token",
    ]


def test_token_numbers_go_on_rising_over_the_switch(
    refused: Connection, sandbox: SandboxProcess
) -> None:
    before = refused.grant
    assert before is not None
    connection = switched(refused, sandbox)

    assert connection.grant is not None
    assert connection.grant.token_number > before.token_number
    assert not custody.mark_stale(str(connection.grant.pk), before.token_number)


def test_goes_back_only_when_a_read_under_the_sign_in_is_let_through(
    refused: Connection, owner: Person, sandbox: SandboxProcess
) -> None:
    connection = switched(refused, sandbox)
    service, user = connection.grant, connection.standby
    address = f"/t/fjordlys/connections/{connection.pk}/switch/"

    owner.press(f"{address}back/")
    connection.refresh_from_db()
    assert (connection.grant, connection.standby) == (service, user)
    assert "Visma takes sales orders there only" in page(owner)

    sandbox.switch(v3_accepts_user_tokens=True)
    owner.press(f"{address}back/")
    connection.refresh_from_db()
    assert (connection.grant, connection.standby) == (user, service)
    assert connection.state == Connection.State.CONNECTED

    assert switching.to_service(connection, by=None, now=timezone.now()) is None
    connection.refresh_from_db()
    assert connection.grant is not None
    assert (connection.grant.kind, connection.standby) == ("service", user)


def test_the_way_that_stands_by_can_be_ended(
    refused: Connection, owner: Person, sandbox: SandboxProcess
) -> None:
    connection = switched(refused, sandbox)
    user = connection.standby
    assert user is not None

    owner.press(f"/t/fjordlys/connections/{connection.pk}/switch/let-go/")

    connection.refresh_from_db()
    user.refresh_from_db()
    assert connection.standby is None
    assert connection.state == Connection.State.CONNECTED
    assert user.sealed_refresh_token is None
    assert len(sandbox.requests(kind="revocation")) == 1


def test_disconnecting_ends_both_ways(refused: Connection, sandbox: SandboxProcess) -> None:
    connection = switched(refused, sandbox)

    disconnection.disconnect(connection, by=None, now=timezone.now())

    assert Grant.objects.filter(ended_at=None).count() == 0


def test_a_renewed_sign_in_leaves_the_approval_in_use_until_it_is_proven(
    refused: Connection, tenant: Tenant, integration: Integration, sandbox: SandboxProcess
) -> None:
    connection = switched(refused, sandbox)
    service = connection.grant
    _, token = invitations.make(tenant, integration, reconnects=connection, now=timezone.now())
    second = Person()
    second.open(token)

    assert second.comes_back() == "Fjordlys AS is connected"

    connection.refresh_from_db()
    assert (connection.state, connection.grant) == ("connected", service)
    assert connection.standby is not None
    assert connection.standby.kind == "connect"


def test_an_owner_is_guided_from_the_companys_page(
    refused: Connection, owner: Person, sandbox: SandboxProcess
) -> None:
    address = f"/t/fjordlys/connections/{refused.pk}/switch/"
    owner.get(f"/t/fjordlys/companies/{refused.pk}/")
    assert address in page(owner)

    assert owner.get(address) == "Approve Fjordlys AS in the App Store instead"
    assert "FJORD-4096-LYS" in page(owner)
    approve(sandbox)
    assert owner.press(f"{address}check/") == "Orders for Fjordlys AS go by approval"


def test_strangers_readers_and_odd_deeds_are_refused(
    refused: Connection, owner: Person, tenant: Tenant, person: Person
) -> None:
    address = f"/t/fjordlys/connections/{refused.pk}/switch/"
    assert Person().client.get(address).status_code == 302
    assert owner.client.post(f"{address}else/").status_code == 404
    assert owner.client.get(f"{address}check/").status_code == 405

    stranger = Person()
    stranger.client.force_login(User.objects.create_user("ola@havglott.test", "x"))
    assert stranger.client.get(address).status_code == 404

    reader = User.objects.create_user("reader@fjordlys.test", "x")
    Member.objects.create(tenant=tenant, user=reader, role=Member.Role.READER)
    stranger.client.force_login(reader)
    assert stranger.client.post(f"{address}check/").status_code == 403

    at = person.shown.context["switch_at"]
    assert Person().press(at) == "This sign-in began in another browser"


def test_an_application_for_people_alone_is_not_switched(refused: Connection) -> None:
    Application.objects.update(permission_type="interactive")
    refused.integration.application.refresh_from_db()

    assert not switching.is_offered(refused)
