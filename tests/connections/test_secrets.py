"""Client secrets: tried at Visma, one for another, kept for their deletion, then forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.connections.models import (
    Application,
    ApplicationSecret,
    Connection,
    Grant,
    Incident,
    Integration,
)
from integrations.connections.services import (
    application_events,
    client_secrets,
    custody,
    reminders,
    visma_clients,
)
from integrations.connections.services.secret_trials import Verdict
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma.errors import Refused
from integrations.visma.oauth import Client
from tests.sandbox_process import SandboxProcess

RIGHT, WRONG = "sandbox-web-secret", "not the secret"
NOW = timezone.now()


def add(application: Application, value: str, **more: Any) -> ApplicationSecret:
    return client_secrets.add(application, value, now=timezone.now(), **more)


def verbs(application: Application) -> list[str]:
    return list(application.events.order_by("number").values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("value", "verdict"), [(RIGHT, Verdict.ACCEPTED), (WRONG, Verdict.REFUSED)]
)
def test_a_consents_secret_is_told_from_a_wrong_one(
    application: Application, sandbox: SandboxProcess, value: str, verdict: Verdict
) -> None:
    application.secrets.all().delete()

    assert client_secrets.attempt(add(application, value), now=NOW) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [("sandbox-service-secret", Verdict.ACCEPTED), (WRONG, Verdict.REFUSED)]
)
def test_a_service_secret_is_tried_before_any_company_approved_it(
    service_integration: Integration, sandbox: SandboxProcess, value: str, verdict: Verdict
) -> None:
    application = service_integration.application
    application.secrets.all().delete()

    assert client_secrets.attempt(add(application, value), now=NOW) is verdict


@pytest.mark.parametrize("error", ["invalid_request", "invalid_tenant", "invalid_scope"])
def test_only_the_word_for_the_secret_counts_against_it(
    service_integration: Integration, sandbox: SandboxProcess, error: str
) -> None:
    sandbox.switch(unapproved_tenant=error)
    application = service_integration.application

    verdict = client_secrets.attempt(application.secrets.get(), now=NOW)

    assert verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_is_told_by_either_status(
    application: Application, sandbox: SandboxProcess, status: int
) -> None:
    sandbox.switch(invalid_client_status=status)

    assert client_secrets.attempt(add(application, WRONG), now=NOW) is Verdict.REFUSED


def test_no_answer_says_nothing_of_a_secret(
    application: Application, sandbox: SandboxProcess
) -> None:
    sandbox.fault("status", on="token", status=502)
    secret = application.secrets.get()

    assert client_secrets.attempt(secret, now=NOW) is Verdict.UNKNOWN

    secret.refresh_from_db()
    assert (secret.accepted_at, secret.refused_at) == (None, None)


def test_the_newest_word_of_visma_stands(application: Application, sandbox: SandboxProcess) -> None:
    secret = add(application, WRONG)
    client_secrets.attempt(secret, now=NOW)
    assert (secret.accepted_at, secret.refused_at) == (None, NOW)
    application.secrets.exclude(pk=secret.pk).delete()
    secret.seal(RIGHT)
    secret.save()

    later = NOW + timedelta(minutes=2)
    client_secrets.attempt(secret, now=later)

    secret.refresh_from_db()
    assert (secret.accepted_at, secret.refused_at) == (later, None)


def test_a_secret_that_was_tried_goes_before_a_newer_one(
    application: Application, sandbox: SandboxProcess
) -> None:
    client_secrets.attempt(application.secrets.get(), now=NOW)

    add(application, "newer, and nobody tried it")

    assert visma_clients.client_for(application).client_secrets == RIGHT


def test_the_same_secret_is_kept_once(application: Application) -> None:
    with pytest.raises(client_secrets.AlreadyKept):
        add(application, RIGHT)

    assert application.secrets.count() == 1


def test_a_secret_retires_only_when_another_was_taken_just_now(
    application: Application, sandbox: SandboxProcess, staff: User
) -> None:
    old = application.secrets.get()
    client_secrets.attempt(old, now=NOW)
    add(application, WRONG)

    with pytest.raises(client_secrets.NoOtherWorks):
        client_secrets.retire(old, by=staff, now=NOW)

    old.refresh_from_db()
    assert old.retired_at is None


def test_an_outage_retires_nothing(
    application: Application, sandbox: SandboxProcess, staff: User
) -> None:
    old, new = application.secrets.get(), add(application, "another")
    client_secrets._note_accepted(new, by=None, now=NOW)
    sandbox.fault("status", on="token", status=502)

    with pytest.raises(client_secrets.NoOtherWorks):
        client_secrets.retire(old, by=staff, now=NOW)


def test_a_retired_secret_is_shown_once_to_be_deleted_then_forgotten(
    application: Application, sandbox: SandboxProcess, staff: User
) -> None:
    old = add(application, "the old one")
    client_secrets.retire(old, by=staff, now=NOW)
    old.refresh_from_db()
    assert old.value() == "the old one"

    assert client_secrets.reveal(old, by=staff, now=NOW) == "the old one"

    old.refresh_from_db()
    assert (old.sealed_value, old.forgotten_at) == (None, NOW)
    with pytest.raises(client_secrets.Forgotten):
        client_secrets.reveal(old, by=staff, now=NOW)
    with pytest.raises(ring.Unreadable):
        old.value()
    shown = application.events.get(verb="secret.shown")
    assert (shown.by, shown.facts) == (staff, {"secret": str(old.pk), "by": staff.pk})


def test_a_secret_in_use_is_shown_to_nobody(application: Application, staff: User) -> None:
    secret = application.secrets.get()

    with pytest.raises(client_secrets.Forgotten):
        client_secrets.reveal(secret, by=staff, now=NOW)

    secret.refresh_from_db()
    assert secret.value() == RIGHT
    assert "secret.shown" not in verbs(application)


def test_the_database_keeps_a_secret_until_it_is_retired(application: Application) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        application.secrets.update(sealed_value=None, forgotten_at=NOW)


def test_a_refresh_goes_on_with_another_secret_when_one_is_refused(
    connected: Connection, sandbox: SandboxProcess, staff: User
) -> None:
    grant = Grant.objects.get()
    application = grant.application
    dead = add(application, WRONG)
    client_secrets._note_accepted(dead, by=None, now=timezone.now())
    mail.outbox.clear()

    assert custody.refresh(str(grant.pk), now=timezone.now() + timedelta(hours=1))

    grant.refresh_from_db()
    dead.refresh_from_db()
    assert (grant.token_number, grant.ended_at) == (2, None)
    assert dead.refused_at is not None
    assert not Incident.objects.exists()
    fell = application.events.get(verb="secret.fell_over")
    used = application.secrets.exclude(pk=dead.pk).get()
    assert fell.facts == {"secret": str(dead.pk), "used": str(used.pk)}


def test_staff_hear_once_that_another_secret_works_in_its_place(
    application: Application,
    sandbox: SandboxProcess,
    staff: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    dead = add(application, WRONG)
    client_secrets._note_accepted(dead, by=None, now=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            client_secrets.asked(application, refuses_wrong, now=NOW)

    (message,) = mail.outbox
    assert message.to == [staff.email]
    assert message.subject == "Visma refuses a secret of Nordhandel Orders"
    assert verbs(application).count("secret.fell_over") == 1
    assert visma_clients.client_for(application).client_secrets == RIGHT


def test_when_every_secret_is_refused_none_is_marked(application: Application) -> None:
    add(application, "also wrong")

    with pytest.raises(Refused) as refused:
        client_secrets.asked(application, refuses_all, now=NOW)

    assert refused.value.error == "invalid_client"
    assert not application.secrets.exclude(refused_at=None).exists()


def test_another_refusal_is_not_tried_again_with_another_secret(application: Application) -> None:
    add(application, "another")
    asked = []

    def refuse(client: Client) -> None:
        asked.append(client)
        raise Refused("invalid_grant")

    with pytest.raises(Refused):
        client_secrets.asked(application, refuse, now=NOW)

    assert len(asked) == 1


def test_all_tries_together_take_no_longer_than_one_may(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(application, "another")
    add(application, "a third")
    clock = iter([0.0, 0.0, 8.0, 8.0, 19.5, 19.5, 19.5])
    monkeypatch.setattr(client_secrets, "monotonic", lambda: next(clock))
    allowed = []

    def refuse(client: Client) -> None:
        allowed.append(client.transport.timeout)
        raise Refused("invalid_client")

    with pytest.raises(Refused):
        client_secrets.asked(application, refuse, now=NOW)

    assert allowed == [20.0, 12.0]


def test_a_secret_that_does_not_open_steps_aside_for_one_that_does(
    application: Application,
) -> None:
    broken = add(application, "another")
    ApplicationSecret.objects.filter(pk=broken.pk).update(sealed_value=b"x" * 40)

    assert client_secrets.asked(application, refuses_wrong, now=NOW) == RIGHT


def test_without_a_secret_it_says_so(application: Application) -> None:
    application.secrets.all().delete()

    with pytest.raises(visma_clients.NoSecret):
        client_secrets.asked(application, refuses_wrong, now=NOW)


def test_a_secret_taken_at_last_ends_the_applications_incident(
    application: Application, sandbox: SandboxProcess
) -> None:
    Incident.objects.create(
        kind="application_refused", subject=application.slug, application=application
    )

    client_secrets.attempt(application.secrets.get(), now=NOW)

    assert Incident.objects.get().cleared_at == NOW


def test_what_happened_to_an_application_is_a_chain(application: Application, staff: User) -> None:
    for value in ("one", "two"):
        add(application, value, by=staff)
    assert application_events.verify(application) is None

    application.events.filter(number=2).update(facts={"secret": "another"})

    assert application_events.verify(application) == 2


def test_no_event_holds_a_secret(
    application: Application, sandbox: SandboxProcess, staff: User
) -> None:
    secret = add(application, "s3cr3t-value", by=staff)
    client_secrets.attempt(secret, by=staff, now=NOW)
    client_secrets.retire(secret, by=staff, now=NOW)
    client_secrets.reveal(secret, by=staff, now=NOW)

    written = str(list(application.events.values()))
    assert "s3cr3t-value" not in written
    assert verbs(application)[-1] == "secret.shown"


@pytest.mark.parametrize(
    ("ends_in", "said", "times"),
    [(15, None, 0), (14, None, 1), (7, 14, 1), (6, 7, 0), (1, 7, 1), (0, 1, 1), (-1, 0, 0)],
)
def test_staff_are_told_before_a_secret_ends(
    application: Application,
    staff: User,
    django_capture_on_commit_callbacks: Any,
    ends_in: int,
    said: int | None,
    times: int,
) -> None:
    day = timezone.localdate() + timedelta(days=ends_in)
    application.secrets.update(expires_on=day, reminded_days=said)

    with django_capture_on_commit_callbacks(execute=True):
        made = [reminders.remind(now=timezone.now()) for _ in range(2)]

    assert made == [times, 0]
    assert [message.to for message in mail.outbox] == [[staff.email]] * times


@pytest.mark.parametrize(("age", "times"), [(3.9, 0), (4.1, 1), (30, 1)])
def test_staff_are_told_before_an_invitation_code_ends(
    service_integration: Integration,
    staff: User,
    django_capture_on_commit_callbacks: Any,
    age: float,
    times: int,
) -> None:
    now = timezone.now()
    made_at = now - timedelta(days=age)
    Application.objects.update(invitation_code="ABCD", invitation_code_made_at=made_at)

    with django_capture_on_commit_callbacks(execute=True):
        made = [reminders.remind(now=now) for _ in range(2)]

    assert made == [times, 0]
    assert len(mail.outbox) == times


def refuses_wrong(client: Client) -> str:
    if client.client_secrets != RIGHT:
        raise Refused("invalid_client", status=401)
    return client.client_secrets


def refuses_all(client: Client) -> None:
    raise Refused("invalid_client")
