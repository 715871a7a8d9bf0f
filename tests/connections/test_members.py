"""What members and staff do with a connection, and what strangers can't."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection, Grant, Integration, Invitation
from integrations.connections.services import invitations
from integrations.tenants.models import Member, Tenant, User
from tests.connections.conftest import NORDHANDEL, Invite, Person, invitation_of
from tests.sandbox_process import SandboxProcess
from tests.walker import heading


@pytest.fixture
def unconfirmed(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Connection:
    """Connected by somebody whose address isn't the invited one."""
    person.open(invite(integration, email="ola@fjordlys.test"))
    person.comes_back()
    person.confirms()
    return Connection.objects.get()


@pytest.fixture
def owner(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


def test_a_forwarded_link_delivers_nothing_before_a_yes(unconfirmed: Connection) -> None:
    assert unconfirmed.state == Connection.State.CONNECTED
    assert unconfirmed.confirmed_at is None


def test_an_owner_says_yes_and_the_audit_knows(
    unconfirmed: Connection, owner: Client, member: User
) -> None:
    address = f"/t/fjordlys/companies/{unconfirmed.pk}/"

    page = owner.get(address)
    assert heading(page.content.decode()) == "Is Fjordlys AS yours?"
    assert owner.post(f"{address}confirm/").status_code == 302
    assert owner.post(f"{address}confirm/").status_code == 302

    unconfirmed.refresh_from_db()
    assert unconfirmed.confirmed_at is not None
    event = AuditEvent.objects.get(verb="company.confirmed")
    assert event.facts["by"] == member.pk


@pytest.mark.parametrize(
    "named", [{"expected_number": "999 111 222"}, {"expected_visma_tenant_id": "Fjordlys AS"}]
)
def test_a_company_named_beforehand_needs_no_yes(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    named: dict[str, Any],
) -> None:
    if "expected_visma_tenant_id" in named:
        named = {"expected_visma_tenant_id": sandbox.company("Fjordlys AS")["tenant_id"]}
    person.open(invite(integration, email="ola@fjordlys.test", **named))
    person.comes_back()
    person.confirms()

    assert Connection.objects.get().confirmed_at is not None


def test_an_address_that_isnt_verified_spares_no_yes(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.control("POST", "users", {"email": NORDHANDEL, "email_verified": False})
    person.open(invite(integration))
    person.comes_back()
    person.confirms()

    assert Connection.objects.get().confirmed_at is None


def test_owners_are_mailed_about_a_new_company(
    transactional_db: None, member: User, unconfirmed: Connection
) -> None:
    (message,) = mail.outbox
    assert message.to == [member.email]
    assert message.subject == "Fjordlys AS was connected to Fjordlys"


def test_a_reader_sees_but_cannot_act(unconfirmed: Connection, tenant: Tenant) -> None:
    reader = User.objects.create_user("reader@fjordlys.test", "x")
    Member.objects.create(tenant=tenant, user=reader, role=Member.Role.READER)
    client = Client()
    client.force_login(reader)
    address = f"/t/fjordlys/companies/{unconfirmed.pk}/"

    assert client.get(address).status_code == 200
    for action in ("confirm", "check", "reconnect", "disconnect"):
        assert client.post(f"{address}{action}/").status_code == 403
    assert client.get("/t/fjordlys/connections/invite/").status_code == 403


def test_a_stranger_finds_nothing(unconfirmed: Connection) -> None:
    stranger = User.objects.create_user("stranger@other.test", "x")
    other = Tenant.objects.create(name="Other", slug="other")
    Member.objects.create(tenant=other, user=stranger)
    client = Client()
    client.force_login(stranger)

    for slug in ("fjordlys", "other"):
        address = f"/t/{slug}/companies/{unconfirmed.pk}/"
        assert client.get(address).status_code == 404
        for action in ("confirm", "check", "reconnect", "disconnect"):
            assert client.post(f"{address}{action}/").status_code == 404
    unconfirmed.refresh_from_db()
    assert unconfirmed.state == Connection.State.CONNECTED


def test_nothing_changes_by_get(unconfirmed: Connection, owner: Client) -> None:
    for action in ("confirm", "check", "reconnect"):
        address = f"/t/fjordlys/companies/{unconfirmed.pk}/{action}/"
        assert owner.get(address).status_code == 405
    assert (
        "Disconnect"
        in owner.get(f"/t/fjordlys/companies/{unconfirmed.pk}/disconnect/").content.decode()
    )
    unconfirmed.refresh_from_db()
    assert (unconfirmed.state, unconfirmed.confirmed_at) == ("connected", None)


def test_disconnecting_ends_the_grant_here_and_at_visma(
    connected: Connection, owner: Client, sandbox: SandboxProcess
) -> None:
    assert connected.grant is not None
    refresh_token = connected.grant.refresh_token()

    owner.post(f"/t/fjordlys/companies/{connected.pk}/disconnect/")

    after, grant = Connection.objects.get(), Grant.objects.get()
    assert (after.state, after.grant_id) == ("disconnected", None)
    assert grant.ended_because == "disconnected"
    assert (grant.sealed_refresh_token, grant.sealed_access_token) == (None, None)
    assert sandbox.control("GET", "requests?kind=revocation")["requests"][0]["answered"] == 200
    assert refresh_token not in str(Grant.objects.values())
    assert AuditEvent.objects.filter(verb="connection.disconnected").count() == 1


def test_visma_down_does_not_keep_one_connected(
    connected: Connection, owner: Client, sandbox: SandboxProcess
) -> None:
    sandbox.fault("drop_before_commit", on="revocation")

    owner.post(f"/t/fjordlys/companies/{connected.pk}/disconnect/")

    connected.refresh_from_db()
    assert connected.state == Connection.State.DISCONNECTED


def test_an_owner_connects_again_in_the_same_browser(
    connected: Connection, member: User, sandbox: SandboxProcess
) -> None:
    owner = Person()
    owner.client.force_login(member)
    owner.press(f"/t/fjordlys/companies/{connected.pk}/disconnect/")

    shown = owner.press(f"/t/fjordlys/companies/{connected.pk}/reconnect/")
    assert shown == "Renew the access to Fjordlys AS"
    assert owner.comes_back() == "Fjordlys AS is connected"

    connected.refresh_from_db()
    assert connected.state == Connection.State.CONNECTED
    assert Connection.objects.count() == 1


def test_an_invitation_shows_its_link_once(
    integration: Integration, owner: Client, member: User
) -> None:
    answer = owner.post(
        "/t/fjordlys/connections/invite/",
        {
            "integration": integration.pk,
            "email": "ola@fjordlys.test",
            "language": "en",
            "minutes": 30,
        },
    )

    link = next(line for line in answer.content.decode().split("<") if "/i/" in line).partition(
        "/i/"
    )[2]
    assert invitation_of(link.strip()) == Invitation.objects.get()
    assert "no-store" in answer["Cache-Control"]
    assert (
        "expected_visma_tenant_id"
        not in owner.get("/t/fjordlys/connections/invite/").content.decode()
    )


def test_an_owner_withdraws_a_link_of_his_own_tenant_only(
    integration: Integration, invite: Invite, owner: Client
) -> None:
    token = invite(integration)
    other = Tenant.objects.create(name="Other", slug="other")
    strange, _ = invitations.make(other, integration, now=timezone.now())
    address = "/t/fjordlys/invitations/{}/withdraw/"

    assert owner.post(address.format(strange.pk)).status_code == 404
    assert owner.post(address.format(invitation_of(token).pk)).status_code == 303

    assert invitation_of(token).withdrawn_at is not None
    strange.refresh_from_db()
    assert strange.withdrawn_at is None
    assert AuditEvent.objects.filter(verb="invitation.withdrawn").count() == 1
