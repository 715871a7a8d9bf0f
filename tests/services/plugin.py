"""pytest's first step: servers and settings stand before Django is set up."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from tests.services.private import PrivateServers, free_port

SERVERS = pytest.StashKey[PrivateServers]()

# Every address of Visma leads nowhere until a test points it at the sandbox.
NOWHERE = {
    f"VISMA_{kind}_{name}_URL": f"https://{host}.visma.test/{path}".rstrip("/")
    for kind, name, host, path in (
        ("CONNECT", "AUTHORIZE", "connect", "connect/authorize"),
        ("CONNECT", "TOKEN", "connect", "connect/token"),
        ("CONNECT", "USERINFO", "connect", "connect/userinfo"),
        ("CONNECT", "REVOCATION", "connect", "connect/revocation"),
        ("CONNECT", "JWKS", "connect", ".well-known/openid-configuration/jwks"),
        ("CONNECT", "ORGANIZATION", "api", ""),
        ("CONNECT", "SALES_ORDER", "salesorder", ""),
    )
} | {
    "VISMA_CONNECT_ISSUER": "https://connect.visma.test",
    "VISMA_APP_STORE_URL": "https://apps.visma.test",
}


def environment(database_url: str, redis_url: str, port: int) -> dict[str, str]:
    """What portal.settings reads in tests; a developer's .env has no say."""
    return NOWHERE | {
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
        "VISMA_PLAIN_HTTP_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """A wrapper comes before pytest-django's own hook, which reads the settings."""
    for line in (
        "needs_postgres: not for the second run, on SQLite",
        "browser: drives a real Chromium",
    ):
        early_config.addinivalue_line("markers", line)
    servers = PrivateServers()
    early_config.stash[SERVERS] = servers
    os.environ.update(environment(servers.database_url(), servers.redis_url(), free_port()))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if servers := config.stash.get(SERVERS, None):
        servers.stop()
