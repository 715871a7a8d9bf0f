"""What the doctor finds with each wrong role and each wrong clock, and whom it sends for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection, Incident, Integration, Quota
from integrations.connections.services import doctor, reports, rounds
from integrations.tenants.models import User
from tests.connections.conftest import NORDHANDEL, Invite, Person
from tests.sandbox_process import SandboxProcess

CLIENT = "isv_nordhandel_service"


def change_roles(sandbox: SandboxProcess, *roles: str, email: str = NORDHANDEL) -> None:
    """What the Visma user may do in Fjordlys AS from now on."""
    company = sandbox.company("Fjordlys AS")
    sandbox.control("POST", "users", {"email": email, "roles": {company["tenant_id"]: list(roles)}})


def failing(report: reports.Report) -> reports.Check:
    return next(check for check in report.checks if check.passed is False)


def calls(sandbox: SandboxProcess) -> int:
    """Calls of the ERP, whichever."""
    kinds = {"customers.list", "organization.get", "erp.organization"}
    return len([one for one in sandbox.requests() if one["kind"] in kinds])


def test_a_role_given_late_is_found_by_itself(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    change_roles(sandbox)
    now = timezone.now()
    report = doctor.examine(connected, now=now)
    assert report.finding in {"no_role", "no_licence"}
    assert "Visma Admin" in failing(report).who
    assert report.until == now + timedelta(minutes=1)

    sandbox.switch(role_delay=600)
    change_roles(sandbox, "API User")
    for minute in range(1, 10):
        at = now + timedelta(minutes=minute)
        assert rounds.connections_due(at) == [connected.pk]
        assert not doctor.examine(connected, in_background=True, now=at).well
    sandbox.clock(advance=600)
    assert doctor.examine(connected, in_background=True, now=now + timedelta(minutes=10)).well

    connected.refresh_from_db()
    assert (connected.state, connected.look_again_at) == (Connection.State.CONNECTED, None)
    assert connected.repaired_at == now + timedelta(minutes=10)


def test_after_twenty_minutes_a_role_is_looked_for_once_a_day(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    change_roles(sandbox)
    now = timezone.now()
    doctor.examine(connected, now=now)

    doctor.examine(connected, in_background=True, now=now + timedelta(minutes=21))

    assert rounds.connections_due(now + timedelta(hours=24)) == []
    assert rounds.connections_due(now + timedelta(hours=24, minutes=21)) == [connected.pk]


def test_a_licence_that_ended_sends_for_the_visma_partner(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    company = sandbox.company("Fjordlys AS")
    sandbox.control("POST", "companies", {"tenant_id": company["tenant_id"], "licensed": False})

    check = failing(doctor.examine(connected, now=timezone.now()))

    assert check.code == "read"
    assert "Visma partner" in check.who
    assert "licence" in check.how


def test_the_background_leaves_the_kept_part_of_the_allowance_to_people(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    now = timezone.now()
    resets_at = now + timedelta(minutes=20)
    Quota.objects.update(limit=500, remaining=25, resets_at=resets_at, seen_at=now)
    before = calls(sandbox)

    report = doctor.examine(connected, in_background=True, now=now)

    assert (report.finding, report.until) == ("throttled", resets_at)
    assert calls(sandbox) == before
    assert rounds.connections_due(resets_at - timedelta(seconds=1)) == []
    assert rounds.connections_due(resets_at) == [connected.pk]
    assert doctor.examine(connected, now=now).well


def test_a_spent_allowance_stops_people_too(connected: Connection, sandbox: SandboxProcess) -> None:
    now = timezone.now()
    Quota.objects.update(limit=500, remaining=0, resets_at=now + timedelta(minutes=20), seen_at=now)
    before = calls(sandbox)

    assert doctor.examine(connected, now=now).finding == "throttled"
    assert calls(sandbox) == before


def test_look_now_says_until_when_visma_asks_to_wait(
    connected: Connection, sandbox: SandboxProcess, member: User, client: Client
) -> None:
    until = timezone.localtime() + timedelta(minutes=5)
    Quota.objects.update(closed_until=until)
    client.force_login(member)

    page = client.post(f"/t/fjordlys/companies/{connected.pk}/check/", follow=True)

    assert f"Visma asks us to wait until {until:%H:%M}." in page.content.decode()


@pytest.mark.parametrize(
    ("seconds", "state", "incidents"),
    [(0, "passed", 0), (20, "passed", 0), (45, "warned", 1), (-45, "warned", 1), (90, "failed", 1)],
)
def test_tells_how_far_the_clocks_are_apart(
    connected: Connection, sandbox: SandboxProcess, seconds: int, state: str, incidents: int
) -> None:
    ours = timezone.now() - timedelta(seconds=seconds)

    report = doctor.examine(connected, now=ours)

    check = report.checks[-1]
    shown = "failed" if not check.passed else "warned" if check.warns else "passed"
    assert (check.code, shown, report.well) == ("clock", state, True)
    assert Incident.objects.filter(kind="clocks_differ").count() == incidents
    connected.refresh_from_db()
    assert connected.clock_offset is not None
    assert abs(connected.clock_offset.total_seconds() - seconds) < 3
    assert [each.passed for each in doctor.report_of(connected).checks] == [
        each.passed for each in report.checks
    ]


def test_clocks_that_agree_again_clear_the_incident(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    doctor.examine(connected, now=timezone.now() - timedelta(seconds=45))

    doctor.examine(connected, now=timezone.now())

    assert Incident.objects.get(kind="clocks_differ").cleared_at is not None


def test_a_token_refused_for_its_time_is_a_matter_of_clocks(
    transactional_db: None,
    connected: Connection,
    sandbox: SandboxProcess,
    member: User,
    mailoutbox: list[Any],
) -> None:
    # Connect's clock runs ahead of the sales-order service's: the token is from the future there.
    sandbox.control("DELETE", "tokens", {})
    sandbox.fault("skew_clock", on="token", seconds=300, count=5)
    sandbox.fault("unauthorized", on="customers.list", count=5)
    mailoutbox.clear()

    report = doctor.examine(connected, now=timezone.now())

    assert report.finding == "clocks_differ"
    assert failing(report).who == "Nordhandel."
    assert [member.email] not in [mail.to for mail in mailoutbox]


def test_a_right_switched_on_late_is_taken_at_the_next_look(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approval: dict[str, Any] = {"client_id": CLIENT, "tenant_id": tenant_id}
    sandbox.control("POST", "approvals", approval)
    person.open(invite(service_integration))
    person.press("/connect/tenant-id/", visma_tenant_id=tenant_id)
    connection = Connection.objects.get()
    wanted = service_integration.scopes
    service_integration.scopes = f"{wanted} vismanet_erp_service_api:create"
    service_integration.save()
    sandbox.control("POST", "approvals", {**approval, "scopes": wanted.split()})

    report = doctor.examine(connection, now=timezone.now())
    assert (report.finding, failing(report).code) == ("scope_off", "rights")

    sandbox.control("POST", "approvals", {**approval, "scopes": service_integration.scopes.split()})
    assert doctor.examine(connection, now=timezone.now() + timedelta(minutes=1)).well
