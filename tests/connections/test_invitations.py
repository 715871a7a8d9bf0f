"""Links: their life, a code beside them, made anew, passed on, and how far they have come."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections.models import (
    Connection,
    Incident,
    Integration,
    Invitation,
    InvitationLink,
    PendingConsent,
)
from integrations.connections.services import (
    delegation,
    incidents,
    invitation_states,
    invitations,
    lives,
    second_channel,
)
from integrations.connections.services.invitation_states import State
from integrations.connections.services.invitations import NotOpen
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import NORDHANDEL, Invite, Person, invitation_of
from tests.sandbox_process import SandboxProcess
from tests.walker import heading

LANDING = "Nordhandel asks to put your orders into Visma.net"
CODE = "1234 5678"


@pytest.fixture
def owner(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def locked(invite: Invite, integration: Integration) -> str:
    return invite(integration, code="12345678")


def link_in(message: Any) -> str:
    link: str = next(line for line in message.body.splitlines() if "/i/" in line)
    return urlsplit(link).path


def standing_of(invitation: Invitation) -> State:
    rows = invitation_states.with_last_try(Invitation.objects.filter(pk=invitation.pk))
    return invitation_states.standing(rows.get(), now=timezone.now()).state


# How long a link lives


def test_an_owner_chooses_how_long_a_link_lives(owner: Client, integration: Integration) -> None:
    given = {"integration": integration.pk, "email": "ola@fjordlys.test", "language": "en"}

    owner.post("/t/fjordlys/connections/invite/", {**given, "minutes": 30})
    refused = owner.post("/t/fjordlys/connections/invite/", {**given, "minutes": 29})

    made = Invitation.objects.get()
    assert made.expires_at - made.created_at <= timedelta(minutes=30)
    assert made.life == timedelta(minutes=30)
    assert refused.status_code == 422


def test_a_link_lives_half_an_hour_to_two_weeks() -> None:
    offered = [minutes for minutes, _words in lives.choices()]

    assert (offered[0], offered[-1]) == (30, 14 * 24 * 60)
    assert lives.usual() in offered


# A code by a second channel


def test_a_link_with_a_code_shows_nothing_before_it(locked: str, person: Person) -> None:
    assert person.open(locked) == "Which code were you told?"
    page = person.shown.content.decode()
    assert NORDHANDEL not in page
    assert "Continue to Visma" not in page

    for path in ("/connect/begin/", "/connect/stopped/", "/connect/tenant-id/"):
        assert person.press(path, where="denied") == "Which code were you told?"
    assert person.press("/connect/somebody-else/send/", passed_to="x@y.example") == (
        "Which code were you told?"
    )
    assert not PendingConsent.objects.exists()
    assert not InvitationLink.objects.exists()


def test_the_code_opens_the_link_in_this_browser_only(locked: str, person: Person) -> None:
    person.open(locked)
    assert person.press("/connect/code/", code=CODE) == LANDING
    assert person.get("/connect/") == LANDING

    stranger = Person()
    assert stranger.open(locked) == "Which code were you told?"
    stranger.client.cookies["__Host-invitation-code"] = person.client.cookies[
        "__Host-invitation-code"
    ].value
    assert stranger.get("/connect/") == "Which code were you told?"


def test_five_wrong_codes_shut_the_link_and_tell_the_inviter(
    integration: Integration,
    invite: Invite,
    person: Person,
    staff: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    token = invite(integration, code="12345678", by=staff)
    person.open(token)
    for left in (4, 3, 2, 1):
        assert person.press("/connect/code/", code="00000000") == "Which code were you told?"
        assert person.shown.status_code == 422
        assert (f"{left} tries are" if left > 1 else "One try is") in person.shown.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert person.press("/connect/code/", code="00000000") == "This link is shut"

    assert person.press("/connect/code/", code=CODE) == "This link is shut"
    assert standing_of(invitation_of(token)) is State.SHUT
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([staff.email], "A link for Fjordlys is shut")
    assert AuditEvent.objects.filter(verb="invitation.shut").count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_get_no_more_than_five_tries(
    invite: Invite, integration: Integration
) -> None:
    token = invite(integration, code="12345678")
    barrier = Barrier(12)

    def guess() -> None:
        invitation = invitation_of(token)
        barrier.wait()
        second_channel.try_code(invitation, "00000000", now=timezone.now())
        database.close()

    guessers = [Thread(target=guess) for _ in range(12)]
    for each in guessers:
        each.start()
    for each in guessers:
        each.join()

    assert invitation_of(token).code_tries == 5
    assert second_channel.try_code(invitation_of(token), CODE, now=timezone.now()) is False


def test_only_a_keyed_digest_of_the_code_is_kept(locked: str) -> None:
    invitation = Invitation.objects.get()

    assert "12345678" not in str(Invitation.objects.values())
    assert "12345678" not in str(AuditEvent.objects.values())
    other = Invitation(tenant=invitation.tenant)
    assert second_channel.digest(other, "12345678") != invitation.code_digest


def test_the_inviter_sees_the_code_once_and_the_mail_never_has_it(
    owner: Client, integration: Integration, django_capture_on_commit_callbacks: Any
) -> None:
    given = {"integration": integration.pk, "email": "ola@fjordlys.test", "language": "en"}
    with django_capture_on_commit_callbacks(execute=True):
        shown = owner.post(
            "/t/fjordlys/connections/invite/",
            {**given, "mail": "on", "with_code": "on", "minutes": 30},
        ).content.decode()

    code = shown.split('<code id="invitation-code">')[1].split("<")[0]
    invitation = Invitation.objects.get()
    assert second_channel.try_code(invitation, code, now=timezone.now())
    (message,) = mail.outbox
    assert code not in message.body
    assert "The link asks for a code" in message.body
    page = owner.get(f"/t/fjordlys/invitations/{invitation.pk}/").content.decode()
    assert code not in page


# Made anew


def test_a_new_link_ends_the_old_one_and_keeps_what_was_reached(
    integration: Integration,
    invite: Invite,
    person: Person,
    owner: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    token = invite(integration, life=timedelta(hours=2))
    invitation = invitation_of(token)
    invitations.note_outcome(invitation, "no_company")
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(f"/t/fjordlys/invitations/{invitation.pk}/renew/")

    assert person.open(token) == "A newer link stands in this one’s place"
    assert person.shown.status_code == 410
    (message,) = mail.outbox
    assert person.get(link_in(message)) == LANDING
    assert "Visma shows this user no company" in person.shown.content.decode()
    again = Invitation.objects.get()
    assert again.pk == invitation.pk
    assert again.expires_at - again.renewed_at == timedelta(hours=2)  # type: ignore[operator]


def test_a_new_link_gets_a_new_code_and_opens_a_shut_one(
    locked: str, owner: Client, person: Person
) -> None:
    Invitation.objects.update(code_tries=5)
    invitation = Invitation.objects.get()

    shown = owner.post(f"/t/fjordlys/invitations/{invitation.pk}/renew/").content.decode()

    link = shown.split("/i/")[1].split("<")[0].strip()
    code = shown.split('<code id="invitation-code">')[1].split("<")[0]
    assert person.open(link) == "Which code were you told?"
    assert person.press("/connect/code/", code=CODE) == "Which code were you told?"
    assert person.press("/connect/code/", code=code) == LANDING


@pytest.mark.parametrize("ended", ["withdrawn_at", "connected_at"])
def test_a_link_that_is_over_is_not_made_anew(
    integration: Integration, invite: Invite, owner: Client, ended: str
) -> None:
    invitation = invitation_of(invite(integration))
    Invitation.objects.update(**{ended: timezone.now()})

    answer = owner.post(f"/t/fjordlys/invitations/{invitation.pk}/renew/")

    assert answer.status_code == 303
    assert Invitation.objects.get().token_digest == invitation.token_digest


def test_two_tabs_that_make_a_link_anew_leave_one(
    integration: Integration, invite: Invite, tenant: Tenant
) -> None:
    first = invitation_of(invite(integration))
    second = Invitation.objects.get()

    invitations.renew(first, by=None, now=timezone.now())
    with pytest.raises(NotOpen):
        invitations.renew(second, by=None, now=timezone.now())


# Passed on


def test_the_receiver_passes_the_link_on_and_takes_it_back(
    integration: Integration,
    invite: Invite,
    person: Person,
    django_capture_on_commit_callbacks: Any,
) -> None:
    person.open(invite(integration))
    with django_capture_on_commit_callbacks(execute=True):
        person.press("/connect/somebody-else/send/", passed_to="siri@fjordlys.example")
    assert "siri@fjordlys.example" in person.shown.content.decode()

    (message,) = mail.outbox
    assert message.to == ["siri@fjordlys.example"]
    siri = Person()
    assert siri.get(link_in(message)) == LANDING
    assert "Somebody else should do this" not in siri.shown.content.decode()
    siri.press("/connect/somebody-else/send/", passed_to="third@fjordlys.example")
    assert InvitationLink.objects.count() == 1

    link = InvitationLink.objects.get()
    siri.press(f"/connect/somebody-else/{link.pk}/end/")
    assert siri.get("/connect/") == LANDING
    person.press(f"/connect/somebody-else/{link.pk}/end/")
    assert siri.get("/connect/") == "This link was withdrawn"
    assert person.get("/connect/") == LANDING
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["invitation.made", "invitation.passed_on", "invitation.taken_back"]


def test_whoever_it_was_passed_on_to_connects_for_the_same_invitation(
    integration: Integration,
    invite: Invite,
    sandbox: SandboxProcess,
    django_capture_on_commit_callbacks: Any,
) -> None:
    invitation = invitation_of(invite(integration, email="ola@fjordlys.example"))
    with django_capture_on_commit_callbacks(execute=True):
        delegation.pass_on(invitation, NORDHANDEL, now=timezone.now())
    siri = Person()
    siri.get(link_in(mail.outbox[0]))
    siri.comes_back()

    assert siri.confirms() == "Fjordlys AS is connected and waits for a yes"
    connection = Connection.objects.get()
    # It is not the address the vendor or an owner named, so it spares no yes.
    assert connection.confirmed_at is None
    assert standing_of(invitation) is State.UNCONFIRMED


def test_a_link_is_passed_on_five_times_at_most(
    integration: Integration, invite: Invite, person: Person
) -> None:
    person.open(invite(integration))
    for number in range(5):
        person.press("/connect/somebody-else/send/", passed_to=f"p{number}@fjordlys.example")

    person.press("/connect/somebody-else/send/", passed_to="sixth@fjordlys.example")

    assert person.shown.status_code == 422
    assert InvitationLink.objects.count() == 5


def test_a_new_or_withdrawn_link_ends_those_passed_on(
    integration: Integration, invite: Invite, person: Person, owner: Client
) -> None:
    invitation = invitation_of(invite(integration))
    token = delegation.open_here(invitation)
    assert person.open(token) == LANDING

    invitations.renew(invitation, by=None, now=timezone.now())
    assert person.get("/connect/") == "A newer link stands in this one’s place"


def test_an_owner_takes_a_passed_on_link_back_in_his_own_tenant_only(
    integration: Integration, invite: Invite, owner: Client
) -> None:
    invitation = invitation_of(invite(integration))
    link = delegation.pass_on(invitation, "siri@fjordlys.example", now=timezone.now())
    other = Tenant.objects.create(name="Other", slug="other")
    strange, _token = invitations.make(other, integration, now=timezone.now())

    for path in (f"{strange.pk}/", f"{strange.pk}/renew/", f"{strange.pk}/links/{link.pk}/end/"):
        answer = (owner.get if path.endswith(f"{strange.pk}/") else owner.post)(
            f"/t/fjordlys/invitations/{path}"
        )
        assert answer.status_code == 404
    owner.post(f"/t/fjordlys/invitations/{invitation.pk}/links/{link.pk}/end/")

    link.refresh_from_db()
    assert link.ended_at is not None


# How far it has come


def test_who_went_to_visma_and_did_not_return_is_seen_after_ten_minutes(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    staff: User,
) -> None:
    token = invite(integration)
    person.open(token)
    person.to_visma()
    invitation = invitation_of(token)
    assert standing_of(invitation) is State.AT_VISMA

    away = timezone.now() - invitation_states.AWAY
    PendingConsent.objects.update(created_at=away)
    assert standing_of(invitation) is State.NOT_RETURNED
    client = Client()
    client.force_login(staff)
    for path in ("/console/invitations/", "/console/invitations/?state=not_returned"):
        page = client.get(path).content.decode()
        assert "Went to Visma, did not return" in page
    assert NORDHANDEL not in client.get("/console/invitations/?state=open").content.decode()

    # Any browser with the link is asked by then.
    elsewhere = Person()
    elsewhere.open(token)
    assert "Where did it stop?" in elsewhere.shown.content.decode()
    elsewhere.press("/connect/stopped/", where="denied")
    assert standing_of(invitation) is State.STOPPED


def test_an_error_id_goes_to_staff_once_and_holds_nobodys_orders(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    staff: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    token = invite(integration)
    person.open(token)
    person.to_visma()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            person.press(
                "/connect/stopped/",
                where="error_page",
                error_id="Error-ID: 0HNBQ7K2<script>",
            )

    assert Invitation.objects.get().error_id == "0HNBQ7K2"
    incident = Incident.objects.get()
    assert (incident.kind, incident.application) == ("error_page", None)
    assert incidents.held_applications() == set()
    (message,) = mail.outbox
    assert message.to == [staff.email]
    assert incident.detail in message.body


def test_the_error_id_is_shown_to_staff_with_where_to_look_it_up_until_it_works(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    staff: User,
    settings: Any,
) -> None:
    token = invite(integration)
    person.open(token)
    person.to_visma()
    person.press("/connect/stopped/", where="error_page", error_id=" 7f3k-20nov:0001 ")
    client = Client()
    client.force_login(staff)
    invitation = invitation_of(token)

    page = client.get(f"/t/fjordlys/invitations/{invitation.pk}/").content.decode()
    assert "7f3k-20nov:0001" in page
    assert settings.VISMA_DEVELOPER_PORTAL_URL in page
    assert "7f3k-20nov:0001" in client.get("/console/incidents/").content.decode()
    assert "7f3k" in client.get("/console/invitations/?q=7f3k-20nov:0001").content.decode()

    person.comes_back()
    person.confirms()
    assert Incident.objects.get().cleared_at is not None


@pytest.mark.parametrize("state", list(State))
def test_a_list_by_state_holds_what_its_rows_say(
    integration: Integration, tenant: Tenant, state: State
) -> None:
    now = timezone.now()
    make_one_in_each_state(tenant, integration, now)
    rows = invitation_states.with_last_try(Invitation.objects.all())

    found = {invitation.pk for invitation in invitation_states.in_state(rows, state, now=now)}

    said = {
        invitation.pk
        for invitation in rows
        if invitation_states.standing(invitation, now=now).state is state
    }
    assert found == said
    assert found or state in {State.UNCONFIRMED, State.CHECKING}


def make_one_in_each_state(tenant: Tenant, integration: Integration, now: Any) -> None:
    def one(**more: Any) -> Invitation:
        invitation, _token = invitations.make(tenant, integration, now=now)
        Invitation.objects.filter(pk=invitation.pk).update(**more)
        return invitation

    def goes(**more: Any) -> None:
        invitation = one()
        at = more.pop("created_at", now)
        consent = PendingConsent.objects.create(
            invitation=invitation, state_digest=str(invitation.pk), browser_digest="b",
            redirect_uri="http://x.example/", expires_at=now, **more,
        )  # fmt: skip
        PendingConsent.objects.filter(pk=consent.pk).update(created_at=at)

    one()
    one(withdrawn_at=now)
    one(connected_at=now)
    one(expires_at=now)
    one(code_digest="x", code_tries=5)
    one(last_outcome="denied")
    one(pasted_tenant_id=tenant_uuid(), look_again_at=now, last_outcome="not_approved")
    goes()
    goes(created_at=now - timedelta(hours=1))
    goes(consumed_at=now, outcome="choosing")


def tenant_uuid() -> str:
    return "0b8a4f5e-6c53-4f0e-9d9a-1f8f6f4b2a11"


def test_links_are_searched_and_paged_by_key(
    integration: Integration, tenant: Tenant, owner: Client
) -> None:
    for number in range(120):
        invitations.make(
            tenant, integration, email=f"p{number:03}@fjordlys.test", now=timezone.now()
        )

    first = owner.get("/t/fjordlys/invitations/")
    older = owner.get("/t/fjordlys/invitations/" + first.context["page"].older_url)
    last = owner.get("/t/fjordlys/invitations/" + older.context["page"].older_url)
    back = owner.get("/t/fjordlys/invitations/" + last.context["page"].newer_url)

    sizes = [len(each.context["page"].rows) for each in (first, older, last, back)]
    assert sizes == [50, 50, 20, 50]
    assert last.context["page"].older_url == ""
    assert [row.invitation.pk for row in back.context["page"].rows] == [
        row.invitation.pk for row in older.context["page"].rows
    ]
    found = owner.get("/t/fjordlys/invitations/?q=p007").context["page"].rows
    assert [row.invitation.email for row in found] == ["p007@fjordlys.test"]
    assert owner.get("/t/fjordlys/invitations/?before=x&state=y&after=_").status_code == 200
    assert heading(owner.get("/t/fjordlys/invitations/?q=nobody").content.decode())


# Second clicks, back buttons, tabs


def test_a_second_press_of_choose_shows_what_the_first_did(
    connected: Connection, person: Person
) -> None:
    consent = PendingConsent.objects.get()

    shown = person.press(f"/connect/{consent.pk}/companies/", company=["x"])

    assert shown == "Fjordlys AS is connected"
    assert Connection.objects.count() == 1


def test_back_to_the_link_after_connecting_shows_what_it_did(
    connected: Connection, person: Person
) -> None:
    assert person.get("/connect/") == "Fjordlys AS is connected"
    assert person.press("/connect/begin/") == "Fjordlys AS is connected"


def test_two_tabs_each_find_their_own_way_back(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(integration))
    first = person.consents()
    second = person.consents()

    assert person.get(second) == "Should orders go to Fjordlys AS?"
    assert person.get(first) == "Should orders go to Fjordlys AS?"
    assert person.confirms() == "Fjordlys AS is connected"


def test_a_reconnect_keeps_connection_mapping_and_history(
    connected: Connection, owner: Client, member: User, sandbox: SandboxProcess
) -> None:
    Connection.objects.update(order_type="WO", branch="7", confirmed_at=timezone.now())
    history = list(AuditEvent.objects.values_list("pk", flat=True))
    again = Person()
    again.client.force_login(member)
    again.press(f"/t/fjordlys/companies/{connected.pk}/disconnect/")
    again.press(f"/t/fjordlys/companies/{connected.pk}/reconnect/")
    again.comes_back()

    after = Connection.objects.get()
    assert after.pk == connected.pk
    assert (after.state, after.order_type, after.branch) == ("connected", "WO", "7")
    assert after.confirmed_at is not None
    assert set(history) < set(AuditEvent.objects.values_list("pk", flat=True))
