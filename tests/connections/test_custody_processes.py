"""Tokens in the custody of many processes: one request at a time, whoever dies over it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.connections.models import Connection, Grant
from integrations.connections.services import custody
from tests.connections.conftest import Invite, Person
from tests.connections.refreshers import Refreshers, refreshers
from tests.deliveries.workers import until
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
BEYOND_LEASE = timedelta(seconds=26)  # the call's own 20 s, and five


@pytest.fixture
def grant(connected: Connection) -> Grant:
    assert connected.grant is not None
    return connected.grant


@pytest.fixture
def grant_with_grace(
    integration: Any, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Grant:
    """One-time refresh tokens with a grace of a minute, at Visma and in our records."""
    application = {"client_id": integration.application.client_id, "refresh_grace": 60}
    sandbox.control("POST", "applications", application)
    integration.application.refresh_grace = timedelta(seconds=60)
    integration.application.save()
    person.open(invite(integration))
    person.comes_back()
    person.confirms()
    return Grant.objects.get()


def asked(sandbox: SandboxProcess) -> int:
    """Token requests the sandbox has seen, redeeming the code not counted."""
    return len(sandbox.requests(kind="token")) - 1


def expire(grant: Grant) -> None:
    Grant.objects.filter(pk=grant.pk).update(access_expires_at=timezone.now())


def killed_in_the_middle(grant: Grant, sandbox: SandboxProcess, at_work: Refreshers) -> None:
    """Visma has rotated the token and says nothing; kill -9."""
    sandbox.fault("never_answer", on="token", commit=True)
    expire(grant)
    at_work.begin()
    until(lambda: asked(sandbox) == 1)
    at_work.kill()


# SQLite lets one write at a time, which would prove nothing about a race.
@pytest.mark.needs_postgres
def test_twenty_processes_ask_once_for_each_token_that_runs_out(
    grant: Grant, process_environment: dict[str, str], sandbox: SandboxProcess
) -> None:
    with refreshers(process_environment, 20, str(grant.pk)) as workers:
        for times in range(1, 11):
            expire(grant)
            workers.begin()
            assert workers.results() == [True] * 20
            assert asked(sandbox) == times

    grant.refresh_from_db()
    assert (grant.token_number, grant.ended_at) == (11, None)


def test_nobody_asks_while_a_killed_workers_lease_lasts(
    grant: Grant, process_environment: dict[str, str], sandbox: SandboxProcess
) -> None:
    with refreshers(process_environment, 1, str(grant.pk)) as worker:
        killed_in_the_middle(grant, sandbox, worker)

    assert not custody.refresh(str(grant.pk), now=timezone.now())

    grant.refresh_from_db()
    assert (asked(sandbox), grant.ended_at) == (1, None)


def test_a_killed_workers_refresh_is_repeated_within_the_grace(
    grant_with_grace: Grant, process_environment: dict[str, str], sandbox: SandboxProcess
) -> None:
    with refreshers(process_environment, 1, str(grant_with_grace.pk)) as worker:
        killed_in_the_middle(grant_with_grace, sandbox, worker)

    assert custody.refresh(str(grant_with_grace.pk), now=timezone.now() + BEYOND_LEASE)

    grant_with_grace.refresh_from_db()
    assert (grant_with_grace.token_number, grant_with_grace.ended_at) == (2, None)
    assert asked(sandbox) == 2


def test_without_grace_a_killed_workers_refresh_costs_no_other_grant(
    connected: Connection,
    grant: Grant,
    process_environment: dict[str, str],
    sandbox: SandboxProcess,
) -> None:
    other = Grant.objects.create(
        tenant=grant.tenant,
        application=grant.application,
        kind="connect",
        visma_user=grant.visma_user,
    )
    with refreshers(process_environment, 1, str(grant.pk)) as worker:
        killed_in_the_middle(grant, sandbox, worker)

    assert not custody.refresh(str(grant.pk), now=timezone.now() + BEYOND_LEASE)

    grant.refresh_from_db()
    other.refresh_from_db()
    connected.refresh_from_db()
    assert asked(sandbox) == 1
    assert (grant.ended_because, other.ended_at) == ("refresh_lost", None)
    assert connected.problem == "refresh_lost"
