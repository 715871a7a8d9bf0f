"""Redis may be away: pages answer, orders are taken in, bells are missed and made up for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from pytest_django import Settings
from redis.exceptions import RedisError

from integrations.deliveries.tasks import BELL, drain, ring
from integrations.tenants.models import User
from portal.cache import ForgivingCache


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody listens where the cache should be."""
    nowhere = {
        "BACKEND": "portal.cache.ForgivingCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    settings.CACHES = {"default": nowhere}
    monkeypatch.setattr(ForgivingCache, "_away_until", 0.0)
    yield
    caches.close_all()


def test_every_look_is_a_miss_while_the_server_is_away(away: None) -> None:
    cache = caches["default"]

    assert isinstance(cache, ForgivingCache)
    assert cache.add("key", 1) is True
    assert cache.get("key", "nothing") == "nothing"
    cache.set("key", 1)
    assert cache.delete("key") is False


@pytest.mark.django_db
def test_a_person_signs_in_without_the_cache(away: None, staff: User, client: Client) -> None:
    answer = client.post(
        "/accounts/login/", {"login": staff.email, "password": "correct horse battery"}
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_server_that_was_away_is_not_asked_again_at_once(
    away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(self: RedisCache, key: str, *args: object) -> None:
        asked.append(key)
        raise RedisError

    monkeypatch.setattr(RedisCache, "get", refuse)

    for key in ("first", "second"):
        assert caches["default"].get(key) is None
    monkeypatch.setattr(ForgivingCache, "_away_until", 0.0)
    caches["default"].get("third")

    assert asked == ["first", "third"]


def test_nobody_waits_for_a_bell_while_the_server_is_away(
    away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung = []
    monkeypatch.setattr(drain, "apply_async", lambda *args, **kwargs: rung.append(args))

    ring()

    assert rung == []


@pytest.mark.django_db
def test_a_bell_that_the_broker_does_not_take_is_only_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(drain, "apply_async", refused)
    caches["default"].delete(BELL)

    ring()
