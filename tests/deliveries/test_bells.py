"""Bells: told by the database's clock, since those of two machines need not agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from integrations.deliveries import tasks
from integrations.deliveries.services import drain
from integrations.deliveries.services.clock import database_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a drain began."""
    begun: list[str] = []
    monkeypatch.setattr(drain, "drain", lambda *args: begun.append("drain"))
    return begun


def test_a_bell_is_answered_unless_it_rang_long_ago(answered: list[str]) -> None:
    now = database_now()

    tasks.drain(now.isoformat())
    assert answered == ["drain"]
    tasks.drain((now - timedelta(seconds=11)).isoformat())
    assert answered == ["drain"]


def test_a_bell_of_an_older_release_is_answered(answered: list[str]) -> None:
    tasks.drain()

    assert answered == ["drain"]


def test_no_clock_that_is_two_hours_off_silences_a_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rung = []
    monkeypatch.setattr(tasks.drain, "apply_async", lambda *args, **given: rung.append(given))
    cache.delete(tasks.BELL)

    tasks.ring()

    assert rung == [{"retry": False}]
    schedule: Iterable[dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE.values()
    lives = [entry["options"]["expires"] for entry in schedule]
    assert min(lives) > timedelta(hours=2).total_seconds()
