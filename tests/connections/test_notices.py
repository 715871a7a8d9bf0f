"""Mails: one per outage, to whom the tenant chose, and none lost with a mail server away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery import shared_task
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.utils import timezone

from integrations.connections import tasks
from integrations.connections.models import (
    Connection,
    Grant,
    Integration,
    Invitation,
    Mail,
    Outage,
    PendingConsent,
)
from integrations.connections.services import (
    endings,
    invitations,
    outages,
    outbox,
    pruning,
    standing,
    summaries,
)
from integrations.connections.services.findings import Finding
from integrations.tenants.models import Member, Tenant, User
from tests.connections.conftest import Invite, Person, invitation_of
from tests.sandbox_process import SandboxProcess
from tests.workspace.seeds import make_connection

pytestmark = pytest.mark.django_db(transaction=True)


class Refusing(EmailBackend):
    """A mail server that is away."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


class InATransaction(EmailBackend):
    """Tells whether somebody sends while a transaction is open."""

    def send_messages(self, messages: Any) -> int:
        assert not transaction.get_connection().in_atomic_block
        return super().send_messages(messages)


@pytest.fixture
def works(integration: Integration, tenant: Tenant, member: User) -> Connection:
    connection = make_connection(tenant, proven_at=timezone.now())
    mail.outbox.clear()
    return connection


def breaks(connection: Connection, finding: Finding = Finding.NO_ROLE) -> None:
    standing.find_broken(connection, finding, now=timezone.now())


def mends(connection: Connection) -> None:
    standing.prove(connection, now=timezone.now())


def subjects() -> list[str]:
    return [str(message.subject) for message in mail.outbox]


def add_member(tenant: Tenant, email: str, **more: Any) -> Member:
    return Member.objects.create(tenant=tenant, user=User.objects.create_user(email), **more)


# One mail per incident


def test_an_incident_is_one_mail_with_a_deep_link_and_one_when_it_is_mended(
    works: Connection, member: User, settings: Any
) -> None:
    breaks(works)
    breaks(works)
    breaks(works, Finding.FORBIDDEN)

    (opened,) = mail.outbox
    assert opened.to == [member.email]
    assert opened.subject == "This Visma user lacks a role"
    assert f"{settings.PUBLIC_URL}/t/fjordlys/companies/{works.pk}/" in opened.body

    mends(works)
    mends(works)
    assert subjects()[1:] == [f"{works.company} works again"]
    assert Outage.objects.get().closed_at is not None


def test_a_repair_that_nobody_was_told_of_needs_no_mail(works: Connection) -> None:
    standing.find_broken(works, Finding.NO_ROLE, mails=False, now=timezone.now())
    mends(works)

    assert mail.outbox == []


def test_what_breaks_again_within_minutes_and_mends_itself_is_no_second_mail(
    works: Connection,
) -> None:
    breaks(works)
    mends(works)
    mail.outbox.clear()

    breaks(works)
    mends(works)
    outbox.send_due(now=timezone.now() + outages.FLAPS_WITHIN)

    assert mail.outbox == []
    assert not Mail.objects.filter(sent_at=None).exists()


def test_what_breaks_again_and_stays_so_is_told_a_little_later(works: Connection) -> None:
    breaks(works)
    mends(works)
    mail.outbox.clear()

    breaks(works)
    assert mail.outbox == []
    outbox.send_due(now=timezone.now() + outages.FLAPS_WITHIN)

    assert subjects() == ["This Visma user lacks a role"]


def test_each_is_told_what_they_chose(works: Connection, tenant: Tenant, member: User) -> None:
    add_member(tenant, "every@fjordlys.test", role="reader", mails="incidents")
    add_member(tenant, "daily@fjordlys.test", mails="summaries")
    add_member(tenant, "none@fjordlys.test", mails="none")
    add_member(tenant, "reader@fjordlys.test", role="reader")
    gone = add_member(tenant, "gone@fjordlys.test").user
    gone.is_active = False
    gone.save()

    breaks(works)

    assert [message.to[0] for message in mail.outbox] == [member.email, "every@fjordlys.test"]


def test_a_member_chooses_for_herself_and_an_owner_for_all(
    works: Connection, tenant: Tenant, member: User
) -> None:
    reader = add_member(tenant, "reader@fjordlys.test", role="reader")
    owner = Member.objects.get(user=member)
    client = Client()
    client.force_login(reader.user)

    client.post(f"/t/fjordlys/members/{reader.pk}/mails/", {"mails": "summaries"})
    refused = client.post(f"/t/fjordlys/members/{owner.pk}/mails/", {"mails": "none"})
    client.post(f"/t/fjordlys/members/{reader.pk}/mails/", {"mails": "nonsense"})

    assert refused.status_code == 403
    assert Member.objects.get(pk=reader.pk).is_mailed == "summaries"
    assert Member.objects.get(pk=owner.pk).is_mailed == "incidents"
    client.force_login(member)
    client.post(f"/t/fjordlys/members/{reader.pk}/mails/", {"mails": "none"})
    assert Member.objects.get(pk=reader.pk).is_mailed == "none"


@pytest.mark.parametrize(
    ("language", "again"),
    [
        ("en", "works again"), ("nb", "igjen"), ("sv", "igen"),
        ("da", "igen"), ("fi", "taas"), ("nl", "weer"),
    ],
)  # fmt: skip
def test_mails_speak_the_tenants_language_as_text_and_html(
    works: Connection, tenant: Tenant, language: str, again: str
) -> None:
    Tenant.objects.update(language=language)
    works = Connection.objects.select_related("company__tenant").get(pk=works.pk)

    breaks(works)
    mends(works)

    opened, closed = mail.outbox
    assert again in closed.subject
    for message in (opened, closed):
        html, kind = message.alternatives[0]  # type: ignore[attr-defined]
        assert kind == "text/html"
        assert f'<html lang="{language}">' in html
        assert "prefers-color-scheme: dark" in html
        assert str(message.body).startswith(str(message.subject))


# The mail server


