"""Each way a consent can stop ends on a page that says what happened and what to press."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.core import mail
from django.utils import timezone

from integrations.connections.models import (
    Connection,
    Grant,
    Incident,
    Integration,
    Invitation,
    PendingConsent,
)
from integrations.connections.services import invitations
from integrations.keyring import tokens
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import NORDHANDEL, REGNSKAP, Invite, Person, invitation_of
from tests.sandbox_process import SandboxProcess
from tests.walker import WentNowhere, walk_consent


def changed(callback: str, **changes: str | None) -> str:
    parts = urlsplit(callback)
    query = dict(parse_qsl(parts.query)) | changes
    return f"{parts.path}?{urlencode({k: v for k, v in query.items() if v is not None})}"


def nothing_was_stored() -> bool:
    return not Grant.objects.exists() and not Connection.objects.exists()


# The link


def test_opening_a_link_changes_nothing(
    integration: Integration, invite: Invite, person: Person
) -> None:
    token = invite(integration)
    before = list(Invitation.objects.values())

    for method in ("get", "head"):
        answer = getattr(person.client, method)(f"/i/{token}")
        assert answer.status_code == 303
        assert answer["Location"] == "/connect/"
        assert answer["Referrer-Policy"] == "no-referrer"

    assert list(Invitation.objects.values()) == before
    assert not PendingConsent.objects.exists()


def test_the_link_leaves_a_cookie_that_scripts_and_other_sites_dont_get(
    integration: Integration, invite: Invite, person: Person
) -> None:
    person.open(invite(integration))

    cookie = person.client.cookies["__Host-invitation"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"


def test_the_page_is_never_stored_and_speaks_the_invited_ones_language(
    integration: Integration, invite: Invite, person: Person
) -> None:
    person.open(invite(integration, language="nb"))

    assert "no-store" in person.shown["Cache-Control"]
    assert person.client.cookies["django_language"].value == "nb"


def test_only_a_links_digest_is_kept(integration: Integration, invite: Invite) -> None:
    token = invite(integration)

    assert Invitation.objects.get().token_digest == tokens.digest(token)
    assert token not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize("path", ["/i/not-a-link", "/connect/"])
def test_an_unknown_link_says_so(db: None, person: Person, path: str) -> None:
    assert person.get(path) == "We don’t know this link"
    assert person.shown.status_code == 404


def test_an_ended_link_mails_a_new_one_once(
    integration: Integration,
    invite: Invite,
    person: Person,
    django_capture_on_commit_callbacks: Any,
) -> None:
    token = invite(integration, life=timedelta(0))

    assert person.open(token) == "This link has ended"
    assert person.shown.status_code == 410
    with django_capture_on_commit_callbacks(execute=True):
        assert person.press("/connect/new-link/") == "A new link is on its way"
        assert person.press("/connect/new-link/") == "No new link was sent"

    (message,) = mail.outbox
    assert message.to == [NORDHANDEL]
    link = next(line for line in message.body.splitlines() if "/i/" in line)
    assert person.get(urlsplit(link).path) == "Nordhandel asks to put your orders into Visma.net"


def test_a_withdrawn_link_leads_nowhere(
    integration: Integration, invite: Invite, person: Person, staff: User
) -> None:
    token = invite(integration)
    invitations.withdraw(invitation_of(token), by=staff, now=timezone.now())

    assert person.open(token) == "This link was withdrawn"
    assert person.client.post("/connect/begin/")["Location"] == "/connect/"


@pytest.mark.parametrize(("address", "shown"), [("help@nordhandel.example", True), ("", False)])
def test_who_is_to_ask_the_vendor_sees_where(
    db: None, person: Person, settings: Any, address: str, shown: bool
) -> None:
    settings.SUPPORT_EMAIL = address

    person.get("/connect/stopped/link_withdrawn/")
    page = person.shown.content.decode()

    assert ('at <a href="mailto:help@nordhandel.example">' in page) is shown
    person.get("/connect/stopped/denied/")
    assert "You reach" not in person.shown.content.decode()


def test_a_used_link_shows_what_it_did(connected: Connection, person: Person) -> None:
    assert person.get("/connect/") == "Fjordlys AS is connected"


# At Visma


def test_saying_no_at_visma(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))

    assert person.comes_back(deny=True) == "You said no at Visma"
    assert "Continue to Visma" in person.shown.content.decode()
    assert person.comes_back() == "Should orders go to Fjordlys AS?"


def test_a_user_without_a_role_at_the_token_endpoint(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.switch(user_without_role="invalid_tenant")
    person.open(invite(integration))

    assert person.comes_back("uten.rolle@fjordlys.example") == "This Visma user lacks a role"
    assert "API User" in person.shown.content.decode()
    assert nothing_was_stored()


def test_asks_where_it_stopped_when_nobody_came_back(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    token = invite(integration)
    person.open(token)
    with pytest.raises(WentNowhere):
        person.consents("uten.rolle@fjordlys.example")

    person.get("/connect/")
    assert "Where did it stop?" in person.shown.content.decode()
    assert (
        person.press("/connect/stopped/", where="no_company") == "Visma shows this user no company"
    )
    assert invitation_of(token).last_outcome == "no_company"

    person.open(token)
    assert "Where did it stop?" not in person.shown.content.decode()
    assert "Visma shows this user no company" in person.shown.content.decode()

    person.to_visma()
    person.get("/connect/")
    assert "Where did it stop?" in person.shown.content.decode()


def test_an_answer_counts_although_its_sign_in_was_said_to_have_stopped(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    person.press("/connect/stopped/", where="denied")

    assert person.get(callback) == "Should orders go to Fjordlys AS?"
    assert PendingConsent.objects.get().finding == ""


def test_visma_down_at_the_token_endpoint(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    sandbox.fault("status", on="token", status=503)

    assert person.get(callback) == "Visma does not answer"
    assert nothing_was_stored()


def test_a_wrong_client_secret_is_the_isvs_to_mend(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    secret = integration.application.secrets.get()
    secret.seal("not the secret")
    secret.save()
    person.open(invite(integration))

    assert person.comes_back() == "Something of ours is set up wrong"
    assert Incident.objects.get().kind == "application_refused"
    assert nothing_was_stored()


# The way back


def test_the_code_leaves_the_address_line_at_once(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))

    answer = person.client.get(person.consents())

    assert answer.status_code == 303
    assert answer["Location"] == f"/connect/{PendingConsent.objects.get().pk}/"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_looking_at_the_address_by_head_redeems_no_code(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()

    answer = person.client.head(callback)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")
    assert PendingConsent.objects.get().consumed_at is None
    assert person.get(callback) == "Should orders go to Fjordlys AS?"


def test_the_same_answer_again_shows_the_same_result_for_a_minute(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    person.get(callback)

    assert person.get(callback) == "Should orders go to Fjordlys AS?"
    assert Grant.objects.count() == 1

    PendingConsent.objects.update(consumed_at=timezone.now() - timedelta(seconds=61))
    assert person.get(callback) == "This sign-in was used already"


def test_another_browser_gets_nothing(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    token = invite(integration)
    person.open(token)
    callback = person.consents()
    stranger = Person()
    stranger.open(token)

    assert stranger.get(callback) == "This sign-in began in another browser"
    assert Person().get(callback) == "This sign-in began in another browser"
    assert PendingConsent.objects.get().consumed_at is None
    assert person.get(callback) == "Should orders go to Fjordlys AS?"
    consent = PendingConsent.objects.get()
    assert stranger.get(f"/connect/{consent.pk}/") == "This sign-in began in another browser"
    posted = stranger.press(f"/connect/{consent.pk}/companies/", company="x", number="1")
    assert posted == "This sign-in began in another browser"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "made-up"}, "We don’t know this sign-in"),
        ({"state": None}, "We don’t know this sign-in"),
        ({"iss": "https://elsewhere.example"}, "We can’t trust this answer"),
        ({"iss": None}, "We can’t trust this answer"),
        ({"code": "made-up"}, "Visma did not complete the sign-in"),
        ({"code": None}, "We can’t trust this answer"),
        ({"error": "access_denied"}, "We can’t trust this answer"),
    ],
)
def test_refuses_an_answer_that_was_changed(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    changes: dict[str, str | None],
    said: str,
) -> None:
    person.open(invite(integration))

    assert person.get(changed(person.consents(), **changes)) == said
    assert nothing_was_stored()


@pytest.mark.parametrize(
    ("name", "said"),
    [("state", "We don’t know this sign-in"), ("code", "We can’t trust this answer")],
)
def test_refuses_a_parameter_that_comes_twice(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    name: str,
    said: str,
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    value = parse_qs(urlsplit(callback).query)[name][0]

    assert person.get(f"{callback}&{urlencode({name: value})}") == said
    assert nothing_was_stored()


def test_an_answer_after_half_an_hour_is_too_late(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    PendingConsent.objects.update(expires_at=timezone.now())

    assert person.get(callback) == "The sign-in took too long"
    assert nothing_was_stored()


def test_a_link_withdrawn_meanwhile_connects_nothing(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    token = invite(integration)
    person.open(token)
    callback = person.consents()
    invitations.withdraw(invitation_of(token), by=None, now=timezone.now())

    assert person.get(callback) == "This link was withdrawn"
    assert nothing_was_stored()


def test_a_verifier_that_doesnt_fit_the_challenge_is_refused_by_visma(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    consent = PendingConsent.objects.get()
    consent.seal_verifier("x" * 64)
    consent.save()

    assert person.get(callback) == "Visma did not complete the sign-in"


def test_an_id_token_for_another_nonce_is_refused(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    callback = person.consents()
    PendingConsent.objects.update(nonce="another")

    assert person.get(callback) == "We can’t trust this answer"
    assert nothing_was_stored()


# By POST


def test_takes_an_answer_by_post_in_the_browser_that_began(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    answer = dict(parse_qsl(urlsplit(person.consents()).query))
    # Another site's form: the Lax cookie stays behind, and so does a CSRF token.
    strangers_form = Person().client
    strangers_form.handler.enforce_csrf_checks = True

    posted = strangers_form.post("/callback/connect", answer)

    assert posted.status_code == 303
    consent = PendingConsent.objects.get()
    assert posted["Location"] == f"/connect/{consent.pk}/finish/"
    assert answer["code"].encode() not in bytes(consent.sealed_answer or b"")
    assert consent.consumed_at is None
    assert Person().get(posted["Location"]) == "This sign-in began in another browser"
    assert person.get(posted["Location"]) == "Should orders go to Fjordlys AS?"
    assert strangers_form.post("/callback/connect", answer)["Location"].endswith("/state_used/")


def test_takes_no_post_without_a_pending_state_or_beyond_its_size(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    answer = dict(parse_qsl(urlsplit(person.consents()).query))

    unknown = person.client.post("/callback/connect", answer | {"state": "made-up"})
    large = person.client.post("/callback/connect", answer | {"more": "x" * 17_000})

    assert unknown["Location"] == large["Location"] == "/connect/stopped/state_unknown/"
    assert PendingConsent.objects.get().sealed_answer is None


# The company


def test_a_reconnect_that_lands_elsewhere_stops_with_both_names(
    connected: Connection,
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
) -> None:
    denmark = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    before = connected.grant_id
    again = Person()
    again.open(invite(integration, reconnects=connected))
    address = changed_hint(again.to_visma())

    assert (
        again.get(walk(again, address, denmark)) == "This is Fjordlys Danmark ApS, not Fjordlys AS"
    )

    connected.refresh_from_db()
    assert connected.grant_id == before
    assert connected.state == Connection.State.CONNECTED
    assert Grant.objects.filter(ended_at=None).count() == 1


def test_a_reconnect_to_the_same_company_needs_no_further_press(
    connected: Connection, integration: Integration, invite: Invite, sandbox: SandboxProcess
) -> None:
    before = Grant.objects.get()
    again = Person()
    again.open(invite(integration, reconnects=connected))

    assert again.comes_back(REGNSKAP) == "Fjordlys AS is connected"

    connected.refresh_from_db()
    before.refresh_from_db()
    assert connected.grant != before
    assert before.ended_because == "replaced"


def test_a_company_of_another_tenant_is_not_connected_twice(
    connected: Connection, integration: Integration, sandbox: SandboxProcess
) -> None:
    other = Tenant.objects.create(name="Other", slug="other")
    _, token = invitations.make(other, integration, now=timezone.now())
    person = Person()
    person.open(token)
    person.comes_back()

    assert person.confirms() == "Fjordlys AS is connected elsewhere"
    assert Connection.objects.count() == 1


def test_a_company_without_a_name_asks_for_its_number(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.fault("status", on="organization", status=404, count=None)
    person.open(invite(integration))

    assert person.comes_back() == "Is this the company that should get orders?"
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    assert tenant_id in person.shown.content.decode()
    address = f"/connect/{PendingConsent.objects.get().pk}/companies/"
    person.press(address, company=tenant_id)
    assert not Connection.objects.exists()
    person.press(address, company=tenant_id, number="999 111 222")

    company = Connection.objects.get().company
    assert (company.name, company.number, company.name_verified) == ("", "999 111 222", False)
    assert "not verified" in person.shown.content.decode()


def test_fewer_scopes_than_asked_are_read_back(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    address = person.to_visma().replace("visma.net.erp.salesorder%3Awrite", "")
    person.get(walk(person, address))

    assert person.confirms() == "One thing is in the way"

    connection = Connection.objects.get()
    assert connection.state == Connection.State.BROKEN
    assert connection.problem == "scopes_missing"
    assert connection.proven_at is None


def test_v3_that_takes_no_user_tokens_is_not_called_connected(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.switch(v3_accepts_user_tokens=False)
    person.open(invite(integration))
    person.comes_back()

    assert person.confirms() == "One thing is in the way"
    assert Connection.objects.get().problem == "user_not_taken"


def changed_hint(address: str) -> str:
    """As if Visma ignored which company we hinted at."""
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "tenant_hint"]
    return parts._replace(query=urlencode(query)).geturl()


def walk(person: Person, address: str, company: str | None = None) -> str:
    email = REGNSKAP if company else NORDHANDEL
    return "/" + walk_consent(person.session, address, email, company=company).split("/", 3)[3]
