"""A setting that can't be read is refused with a sentence that names it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.environment import Environment, redis_addresses
from tests.sandbox_process import ROOT

NOWHERE = Path(os.devnull)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Environment]:
    def environment(value: str) -> Environment:
        monkeypatch.setenv("THING", value)
        return Environment(NOWHERE)

    return environment


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("ten", lambda env: env.number("THING", 1)),
        ("ten", lambda env: env.seconds("THING", 1)),
        ("ftp://x", lambda env: env.address("THING", "")),
        ("https://", lambda env: env.address("THING", "")),
        ("green", lambda env: env.choice("THING", ["red", "blue"], "red")),
        ("", lambda env: env.secret("THING")),
        ("nonsense", lambda env: env.database("THING", "")),
        ("nonsense", lambda env: env.redis("THING", None)),
        ("redis://host/name", lambda env: env.redis("THING", None)),
        ("nonsense", lambda env: env.mail("THING", "")),
    ],
)
def test_refuses_what_it_cannot_read(given, value: str, read) -> None:
    with pytest.raises(ImproperlyConfigured, match="THING"):
        read(given(value))


def test_refuses_a_missing_setting_without_default() -> None:
    with pytest.raises(ImproperlyConfigured, match="THING is not set"):
        Environment(NOWHERE).text("THING")


def test_takes_a_secret_with_a_dollar_as_it_stands(given) -> None:
    assert given("$HOME").secret("THING") == "$HOME"
    assert given("$HOME").text("THING") == "$HOME"


def test_a_list_forgets_blanks_around_its_words(given) -> None:
    assert given(" a , b,,c ").words("THING") == ["a", "b", "c"]


def test_a_pool_in_the_database_address_is_left_out(given) -> None:
    told = given("postgres://u:p@host/name?pool=true&sslmode=require").database("THING", "")

    assert told["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("address", "broker", "cache"),
    [
        ("redis://host:6379/3", "redis://host:6379/3", "redis://host:6379/4"),
        ("rediss://:p@host", "rediss://:p@host/0", "rediss://:p@host/1"),
        ("unix:///a b/s?db=2", "redis+socket:///a%20b/s?virtual_host=2", "unix:///a%20b/s?db=3"),
    ],
)
def test_broker_and_cache_share_a_server(address: str, broker: str, cache: str) -> None:
    assert redis_addresses(address) == (broker, cache)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS is not set"),
        ({"ENVIRONMENT": "production", "PUBLIC_URL": ""}, "PUBLIC_URL is not set"),
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT must be one of production, development"),
    ],
)
def test_the_command_line_says_one_sentence(changes: dict[str, str], sentence: str) -> None:
    told = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert told.stderr.startswith(f"The portal can't start: {sentence}")
    assert len(told.stderr.splitlines()) == 1
