"""One Visma user for each integration and company: said, asked for, recorded, and kept to."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection, Grant, Integration, PendingConsent
from integrations.connections.services import invitations
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import NORDHANDEL, REGNSKAP, Invite, Person
from tests.sandbox_process import SandboxProcess
from tests.walker import heading, walk_consent

NORWAY = "context-3140001"
WARNED, MAYBE = "This sign-in ends another access", "This sign-in may end another access"
OTHER = "Another Visma user signed in than you said"


def page(person: Person) -> str:
    return str(person.shown.content.decode())


def begins(person: Person, **fields: Any) -> str:
    """Press “Continue to Visma”; the heading of a page of ours, or Visma's address."""
    answer = person.client.post("/connect/begin/", fields)
    person.shown = answer
    if answer.status_code == 303:
        return str(answer["Location"])
    return heading(answer.content.decode())


def signs_in(person: Person, email: str = REGNSKAP, **fields: Any) -> str:
    address = walk_consent(person.session, begins(person, **fields), email)
    return person.get("/" + address.split("/", 3)[3])


@pytest.fixture
def norway(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Connection:
    person.open(invite(vni_integration))
    signs_in(person)
    consent = person.shown.context["consent"]
    person.press(f"/connect/{consent.pk}/companies/", company=[NORWAY])
    return Connection.objects.get(state="connected")


@pytest.fixture
def second(norway: Connection, vni_integration: Integration, invite: Invite) -> Person:
    """Somebody else with a link, when Fjordlys AS is connected already."""
    person = Person()
    person.open(invite(vni_integration))
    return person


def test_the_landing_page_says_which_user_and_asks_who_it_will_be(
    integration: Integration, invite: Invite, person: Person, settings: Any
) -> None:
    settings.SUPPORT_EMAIL = "help@nordhandel.example"
    person.open(invite(integration))

    shown = page(person)
    assert "webshop.fjordlys@nordhandel.example" in shown
    assert "One Visma user for this and for one company" in shown
    assert "Who will sign in at Visma?" in shown

    Integration.objects.update(visma_user_hint="orders@fjordlys.example")
    person.get("/connect/")
    assert "orders@fjordlys.example" in page(person)


def test_what_is_no_address_is_said_and_kept_nowhere(
    integration: Integration, invite: Invite, person: Person
) -> None:
    person.open(invite(integration))

    begins(person, declared_user="somebody")

    assert person.shown.status_code == 422
    assert "This is not an e-mail address." in page(person)
    assert not PendingConsent.objects.exists()


def test_keeps_who_was_named_and_who_signed_in(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    signs_in(person, NORDHANDEL, declared_user=NORDHANDEL)

    assert PendingConsent.objects.get().declared_user == NORDHANDEL
    assert Grant.objects.get().visma_user_email == NORDHANDEL
    assert OTHER not in page(person)


def test_a_sign_in_by_somebody_else_is_said_before_the_company_is_confirmed(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    signs_in(person, NORDHANDEL, declared_user="orders@fjordlys.example")

    assert OTHER in page(person)
    assert f"You said orders@fjordlys.example; {NORDHANDEL} signed in." in page(person)


def test_warns_before_a_sign_in_that_ends_a_living_token(second: Person) -> None:
    assert begins(second, declared_user=REGNSKAP.upper()) == WARNED
    assert "Fjordlys AS" in page(second)
    assert begins(second) == MAYBE
    assert "Fjordlys AS" in page(second)
    assert PendingConsent.objects.count() == 1
    assert not AuditEvent.objects.filter(verb="consent.ending_agreed").exists()


def test_an_explicit_yes_goes_on_and_is_audited(second: Person, norway: Connection) -> None:
    address = begins(second, declared_user=REGNSKAP, agreed="yes")

    assert "/API/resources/oauth/authorize" in address
    event = AuditEvent.objects.get(verb="consent.ending_agreed")
    assert event.facts["connections"] == [norway.pk]
    assert event.facts["others"] is False
    assert event.personal["visma_user"] == REGNSKAP


def test_a_user_of_its_own_is_not_warned_of(second: Person) -> None:
    address = begins(second, declared_user="webshop.denmark@fjordlys.example")

    assert "/API/resources/oauth/authorize" in address


def test_a_renewal_is_not_warned_of_its_own_end(
    norway: Connection, vni_integration: Integration, tenant: Tenant
) -> None:
    _, token = invitations.make(tenant, vni_integration, reconnects=norway, now=timezone.now())
    second = Person()
    second.open(token)
    assert REGNSKAP in page(second)

    assert "/API/resources/oauth/authorize" in begins(second, declared_user=REGNSKAP)


def test_another_tenants_access_is_ended_by_staff_only_and_never_named(
    norway: Connection, vni_integration: Integration, member: User, staff: User
) -> None:
    other = Tenant.objects.create(name="Havgløtt", slug="havglott")
    _, token = invitations.make(other, vni_integration, now=timezone.now())
    second = Person()
    second.open(token)

    assert begins(second, declared_user=REGNSKAP) == WARNED
    assert "Another customer’s access" in page(second)
    assert "Fjordlys AS" not in page(second)
    assert begins(second, declared_user=REGNSKAP, agreed="yes") == WARNED
    second.client.force_login(member)
    assert begins(second, declared_user=REGNSKAP, agreed="yes") == WARNED
    second.client.force_login(staff)
    assert "/API/resources/oauth/authorize" in begins(second, declared_user=REGNSKAP, agreed="yes")
    event = AuditEvent.objects.get(verb="consent.ending_agreed")
    assert (event.facts["by"], event.facts["others"]) == (staff.pk, True)


def test_another_user_than_named_stops_and_says_which_connection_died(
    second: Person, norway: Connection
) -> None:
    assert signs_in(second, declared_user="webshop.denmark@fjordlys.example") == OTHER

    shown = page(second)
    assert "What the sign-in has ended" in shown
    assert "Fjordlys AS" in shown
    norway.refresh_from_db()
    assert (norway.state, norway.problem) == ("broken", "finish_consent")
    kept = Grant.objects.get(ended_at=None)
    assert kept.kept_until is not None
    assert Connection.objects.count() == 1


def test_going_on_with_the_other_user_mends_what_died(second: Person, norway: Connection) -> None:
    signs_in(second, declared_user="webshop.denmark@fjordlys.example")
    consent = second.shown.context["consent"]

    assert second.press(f"/connect/{consent.pk}/go-on/") == "Which companies should get orders?"
    assert second.press(f"/connect/{consent.pk}/go-on/") == "Which companies should get orders?"
    second.press(f"/connect/{consent.pk}/companies/", company=[NORWAY])

    norway.refresh_from_db()
    assert (norway.state, norway.problem) == ("connected", "")


def test_a_stranger_cannot_go_on_with_it(second: Person) -> None:
    signs_in(second, declared_user="webshop.denmark@fjordlys.example")
    consent = second.shown.context["consent"]

    shown = Person().press(f"/connect/{consent.pk}/go-on/")

    assert shown == "This sign-in began in another browser"
    consent.refresh_from_db()
    assert consent.outcome == PendingConsent.Outcome.FAILED


def test_the_connections_page_shows_its_visma_user(norway: Connection, member: User) -> None:
    owner = Person()
    owner.client.force_login(member)

    owner.get(f"/t/fjordlys/companies/{norway.pk}/")

    assert REGNSKAP in page(owner)
