"""The programs of the demo, each on loopback or a unix socket."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from demo import environment, valkey
from demo.supervisor import ServiceEnded, Supervisor

PORTAL_PORT, SANDBOX_PORT = 8000, 8100
KEPT = {"env", "lock"}
WORKER = ["celery", "-A", "portal", "worker", "--without-gossip", "--without-mingle"]
# The portal is 127.0.0.1 and the sandbox localhost: cookies don't know ports, and the way from one
# to the other has to be cross-site as in life.
START = 40.0


@dataclass(frozen=True, slots=True)
class Addresses:
    portal: str
    sandbox: str


def start_outside(services: Supervisor) -> Addresses:
    """Starts what the portal stands on, from a clean folder, and sets this process's environment.

    The sandbox keeps its orders in memory, so a database of an earlier run would know of
    connections and orders that Visma has forgotten. Only the secrets are kept.
    """
    _clean(services.folder)
    at = Addresses(
        f"http://127.0.0.1:{environment.free_port(PORTAL_PORT)}",
        f"http://localhost:{environment.free_port(SANDBOX_PORT)}",
    )
    broker = _socket_folder(services)
    services.keep("valkey", valkey.start(broker, log=services.log("valkey")))
    os.environ.update(
        environment.visma(at.sandbox)
        | environment.portal(
            services.folder, portal_url=at.portal, redis_url=valkey.address(broker)
        )
    )
    port = str(urlsplit(at.sandbox).port)
    services.start(
        "sandbox",
        [
            "sandbox", "--port", port, "--redirect-uri", f"{at.portal}/callback/connect",
            "--redirect-uri", f"{at.portal}/signin/visma/callback",
        ],
        os.environ,
    )  # fmt: skip
    _wait_for(services, at.sandbox)
    return at


def start_portal(services: Supervisor) -> None:
    """Starts the portal's own programs; the database must be migrated."""
    bind = urlsplit(os.environ["PUBLIC_URL"]).netloc
    services.start(
        "web",
        [
            "gunicorn", "portal.wsgi", "-b", bind, "-k", "gthread", "--threads", "4",
            "--graceful-timeout", "3", "--no-control-socket",
        ],
        os.environ,
    )  # fmt: skip
    services.start(
        "push", [*WORKER, "-Q", "push", "--pool", "threads", "-c", "1", "-n", "push@%h"], os.environ
    )
    services.start("worker", [*WORKER, "-Q", "celery", "-c", "2", "-n", "worker@%h"], os.environ)
    schedule = services.folder / "schedule"
    services.start(
        "beat", ["celery", "-A", "portal", "beat", "-s", schedule, "--pidfile="], os.environ
    )


def wait_for_portal(services: Supervisor, at: Addresses) -> None:
    _wait_for(services, at.portal)


def _clean(folder: Path) -> None:
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        elif one.name not in KEPT:
            one.unlink()
    (folder / "log").mkdir()


def _socket_folder(services: Supervisor) -> Path:
    """The demo's own folder, unless its path is too long for a socket."""
    if valkey.fits(services.folder):
        return services.folder
    short = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp"))
    services.removes(short)
    return short


def _wait_for(services: Supervisor, address: str) -> None:
    if not services.wait(lambda: _answers(address), seconds=START):
        raise ServiceEnded(f"{address} did not answer within {START:.0f} s.")


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": parts.netloc})
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