def test_nothing_is_sent_inside_a_transaction(works: Connection, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.InATransaction"

    breaks(works)

    assert len(mail.outbox) == 1


def test_a_mail_of_a_transaction_that_fails_is_never_written(works: Connection) -> None:
    with transaction.atomic():
        breaks(works)
        transaction.set_rollback(True)

    assert mail.outbox == []
    assert not Mail.objects.exists()
    assert not Outage.objects.exists()


def test_a_mail_server_that_is_away_loses_nothing(works: Connection, settings: Any) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    breaks(works)
    now = timezone.now()
    for minutes in (1, 5, 30):
        assert outbox.send_due(now=now + timedelta(minutes=minutes)) == 0
    mends(works)

    settings.EMAIL_BACKEND = backend
    outbox.send_due(now=now + timedelta(hours=5))

    assert sorted(subjects()) == sorted(
        ["This Visma user lacks a role", f"{works.company} works again"]
    )
    assert outbox.send_due(now=now + timedelta(hours=9)) == 0


def test_while_a_server_refuses_pages_dont_wait_for_it(works: Connection, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    breaks(works)
    breaks_other = Mail.objects.get().tries
    outbox.write(["x@y.example"], {"heading": "Two", "intro": ""})

    assert breaks_other == 1
    assert Mail.objects.get(to="x@y.example").tries == 0


def test_work_in_the_background_never_waits_for_a_mail_server(works: Connection) -> None:
    @shared_task(name="breaks", ignore_result=True)
    def in_the_background() -> None:
        breaks(works)

    in_the_background()
    assert mail.outbox == []

    tasks.send_mails()
    assert len(mail.outbox) == 1


def test_a_mail_is_given_up_after_a_week(works: Connection, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    breaks(works)

    outbox.send_due(now=timezone.now() + timedelta(days=8))

    assert Mail.objects.get().given_up_at is not None


def test_a_mail_that_somebody_else_is_sending_is_left_to_them(works: Connection) -> None:
    outbox.write(["x@y.example"], {"heading": "One", "intro": ""}, due_at=timezone.now())
    waiting, now = Mail.objects.get(), timezone.now()
    Mail.objects.update(due_at=now + outbox.LEASE, tries=1)

    assert outbox.send(waiting.pk, now=now) is False
    assert outbox.send(waiting.pk, now=now + outbox.LEASE) is True
    assert outbox.send(waiting.pk, now=now + 2 * outbox.LEASE) is False
    assert len(mail.outbox) == 1
    assert str(waiting.pk) in mail.outbox[0].extra_headers["Message-ID"]


def test_what_a_mail_says_is_sealed_while_it_waits_and_forgotten_once_sent(
    integration: Integration, invite: Invite, settings: Any
) -> None:
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Refusing"
    token = invite(integration)
    invitations.mail(invitation_of(token), token)
    waiting = Mail.objects.get()
    assert token.encode() not in bytes(waiting.sealed_content or b"")
    assert token in waiting.content()

    settings.EMAIL_BACKEND = backend
    outbox.send_due(now=timezone.now() + timedelta(minutes=5))

    waiting.refresh_from_db()
    assert waiting.sealed_content is None
    assert token in mail.outbox[0].body


# Summaries and reminders


def test_a_summary_is_one_mail_a_day_and_none_where_nothing_happened(
    works: Connection, tenant: Tenant
) -> None:
    add_member(tenant, "daily@fjordlys.test", mails="summaries")
    morning = timezone.localtime().replace(hour=8, minute=0)
    summaries.write_due(now=morning)
    assert mail.outbox == []

    breaks(works)
    mail.outbox.clear()
    summaries.write_due(now=morning.replace(hour=3))
    for _ in range(2):
        summaries.write_due(now=morning)

    (message,) = mail.outbox
    assert message.to == ["daily@fjordlys.test"]
    assert message.subject == "One company of Fjordlys needs somebody"
    assert str(works.company) in message.body

    summaries.write_due(now=morning + timedelta(days=1))
    assert len(mail.outbox) == 2


def test_a_grant_with_a_known_end_is_announced_once(works: Connection, member: User) -> None:
    assert works.grant is not None
    now = timezone.now()
    Grant.objects.update(
        created_at=now - timedelta(days=24), refresh_absolute_days=30, refresh_token_digest="d",
        sealed_refresh_token=b"x",
    )  # fmt: skip

    assert endings.remind(now=now - timedelta(days=2)) == 0
    for _ in range(2):
        endings.remind(now=now)

    (message,) = mail.outbox
    assert message.to == [member.email]
    assert str(message.subject).startswith(f"The access to {works.company} ends on ")
    assert endings.remind(now=now + timedelta(days=7)) == 0


# Pruning


def test_what_ended_long_ago_goes_and_what_lives_stays(
    integration: Integration, invite: Invite, tenant: Tenant, settings: Any
) -> None:
    now = timezone.now()
    long_ago = now - settings.CONNECTING_RETENTION - timedelta(days=1)
    for changes in (
        {"expires_at": long_ago}, {"connected_at": long_ago}, {"withdrawn_at": long_ago},
        {"expires_at": long_ago, "connected_at": now}, {},
    ):  # fmt: skip
        Invitation.objects.filter(pk=invitation_of(invite(integration)).pk).update(**changes)
    living = Invitation.objects.get(expires_at__gt=now, connected_at=None, withdrawn_at=None)
    for expires_at in (long_ago, now):
        PendingConsent.objects.create(
            invitation=living, state_digest=str(expires_at), browser_digest="b",
            redirect_uri="http://x.example/", expires_at=expires_at,
        )  # fmt: skip
    Mail.objects.create(to="x@y.example", due_at=now, sent_at=long_ago)

    assert pruning.prune(now=now) == 5

    assert Invitation.objects.count() == 2
    assert PendingConsent.objects.get().expires_at == now
    assert not Mail.objects.exists()


def test_pruning_ends_a_grant_whose_company_was_never_chosen(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    settings: Any,
) -> None:
    person.open(invite(integration))
    person.comes_back()
    later = timezone.now() + settings.CONNECTING_RETENTION + timedelta(days=1)

    pruning.prune(now=later)

    grant = Grant.objects.get()
    assert grant.ended_at is not None
    assert grant.sealed_refresh_token is None
    assert not PendingConsent.objects.exists()


def test_pruning_goes_in_batches(
    integration: Integration, invite: Invite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    for _ in range(5):
        invite(integration, life=timedelta(days=-365))

    assert pruning.prune(now=timezone.now()) == 5
    assert not Invitation.objects.exists()
