"""The private servers of a measurement, and the settings that lead to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import statements
from benchmarks.children import TargetProcess, start_target
from demo import environment
from integrations.keyring import ring
from tests.services import postgresql
from tests.services.private import PrivateServers

# The tests' flags trade durability for speed. Here the disk is part of what is measured.
DURABLE = ["-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on"]


@contextmanager
def private(*, profiled: bool = False) -> Iterator[TargetProcess]:
    """Start PostgreSQL, Valkey and the target; set this process's environment to them.

    ``profiled``: a PostgreSQL that accounts for its statements, where the machine has one.
    """
    for name in ("DATABASE_URL", "REDIS_URL"):
        # Rounds empty the tables: never somebody's own.
        os.environ.pop(name, None)
    servers = PrivateServers()
    try:
        with _durable(profiled):
            database_url = servers.database_url()
        with start_target() as target:
            os.environ.update(settings(database_url, servers.redis_url(), target.url))
            yield target
    finally:
        servers.stop()


def settings(database_url: str, redis_url: str, target_url: str) -> dict[str, str]:
    """What portal.settings reads in a measurement. No .env of a developer has a say."""
    return environment.visma(target_url) | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DOTENV": os.devnull,
        "ENVIRONMENT": "development",
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": "for-measurements-only-0123456789abcdefghijklmnopqrstuvwxyz",
        "ENCRYPTION_KEYS": ring.new_key(),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


@contextmanager
def _durable(profiled: bool) -> Iterator[None]:
    binaries = statements.binaries() if profiled else None
    kept = postgresql.FAST, postgresql.find_binaries
    postgresql.FAST = [*DURABLE, *(statements.SETTINGS if binaries else [])]
    if binaries:
        postgresql.find_binaries = lambda: binaries
    try:
        yield
    finally:
        postgresql.FAST, postgresql.find_binaries = kept
