"""Kind vni, in a browser: from the link to companies that are read over the ERP API."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from django.core import mail
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection, Grant, Integration, PendingConsent
from integrations.connections.services import (
    custody,
    disconnection,
    doctor,
    invitations,
    vni_tokens,
)
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import NORDHANDEL, REGNSKAP, Invite, Person
from tests.sandbox_process import SandboxProcess
from tests.walker import walk_consent

CHOOSE = "Which companies should get orders?"
CONFIRM = "Should orders go to Fjordlys AS?"
NORWAY, DENMARK = "context-3140001", "context-3140003"
WAITS = "finish_consent"


def picks(person: Person, *companies: str) -> str:
    consent = person.shown.context["consent"]
    return person.press(f"/connect/{consent.pk}/companies/", company=list(companies))


@pytest.fixture
def norway(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Connection:
    """Fjordlys AS, connected by the accountant."""
    person.open(invite(vni_integration))
    person.comes_back(REGNSKAP)
    picks(person, NORWAY)
    return Connection.objects.get(state="connected")


def now_of(connection: Connection) -> tuple[str, str]:
    connection.refresh_from_db()
    return connection.state, connection.problem


def test_asks_visma_for_what_vni_knows_and_nothing_else(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(vni_integration))

    address = urlsplit(person.to_visma())

    asked = dict(parse_qsl(address.query))
    consent = PendingConsent.objects.get()
    assert address.path == "/API/resources/oauth/authorize"
    assert asked.keys() == {"response_type", "client_id", "redirect_uri", "scope", "state"}
    assert asked["scope"] == "financialstasks"
    assert asked["redirect_uri"] == consent.redirect_uri
    assert consent.redirect_uri.endswith("/callback/vni")
    assert (consent.sealed_verifier, consent.nonce, consent.issuer) == (None, "", "")


def test_connects_the_companies_the_person_picks(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(vni_integration))

    assert person.comes_back(REGNSKAP) == CHOOSE
    assert not Connection.objects.exists()
    assert picks(person, NORWAY, DENMARK).startswith("2 companies are connected")

    grant = Grant.objects.get()
    assert (grant.kind, grant.visma_user, grant.kept_until) == ("vni", REGNSKAP, None)
    assert (grant.access_expires_at, grant.sealed_refresh_token) == (None, None)
    rows = Connection.objects.order_by("company__context_id")
    assert [(each.company.context_id, each.state, each.grant) for each in rows] == [
        ("3140001", "connected", grant),
        ("3140003", "connected", grant),
    ]
    assert [each.company.number for each in rows] == ["999111222", "99887766"]


def test_reads_over_the_old_base_with_the_companys_id(
    norway: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.switch(application_type_required=True)
    doctor.examine(norway, now=timezone.now())

    assert now_of(norway) == ("connected", "")
    (*_, read) = sandbox.requests(kind="erp.customers.list")
    assert read["path"].startswith("/API/controller/api/v1/customer")


def test_an_empty_list_names_the_role(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(vni_integration))

    assert person.comes_back(NORDHANDEL) == "This Visma user lacks the role Financials User"
    assert not Connection.objects.exists()
    assert Grant.objects.get().ended_because == "no_financials_role"


def test_nothing_goes_live_before_the_person_confirmed(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(vni_integration))
    began = timezone.now()
    person.comes_back(REGNSKAP)

    grant = Grant.objects.get()
    assert grant.kept_until is not None
    assert grant.kept_until - began > timedelta(hours=23, minutes=59)
    assert not Connection.objects.exists()
    assert vni_tokens.forget_unfinished(now=began + timedelta(hours=23)) == 0
    assert vni_tokens.forget_unfinished(now=timezone.now() + timedelta(hours=25)) == 1

    grant.refresh_from_db()
    assert (grant.ended_because, grant.sealed_access_token) == ("not_confirmed", None)
    assert sandbox.requests(kind="vni.revoke")[-1]["status"] == 200
    assert picks(person, NORWAY) == "The sign-in took too long"
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"iss": "https://connect.visma.com"}, "We can’t trust this answer"),
        ({"state": "foreign"}, "We don’t know this sign-in"),
        ({"code": ""}, "We can’t trust this answer"),
    ],
)
def test_an_answer_that_is_not_vnis_is_refused(
    vni_integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    changes: dict[str, str],
    shown: str,
) -> None:
    person.open(invite(vni_integration))
    parts = urlsplit(person.consents(REGNSKAP))
    query = dict(parse_qsl(parts.query)) | changes

    assert person.get(f"{parts.path}?{urlencode(query)}") == shown
    assert not Grant.objects.exists()
    assert sandbox.requests(kind="vni.token") == []


def test_an_answer_counts_at_vnis_address_once_and_in_its_browser_only(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    token = invite(vni_integration)
    person.open(token)
    callback = person.consents(REGNSKAP)
    stranger = Person()
    stranger.open(token)

    assert stranger.get(callback) == "This sign-in began in another browser"
    elsewhere = callback.replace("/callback/vni", "/callback/connect")
    assert person.get(elsewhere) == "We don’t know this sign-in"
    assert person.client.post("/callback/vni", {}).status_code == 405
    assert person.get(callback) == CHOOSE
    assert person.get(callback) == CHOOSE
    assert len(sandbox.requests(kind="vni.token")) == 1


def test_a_refusal_at_visma_says_so(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(vni_integration))

    assert person.comes_back(REGNSKAP, deny=True) == "You said no at Visma"


def test_a_second_sign_in_holds_the_first_until_it_is_confirmed_and_then_serves_both(
    transactional_db: None,
    norway: Connection,
    vni_integration: Integration,
    invite: Invite,
    member: User,
    sandbox: SandboxProcess,
) -> None:
    mail.outbox.clear()
    second = Person()
    second.open(invite(vni_integration))
    second.shown = second.client.post("/connect/begin/", {"agreed": "yes"})
    second.get(_walk(second, str(second.shown["Location"])))

    assert now_of(norway) == ("broken", WAITS)
    (message,) = mail.outbox
    assert message.subject == "A new sign-in is waiting to be finished"
    shown = second.shown.content.decode()
    assert "Finish here, and orders flow again" in shown
    assert shown.count(" checked") == 1
    former = norway.grant
    assert former is not None
    assert former.ended_because == "superseded"
    assert former.sealed_access_token is None

    picks(second, DENMARK)

    assert now_of(norway) == ("connected", "")
    denmark = Connection.objects.get(company__context_id="3140003")
    assert norway.grant == denmark.grant != former
    assert now_of(denmark) == ("connected", "")


def test_another_tenants_connection_is_superseded_at_once(
    transactional_db: None,
    norway: Connection,
    vni_integration: Integration,
    member: User,
    sandbox: SandboxProcess,
) -> None:
    mail.outbox.clear()
    other = Tenant.objects.create(name="Havgløtt", slug="havglott")
    _, token = invitations.make(other, vni_integration, now=timezone.now())
    second = Person()
    second.open(token)
    second.comes_back(REGNSKAP)

    assert now_of(norway) == ("broken", "superseded")
    (message,) = mail.outbox
    assert message.to == [member.email]
    assert "Havgløtt" not in str(message.message())
    assert "Fjordlys AS" not in second.shown.content.decode().partition("<form")[0]

    picks(second, DENMARK)

    assert now_of(norway) == ("broken", "superseded")


def test_of_two_sign_ins_by_one_user_only_the_later_can_be_confirmed(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    later = Person()
    for each in (person, later):
        each.open(invite(vni_integration))
        assert each.comes_back(REGNSKAP) == CHOOSE

    assert picks(person, NORWAY).startswith("Another sign-in ended the access")
    assert not Connection.objects.exists()
    assert picks(later, NORWAY).startswith("Fjordlys AS is connected")
    assert Grant.objects.filter(ended_at=None).count() == 1


def test_a_persons_token_reads_over_the_erp_api_where_the_route_says_so(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.switch(v3_accepts_user_tokens=False)
    integration.route = "erp-v1"
    integration.save()
    person.open(invite(integration))
    person.comes_back()

    assert person.confirms() == "Fjordlys AS is connected"
    (read,) = sandbox.requests(kind="erp.customers.list")
    assert read["path"].startswith("/v1/customer")


def test_three_connections_of_one_user_are_not_the_applications_incident(
    norway: Connection, vni_integration: Integration, invite: Invite, sandbox: SandboxProcess
) -> None:
    second = Person()
    second.open(invite(vni_integration))
    second.shown = second.client.post("/connect/begin/", {"agreed": "yes"})
    second.get(_walk(second, str(second.shown["Location"])))

    assert not norway.integration.application.incident_set.exists()


def test_a_renewal_asks_about_its_own_company_and_confirms_by_post(
    norway: Connection, vni_integration: Integration, tenant: Tenant, sandbox: SandboxProcess
) -> None:
    _, token = invitations.make(tenant, vni_integration, reconnects=norway, now=timezone.now())
    second = Person()
    second.open(token)

    assert second.comes_back(REGNSKAP) == CONFIRM
    assert now_of(norway) == ("broken", WAITS)
    assert picks(second, NORWAY) == "Fjordlys AS is connected and waits for a yes"

    assert now_of(norway) == ("connected", "")
    assert Grant.objects.filter(ended_at=None).count() == 1


def test_one_read_decides_whether_a_refused_token_is_dead(
    norway: Connection, sandbox: SandboxProcess
) -> None:
    grant = norway.grant
    assert grant is not None
    sandbox.fault("unauthorized", on="erp.customers.list")

    assert doctor.examine(norway, now=timezone.now()).well

    grant.refresh_from_db()
    assert (grant.token_number, grant.stale_number, grant.ended_at) == (2, 1, None)
    assert sandbox.requests(kind="token") == []


def test_a_token_that_was_taken_back_ends_the_grant(
    norway: Connection, sandbox: SandboxProcess
) -> None:
    grant = norway.grant
    assert grant is not None
    headers = {"Authorization": f"Bearer {grant.access_token()}"}
    requests.delete(f"{sandbox.url}/API/security/api/v1/token", headers=headers, timeout=10)

    assert doctor.examine(norway, now=timezone.now()).finding == "consent_ended"

    grant.refresh_from_db()
    assert (grant.ended_because, grant.sealed_access_token) == ("consent_ended", None)
    assert now_of(norway) == ("broken", "consent_ended")


def test_an_outage_of_the_confirming_read_keeps_the_grant(
    norway: Connection, sandbox: SandboxProcess
) -> None:
    grant = norway.grant
    assert grant is not None
    custody.mark_stale(str(grant.pk), 1)
    sandbox.fault("status", on="vni.context", status=503)

    assert not custody.refresh(str(grant.pk), now=timezone.now())
    assert custody.refresh(str(grant.pk), now=timezone.now() + timedelta(minutes=2))
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_a_role_taken_away_is_named(norway: Connection, sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "users", {"email": REGNSKAP, "roles": {}})

    assert doctor.examine(norway, now=timezone.now()).finding == "no_financials_role"
    assert norway.grant is not None
    assert norway.grant.ended_at is None


def test_disconnecting_gives_the_token_back(norway: Connection, sandbox: SandboxProcess) -> None:
    assert disconnection.disconnect(norway, by=None, now=timezone.now())

    assert [one["status"] for one in sandbox.requests(kind="vni.revoke")] == [200]
    grant = Grant.objects.get()
    assert (grant.ended_because, grant.sealed_access_token) == ("disconnected", None)


def test_a_lost_answer_has_the_older_token_looked_at(
    norway: Connection, vni_integration: Integration, invite: Invite, sandbox: SandboxProcess
) -> None:
    second = Person()
    second.open(invite(vni_integration))
    second.shown = second.client.post("/connect/begin/", {"agreed": "yes"})
    callback = _walk(second, str(second.shown["Location"]))
    sandbox.fault("commit_then_drop", on="vni.token")
    before = timezone.now()

    assert second.get(callback) == "Visma does not answer"

    norway.refresh_from_db()
    assert norway.look_again_at is not None
    assert norway.look_again_at >= before
    assert doctor.examine(norway, now=timezone.now()).finding == "consent_ended"


def test_the_ledger_knows_who_allowed_what(norway: Connection) -> None:
    event = AuditEvent.objects.get(verb="consent.granted")

    assert event.facts["company"] == "context-3140001"
    assert event.facts["scopes"] == ["financialstasks"]


def _walk(person: Person, address: str) -> str:
    return "/" + walk_consent(person.session, address, REGNSKAP).split("/", 3)[3]
