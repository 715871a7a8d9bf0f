"""Tokens in our custody: one refresh at a time, none spent twice, no grant lost to an outage."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.connections.models import (
    Application,
    Connection,
    Grant,
    Incident,
    Integration,
)
from integrations.connections.services import custody, refresh_terms, refreshing, rounds
from integrations.connections.services.custody import NoAccess
from integrations.keyring import ring
from integrations.visma.errors import Refused
from integrations.visma.oauth import TokenAnswer
from tests.connections.conftest import Invite, Person
from tests.sandbox_process import SandboxProcess

HOUR = timedelta(hours=1)


@pytest.fixture
def grant(connected: Connection) -> Grant:
    assert connected.grant is not None
    return connected.grant


@pytest.fixture
def service_grant(
    service_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Grant:
    """Fjordlys AS, approved in the App Store."""
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approval = {"client_id": "isv_nordhandel_service", "tenant_id": tenant_id}
    sandbox.control("POST", "approvals", approval)
    person.open(invite(service_integration))
    person.press("/connect/tenant-id/", visma_tenant_id=tenant_id)
    return Grant.objects.get()


def token_calls(sandbox: SandboxProcess) -> int:
    """Calls of the token endpoint that the sandbox has seen, redeeming the code not counted."""
    return len(sandbox.control("GET", "requests?kind=token")["requests"]) - 1


def later() -> datetime:
    """When the first access token has run out."""
    return timezone.now() + HOUR


def test_gives_the_token_of_a_connection(connected: Connection) -> None:
    access = custody.access_of(connected)

    assert access.connection_id == connected.pk
    assert access.token_number == 1
    assert access.company_key == str(connected.company.visma_tenant_id)
    assert access.route == "salesorder-v3"
    assert access.token not in repr(access)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ended_at": timezone.now(), "ended_because": "disconnected"}, "ended"),
        ({"stale_number": 1}, "stale"),
        ({"access_expires_at": timezone.now() + timedelta(seconds=119)}, "expired"),
        ({"sealed_access_token": None}, "no_token"),
    ],
)
def test_gives_no_token_that_cant_be_used(
    connected: Connection, grant: Grant, changes: dict[str, Any], reason: str
) -> None:
    Grant.objects.update(**changes)
    connected.refresh_from_db()

    with pytest.raises(NoAccess) as none:
        custody.access_of(connected)

    assert none.value.reason == reason


def test_a_401_counts_against_its_own_token_only(connected: Connection, grant: Grant) -> None:
    Grant.objects.update(token_number=2)

    assert not custody.mark_stale(str(grant.pk), 1)
    assert custody.mark_stale(str(grant.pk), 2)
    assert not custody.mark_stale(str(grant.pk), 2)

    grant.refresh_from_db()
    assert (grant.token_number, grant.stale_number) == (2, 2)
    assert rounds.grants_due(timezone.now()) == [str(grant.pk)]
    assert rounds.connections_due(timezone.now()) == [connected.pk]


def test_a_token_of_another_row_doesnt_open(connected: Connection, grant: Grant) -> None:
    other = Grant.objects.create(tenant=grant.tenant, application=grant.application, kind="service")
    Grant.objects.filter(pk=other.pk).update(
        sealed_access_token=grant.sealed_access_token, token_number=1
    )
    other.refresh_from_db()

    with pytest.raises(ring.Unreadable):
        other.access_token()


def test_refreshes_before_the_token_lapses(grant: Grant, sandbox: SandboxProcess) -> None:
    before = grant.refresh_token()

    assert custody.refresh(str(grant.pk), now=later())

    grant.refresh_from_db()
    assert grant.token_number == 2
    assert grant.refresh_token() != before
    assert (grant.refresh_lease_until, grant.refresh_sent_at) == (None, None)
    assert token_calls(sandbox) == 1


def test_a_usable_token_is_not_refreshed(grant: Grant, sandbox: SandboxProcess) -> None:
    assert custody.refresh(str(grant.pk), now=timezone.now())
    assert token_calls(sandbox) == 0


def test_twenty_at_once_send_the_refresh_token_once(
    transactional_db: None, grant: Grant, sandbox: SandboxProcess
) -> None:
    sandbox.switch(token_delay=0.3)
    now, gate, errors = later(), threading.Barrier(20), []

    def worker() -> None:
        try:
            gate.wait()
            custody.refresh(str(grant.pk), now=now)
        except Exception as error:
            errors.append(error)
        finally:
            database.close()

    workers = [threading.Thread(target=worker) for _ in range(20)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    grant.refresh_from_db()
    assert errors == []
    assert token_calls(sandbox) == 1
    assert (grant.token_number, grant.ended_at) == (2, None)


@pytest.mark.parametrize("fault", ["drop_before_commit", "status"])
def test_an_outage_keeps_the_grant(grant: Grant, sandbox: SandboxProcess, fault: str) -> None:
    sandbox.fault(fault, on="token", **({"status": 502} if fault == "status" else {}))
    now = later()

    assert not custody.refresh(str(grant.pk), now=now)
    grant.refresh_from_db()
    assert grant.ended_at is None
    assert grant.refresh_sent_at is not None
    assert grant.refresh_due_at is not None
    assert grant.refresh_due_at > now

    assert not custody.refresh(str(grant.pk), now=now)
    assert custody.refresh(str(grant.pk), now=grant.refresh_due_at)


def test_a_refresh_that_never_left_doesnt_count_as_sent(grant: Grant, settings: Any) -> None:
    settings.VISMA_CONNECT_TOKEN_URL = "http://localhost:1/connect/token"

    assert not custody.refresh(str(grant.pk), now=later())

    grant.refresh_from_db()
    assert (grant.ended_at, grant.refresh_sent_at) == (None, None)


def test_a_lost_answer_is_fetched_again_within_the_grace(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.control(
        "POST", "applications", {"client_id": "isv_nordhandel_web", "refresh_grace": 60}
    )
    integration.application.refresh_grace = timedelta(seconds=60)
    integration.application.save()
    person.open(invite(integration))
    person.comes_back()
    person.confirms()
    sandbox.fault("commit_then_drop", on="token")

    assert custody.refresh(str(Grant.objects.get().pk), now=later())

    grant = Grant.objects.get()
    assert (grant.token_number, grant.ended_at, grant.refresh_sent_at) == (2, None, None)


def test_a_lost_answer_is_not_asked_for_again_after_the_grace(
    connected: Connection, grant: Grant, sandbox: SandboxProcess
) -> None:
    grant.application.refresh_grace = timedelta(seconds=30)
    grant.application.save()
    now = later()
    Grant.objects.update(refresh_sent_at=now - timedelta(seconds=11))

    assert not custody.refresh(str(grant.pk), now=now)

    grant.refresh_from_db()
    connected.refresh_from_db()
    assert token_calls(sandbox) == 0
    assert grant.ended_because == connected.problem == "refresh_lost"


def test_without_grace_a_lost_answer_never_costs_another_grant(
    connected: Connection, grant: Grant, sandbox: SandboxProcess
) -> None:
    other = Grant.objects.create(
        tenant=grant.tenant,
        application=grant.application,
        kind="connect",
        visma_user=grant.visma_user,
    )
    sandbox.fault("commit_then_drop", on="token")
    now = later()

    assert not custody.refresh(str(grant.pk), now=now)
    assert not custody.refresh(str(grant.pk), now=now + HOUR)

    grant.refresh_from_db()
    other.refresh_from_db()
    assert token_calls(sandbox) == 1
    assert (grant.ended_because, other.ended_at) == ("refresh_lost", None)


def test_a_refresh_token_that_may_be_used_again_is(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    sandbox.control("POST", "applications", {"client_id": "isv_nordhandel_web", "refresh": "reuse"})
    integration.application.one_time_refresh = False
    integration.application.save()
    person.open(invite(integration))
    person.comes_back()
    person.confirms()
    grant = Grant.objects.get()
    sandbox.fault("commit_then_drop", on="token")
    now = later()

    assert not custody.refresh(str(grant.pk), now=now)
    assert custody.refresh(str(grant.pk), now=now + timedelta(minutes=1))


def test_a_refused_grant_needs_a_person(
    connected: Connection, grant: Grant, sandbox: SandboxProcess
) -> None:
    sandbox.control("DELETE", "tokens", {"refresh": True})

    assert not custody.refresh(str(grant.pk), now=later())

    grant.refresh_from_db()
    connected.refresh_from_db()
    assert grant.ended_because == "consent_ended"
    assert grant.sealed_refresh_token is None
    assert (connected.state, connected.problem) == (Connection.State.BROKEN, "consent_ended")


def test_a_refusal_isnt_believed_once_a_newer_token_is_there(grant: Grant) -> None:
    read_before = Grant.objects.get()
    Grant.objects.update(refresh_token_digest="newer")

    assert not refreshing.end(read_before, "consent_ended", now=timezone.now())

    grant.refresh_from_db()
    assert grant.ended_at is None


def test_an_old_answer_doesnt_overwrite_a_newer_token(grant: Grant) -> None:
    read_before = Grant.objects.get()
    newer = TokenAnswer("newer-access", 3600, frozenset(), "newer-refresh", None)
    older = TokenAnswer("older-access", 3600, frozenset(), "older-refresh", None)
    now = timezone.now()

    assert refreshing.store(Grant.objects.get(), newer, now=now)
    assert not refreshing.store(read_before, older, now=now)

    grant.refresh_from_db()
    assert grant.refresh_token() == "newer-refresh"


def test_a_late_answer_is_kept_although_the_lease_has_lapsed(grant: Grant) -> None:
    read_before = Grant.objects.get()
    now = later()
    Grant.objects.update(refresh_lease=7, refresh_lease_until=now + HOUR)

    answer = TokenAnswer("access", 3600, frozenset(), "following", None)
    assert refreshing.store(read_before, answer, now=now)

    grant.refresh_from_db()
    assert grant.refresh_token() == "following"


def test_a_refused_secret_is_the_applications_incident(
    connected: Connection, grant: Grant, sandbox: SandboxProcess
) -> None:
    secret = grant.application.secrets.get()
    secret.seal("not the secret")
    secret.save()

    assert not custody.refresh(str(grant.pk), now=later())
    assert not custody.refresh(str(grant.pk), now=later() + HOUR)

    grant.refresh_from_db()
    connected.refresh_from_db()
    assert grant.ended_at is None
    assert connected.state == Connection.State.CONNECTED
    assert Incident.objects.get().kind == "application_refused"


def second_grant(connection: Connection) -> Grant:
    """Another living grant of the same Visma user, which a replay would end."""
    grant = connection.grant
    assert grant is not None
    return Grant.objects.create(
        tenant=grant.tenant,
        application=grant.application,
        kind="connect",
        visma_user=grant.visma_user,
    )


@pytest.mark.parametrize("status", [429, 500, 503])
def test_connect_that_says_it_failed_has_spent_nothing(
    connected: Connection, grant: Grant, sandbox: SandboxProcess, status: int
) -> None:
    second_grant(connected)
    sandbox.fault("status", on="token", status=status, count=3)
    now = later()

    for minutes in (0, 5, 10):
        assert not custody.refresh(str(grant.pk), now=now + timedelta(minutes=minutes))
        grant.refresh_from_db()
        assert (grant.refresh_sent_at, grant.ended_at) == (None, None)

    assert custody.refresh(str(grant.pk), now=now + timedelta(hours=1))


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_got_no_answer_leaves_it_open(
    connected: Connection, grant: Grant, sandbox: SandboxProcess, status: int
) -> None:
    second_grant(connected)
    sandbox.fault("status", on="token", status=status)

    assert not custody.refresh(str(grant.pk), now=later())
    assert not custody.refresh(str(grant.pk), now=later() + HOUR)

    grant.refresh_from_db()
    assert (token_calls(sandbox), grant.ended_because) == (1, "refresh_lost")


def test_an_hour_without_connect_costs_no_consent(
    connected: Connection, grant: Grant, sandbox: SandboxProcess
) -> None:
    sandbox.fault("reset_before_commit", on="token", repeat=True)
    now = later()

    for minutes in range(0, 60, 5):
        assert not custody.refresh(str(grant.pk), now=now + timedelta(minutes=minutes))
    sandbox.control("DELETE", "faults")
    assert custody.refresh(str(grant.pk), now=now + HOUR + timedelta(minutes=5))

    connected.refresh_from_db()
    assert connected.state == Connection.State.CONNECTED


def test_invalid_grant_isnt_believed_while_somebody_else_asks(grant: Grant) -> None:
    Grant.objects.update(refresh_lease=1)
    first = Grant.objects.select_related("application").get()
    Grant.objects.update(refresh_lease=2, refresh_lease_until=later() + HOUR)

    refreshing._settle_refusal(first, Refused("invalid_grant"), now=later())

    grant.refresh_from_db()
    assert grant.ended_at is None


def test_a_rejected_token_that_was_replaced_is_not_refreshed(
    grant: Grant, sandbox: SandboxProcess
) -> None:
    assert custody.refresh(str(grant.pk), now=later())
    Grant.objects.update(access_expires_at=later() + HOUR)

    assert not custody.mark_stale(str(grant.pk), 1)
    assert custody.refresh(str(grant.pk), now=later())

    assert token_calls(sandbox) == 1


def test_a_service_token_is_asked_for_once_by_many_and_kept(
    transactional_db: None, service_grant: Grant, sandbox: SandboxProcess
) -> None:
    before = len(sandbox.requests(kind="token"))
    sandbox.switch(token_delay=0.3)
    now, gate, well = later(), threading.Barrier(8), []

    def worker() -> None:
        gate.wait()
        well.append(custody.refresh(str(service_grant.pk), waits=True, now=now))
        database.close()

    workers = [threading.Thread(target=worker) for _ in range(8)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert well == [True] * 8
    assert len(sandbox.requests(kind="token")) == before + 1


def test_a_service_token_is_renewed_before_it_lapses(
    service_grant: Grant, sandbox: SandboxProcess
) -> None:
    ends = service_grant.access_expires_at
    assert ends is not None
    early = ends - timedelta(minutes=6)

    assert rounds.grants_due(early - timedelta(seconds=1)) == []
    assert rounds.grants_due(early) == [str(service_grant.pk)]
    assert custody.refresh(str(service_grant.pk), early=True, now=early)

    service_grant.refresh_from_db()
    assert service_grant.token_number == 2


def resting(connection: Connection, **columns: Any) -> Grant:
    """The grant of a connection that has been broken for a while, so that nobody refreshes it."""
    Connection.objects.update(state="broken", problem="no_role")
    Application.objects.update(refresh_idle_days=30)
    Grant.objects.update(refreshed_at=timezone.now(), **columns)
    return Grant.objects.get(connections=connection)


def test_an_idle_refresh_token_is_used_before_it_lapses(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    grant, now = resting(connected), timezone.now()

    assert rounds.grants_idle(now + timedelta(days=14)) == []
    assert rounds.grants_idle(now + timedelta(days=23)) == [str(grant.pk)]
    assert custody.refresh(str(grant.pk), now=now + timedelta(days=23))

    assert rounds.grants_idle(now + timedelta(days=37)) == []
    connected.refresh_from_db()
    assert connected.problem == "no_role"


def test_idle_grants_are_refreshed_spread_in_time(connected: Connection) -> None:
    grant = resting(connected)
    at = []
    for number in (0, 500, 999):
        grant.pk = UUID(int=number)
        at.append(refresh_terms.keep_alive_at(grant))

    since = refresh_terms.idle_since(grant)
    days = [(moment - since) / timedelta(days=1) for moment in at if moment]
    assert [round(each, 2) for each in days] == [15.0, 18.75, 22.49]


def test_a_grant_that_works_is_never_idle(connected: Connection) -> None:
    Application.objects.update(refresh_idle_days=1)

    assert rounds.grants_idle(timezone.now() + timedelta(hours=2)) == []


def test_a_grant_keeps_the_terms_of_its_consent(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    Application.objects.update(
        refresh_idle_days=30, refresh_absolute_days=90, refresh_grace=timedelta(seconds=30)
    )
    person.open(invite(integration))
    person.comes_back()
    Application.objects.update(
        refresh_idle_days=180,
        refresh_absolute_days=365,
        refresh_grace=timedelta(seconds=60),
        one_time_refresh=False,
    )

    terms = refresh_terms.terms_of(Grant.objects.get())
    assert terms == refresh_terms.Terms(
        one_time=True,
        grace=timedelta(seconds=30),
        idle=timedelta(days=30),
        absolute=timedelta(days=90),
    )


def test_a_known_end_is_foretold_a_month_before(connected: Connection, grant: Grant) -> None:
    Application.objects.update(refresh_absolute_days=90)
    grant.refresh_from_db()
    ends = grant.created_at + timedelta(days=90)

    assert refresh_terms.foretold_end(grant, now=ends - timedelta(days=31)) is None
    assert refresh_terms.foretold_end(grant, now=ends - timedelta(days=30)) == ends
