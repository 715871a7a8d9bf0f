"""What runs by itself every minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.connections import tasks
from integrations.connections.models import Connection, Grant
from integrations.connections.services import rounds
from integrations.connections.services.clock import database_now
from tests.sandbox_process import SandboxProcess


def test_refreshes_tokens_about_to_lapse(connected: Connection, sandbox: SandboxProcess) -> None:
    grant = Grant.objects.get()
    assert rounds.grants_due(timezone.now()) == []
    Grant.objects.update(access_expires_at=timezone.now() + timedelta(seconds=100))

    assert rounds.grants_due(timezone.now()) == [str(grant.pk)]
    tasks.refresh(str(grant.pk))

    grant.refresh_from_db()
    assert grant.token_number == 2


def test_proves_each_connection_every_quarter_of_an_hour(
    connected: Connection, sandbox: SandboxProcess
) -> None:
    assert rounds.connections_due(timezone.now()) == []
    Connection.objects.update(proven_at=timezone.now() - timedelta(minutes=16))

    assert rounds.connections_due(timezone.now()) == [connected.pk]
    tasks.examine(connected.pk)

    assert rounds.connections_due(timezone.now()) == []


def test_a_disconnected_company_is_left_alone(connected: Connection) -> None:
    Connection.objects.update(state="disconnected", grant=None, look_again_at=timezone.now())

    assert rounds.connections_due(timezone.now() + timedelta(days=1)) == []


def test_rings_for_everything_due(connected: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[str, Any]] = []
    for task in (tasks.refresh, tasks.examine, tasks.look_for_approval):
        name = task.name.rpartition(".")[2]
        monkeypatch.setattr(task, "delay", lambda id_, name=name: rung.append((name, id_)))
    Grant.objects.update(stale_number=1)
    Connection.objects.update(proven_at=timezone.now() - timedelta(hours=1))

    tasks.look_again()

    assert rung == [("refresh", str(Grant.objects.get().pk)), ("examine", connected.pk)]


def test_tasks_about_rows_that_are_gone_do_nothing(db: None) -> None:
    tasks.examine(1)
    tasks.look_for_approval("00000000-0000-0000-0000-000000000000")


def test_the_databases_clock_is_in_utc_and_right(db: None) -> None:
    assert abs(database_now() - timezone.now()) < timedelta(seconds=5)
