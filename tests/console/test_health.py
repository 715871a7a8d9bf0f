"""What load balancers and monitors are told: ok or not ok, and nothing more."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest
from celery import current_app
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.deliveries.models import Lane
from tests.workspace.seeds import make_delivery

ALL_WELL = {"database": "ok", "migrations": "ok", "broker": "ok", "orders": "ok"}


def test_the_process_answers_without_asking_the_database() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (HTTPStatus.OK, b"ok")


def test_is_ready_when_all_is_well(db: None) -> None:
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (HTTPStatus.OK, ALL_WELL)


def test_is_not_ready_before_the_migrations_ran(db: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="deliveries").latest("id").delete()

    answer = Client().get("/readyz")

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.json() == ALL_WELL | {"migrations": "not ok"}


def test_serves_on_without_a_broker_and_says_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (
        HTTPStatus.OK, ALL_WELL | {"broker": "not ok"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({}, "not ok"),
        # A lane that is being served, and one that can't be, are no backlog of ours.
        ({"leased_until": timezone.now() + timedelta(hours=1)}, "ok"),
        ({"rests_until": timezone.now() + timedelta(hours=1)}, "ok"),
        ({"shut_at": timezone.now()}, "ok"),
    ],
)
def test_says_when_due_orders_are_not_served(
    connection: Connection, columns: dict[str, object], told: str
) -> None:
    make_delivery(connection, due_at=timezone.now() - timedelta(minutes=3))
    Lane.objects.update(**columns)

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["orders"]) == (HTTPStatus.OK, told)


def test_an_order_that_came_in_just_now_is_no_backlog(connection: Connection) -> None:
    make_delivery(connection, due_at=timezone.now() - timedelta(seconds=5))

    assert Client().get("/readyz").json() == ALL_WELL


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_answered(db: None, path: str, method: str) -> None:
    assert getattr(Client(), method)(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED
