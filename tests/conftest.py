"""What every test may ask for."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connections

from integrations.tenants.models import Member, Tenant, User
from tests.sandbox_process import SandboxProcess, start_sandbox
from tests.services import emptying

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class OutsideWorld(Exception):
    """A test tried to reach something that is not on this machine."""


@pytest.fixture(scope="session", autouse=True)
def network() -> Iterator[None]:
    """Only loopback and unix sockets may be connected to."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise OutsideWorld(address[0])
        connect(self, address)

    patch.setattr(socket.socket, "connect", connect_nearby)
    yield
    patch.undo()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Argon2 is slow on purpose, and most tests make somebody who signs in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """What a test committed is deleted where it is; see ``emptying``."""
    patch = pytest.MonkeyPatch()
    patch.setattr(flush, "Command", emptying.Command)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite's tests get a file: a worker of its own process opens it too."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = str(
            tmp_path_factory.mktemp("sqlite") / "portal.sqlite3"
        )


@pytest.fixture
def live_settings(db: None) -> dict[str, str]:
    """The environment of a process that works on the test's database and broker."""
    name = connections["default"].settings_dict["NAME"]
    if connections["default"].vendor == "sqlite":
        return {**os.environ, "DATABASE_URL": f"sqlite:///{name}"}
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {**os.environ, "DATABASE_URL": address}


@pytest.fixture
def process_environment(transactional_db: None, live_settings: dict[str, str]) -> dict[str, str]:
    """The same for a process that has to see what the test wrote: all of it is committed."""
    return live_settings


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(name="Fjordlys", slug="fjordlys")


@pytest.fixture
def member(tenant: Tenant) -> User:
    """The owner at Fjordlys."""
    user = User.objects.create_user("astrid@fjordlys.test", "correct horse battery")
    Member.objects.create(tenant=tenant, user=user)
    return user


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("nora@nordhandel.test", "correct horse battery", is_staff=True)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """The sandbox at the address all settings of Visma name, for the whole session."""
    port = urlsplit(os.environ["VISMA_CONNECT_ISSUER"]).port
    portal = os.environ["PUBLIC_URL"]
    with start_sandbox("--port", str(port), "--redirect-uri-prefix", f"{portal}/") as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """The sandbox, with its demo world as new."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail("No Chromium on this machine. Type: sudo apt-get install -y chromium")
    return {"executable_path": Path(program), "args": QUIET}
