"""The doctor: ordered checks, and only a read that succeeded says that it works."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail
from django.utils import timezone

from integrations.connections.models import (
    Company,
    Connection,
    Grant,
    Incident,
    Quota,
)
from integrations.connections.services import (
    doctor,
    incidents,
    outbox,
    quotas,
    rounds,
    standing,
)
from integrations.connections.services.findings import Finding, explain
from integrations.connections.services.reports import CHECKS
from integrations.tenants.models import User
from integrations.visma.sales_orders import RateLimit
from tests.sandbox_process import SandboxProcess


def calls(sandbox: SandboxProcess, kind: str) -> int:
    return len(sandbox.control("GET", f"requests?kind={kind}")["requests"])


def test_proves_a_connection_with_a_read(connected: Connection, sandbox: SandboxProcess) -> None:
    before, now = calls(sandbox, "customers.list"), timezone.now()

    report = doctor.examine(connected, now=now)

    connected.refresh_from_db()
    assert report.well
    assert [(check.code, check.passed) for check in report.checks] == [
        (code, True) for code in CHECKS
    ]
    assert connected.proven_at == now
    assert calls(sandbox, "customers.list") == before + 1


def test_an_outage_leaves_the_state_and_looks_again(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.fault("status", on="customers.list", status=503)
    proven, now = connected.proven_at, timezone.now()

    report = doctor.examine(connected, now=now)

    connected.refresh_from_db()
    assert (report.well, report.finding) == (False, "visma_down")
    assert connected.state == Connection.State.CONNECTED
    assert connected.proven_at == proven
    assert connected.look_again_at == now + timedelta(minutes=1)
    assert rounds.connections_due(now + timedelta(minutes=1)) == [connected.pk]


def test_a_throttled_doctor_waits_without_calling(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.fault("throttle", on="customers.list", seconds=120)
    now = timezone.now()

    assert doctor.examine(connected, now=now).finding == "throttled"
    before = calls(sandbox, "customers.list")
    report = doctor.examine(connected, now=now + timedelta(seconds=60))

    assert report.finding == "throttled"
    assert report.until == now + timedelta(seconds=120)
    assert calls(sandbox, "customers.list") == before
    assert doctor.examine(connected, now=now + timedelta(seconds=121)).well


def test_a_401_is_tried_once_more_with_a_new_token(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.control("DELETE", "tokens", {})

    assert doctor.examine(connected, now=timezone.now()).well

    grant = Grant.objects.get()
    assert (grant.token_number, grant.stale_number) == (2, 1)


def test_a_401_under_a_new_token_needs_a_person(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    sandbox.fault("unauthorized", on="customers.list", count=2)

    report = doctor.examine(connected, now=timezone.now())

    assert report.finding == "token_not_taken"
    assert Grant.objects.get().ended_at is None


def test_a_role_taken_away_is_named_and_looked_at_again(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    company = sandbox.company("Fjordlys AS")
    sandbox.control("POST", "companies", {"tenant_id": company["tenant_id"], "licensed": False})
    now = timezone.now()

    report = doctor.examine(connected, now=now)

    connected.refresh_from_db()
    assert report.finding == connected.problem == "no_licence"
    failing = next(check for check in report.checks if check.passed is False)
    assert failing.code == "read"
    assert "Visma Admin" in failing.who
    assert connected.look_again_at == now + timedelta(minutes=1)


def test_members_get_one_mail_when_it_breaks(
    transactional_db: None, connected: Connection, sandbox: SandboxProcess, member: User
) -> None:
    mail.outbox.clear()
    sandbox.control("DELETE", "tokens", {"refresh": True})
    now = timezone.now()

    for hours in (2, 3):
        doctor.examine(connected, now=now + timedelta(hours=hours))

    (message,) = mail.outbox
    assert message.to == [member.email]
    assert message.subject == "Visma has ended the access to Fjordlys AS"
    assert f"/t/fjordlys/companies/{connected.pk}/" in message.body


def test_a_token_for_another_company_is_stopped_before_the_read(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    company = connected.company
    company.visma_tenant_id = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    company.save()
    before = calls(sandbox, "customers.list")

    assert doctor.examine(connected, now=timezone.now()).finding == "wrong_company"
    assert calls(sandbox, "customers.list") == before


def three_more(connection: Connection) -> list[Connection]:
    """Further connections that work, of the same application."""
    return [
        Connection.objects.create(
            integration=connection.integration,
            company=Company.objects.create(
                tenant=connection.company.tenant, context_id=str(number)
            ),
            state="connected",
            proven_at=timezone.now(),
            grant=connection.grant,
        )
        for number in range(3)
    ]


def test_three_failing_together_are_one_incident_and_no_mail_to_customers(
    transactional_db: None, connected: Connection, member: User, staff: User
) -> None:
    others, now = three_more(connected), timezone.now()
    mail.outbox.clear()

    for each in others:
        standing.find_broken(each, Finding.FORBIDDEN, now=now)
    outbox.send_due(now=now + timedelta(hours=1))

    assert Incident.objects.get().kind == "application_failing"
    assert incidents.held_applications() == {connected.integration.application_id}
    assert [message.to for message in mail.outbox] == [[staff.email]]


def test_customers_hear_of_it_once_it_is_theirs(
    transactional_db: None, connected: Connection, member: User
) -> None:
    (first, *others), now = three_more(connected), timezone.now()
    for each in [first, *others]:
        standing.find_broken(each, Finding.FORBIDDEN, now=now)
    mail.outbox.clear()

    for each in others:
        standing.prove(each, now=now + timedelta(minutes=6))
    standing.prove(connected, now=now + timedelta(minutes=6))
    outbox.send_due(now=now + timedelta(minutes=7))

    assert [message.to for message in mail.outbox] == [[member.email]]
    assert f"/companies/{first.pk}/" in str(mail.outbox[0].body)


def test_two_failing_are_told_after_five_minutes(
    transactional_db: None, connected: Connection, member: User
) -> None:
    others, now = three_more(connected), timezone.now()
    mail.outbox.clear()

    for each in others[:2]:
        standing.find_broken(each, Finding.FORBIDDEN, now=now)
    assert outbox.send_due(now=now + timedelta(seconds=299)) == 0
    assert outbox.send_due(now=now + timedelta(minutes=5)) == 2


def test_a_secret_that_ended_is_told_to_staff_once_and_to_no_customer(
    transactional_db: None,
    connected: Connection,
    sandbox: SandboxProcess,
    member: User,
    staff: User,
) -> None:
    secret = connected.integration.application.secrets.get()
    secret.seal("ended")
    secret.save()
    mail.outbox.clear()

    for hours in (1, 2, 3):
        at = timezone.now() + timedelta(hours=hours)
        report = doctor.examine(connected, in_background=True, now=at)
        assert report.finding == "application_held"
    outbox.send_due(now=timezone.now() + timedelta(days=1))

    connected.refresh_from_db()
    assert connected.state == Connection.State.CONNECTED
    assert [message.to for message in mail.outbox] == [[staff.email]]


def test_a_finding_has_words_in_every_case(db: None) -> None:
    for finding in Finding:
        told = explain(finding, tenant="Fjordlys", company="Fjordlys AS", other="Other")
        assert all((told.heading, told.what, told.who, told.how))
        assert "%" not in told.heading + told.what + told.who + told.how


def test_keeps_what_an_answer_said_about_the_quota(connected: Connection) -> None:
    application = connected.integration.application_id
    Quota.objects.all().delete()
    now = timezone.now()

    quotas.note(application, "key", RateLimit(500, 17, 60.0, "4-fixed-window"), None, now)
    quotas.note(application, "key", None, 30.0, now)

    quota = Quota.objects.get()
    assert (quota.limit, quota.remaining, quota.policy) == (500, 17, "4-fixed-window")
    assert quota.resets_at == now + timedelta(seconds=60)
    assert quotas.closed_until(application, "key") == now + timedelta(seconds=30)
    assert quotas.closed_until(application, "another") is None
