"""pytest's first step: servers and settings stand before Django is set up."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from demo import environment, processes
from tests.services.private import PrivateServers

BYTECODE = Path(__file__).resolve().parents[2] / "var" / "bytecode"
SERVERS = pytest.StashKey[PrivateServers]()


def settings(database_url: str, redis_url: str) -> dict[str, str]:
    """What portal.settings reads in tests; a developer's .env has no say.

    Nothing listens at the sandbox's address until a test asks for the sandbox.
    """
    port = environment.free_port()
    return environment.visma(f"http://localhost:{environment.free_port()}") | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        # Playwright runs an event loop in the test's thread, where the ORM is used too.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        "DJANGO_LIVE_TEST_SERVER_ADDRESS": f"127.0.0.1:{port}",
        "DOTENV": os.devnull,
        "ENVIRONMENT": "development",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "for-tests-only-0123456789abcdefghijklmnopqrstuvwxyz",
        "ENCRYPTION_KEYS": "aaaaaaaa:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "EMAIL_URL": "memorymail://",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


def keep_bytecode() -> None:
    """Tests start programs by the dozen: each would compile all its modules where none is kept."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = os.fspath(BYTECODE)
        sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """A wrapper comes before pytest-django's own hook, which reads the settings."""
    for line in (
        "needs_postgres: not for the second run, on SQLite",
        "browser: drives a real Chromium",
    ):
        early_config.addinivalue_line("markers", line)
    keep_bytecode()
    processes.adopt_orphans()
    servers = PrivateServers()
    early_config.stash[SERVERS] = servers
    os.environ.update(settings(servers.database_url(), servers.redis_url()))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if servers := config.stash.get(SERVERS, None):
        servers.stop()
        processes.bury_orphans()
