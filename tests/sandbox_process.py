"""Runs the sandbox as the process it is, on a free port, for any suite that needs Visma."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent


class ControlRefused(Exception):
    """The control API answered with something other than 200."""


@dataclass
class SandboxProcess:
    """``url`` has no trailing slash, and is issuer and base of everything."""

    url: str
    process: subprocess.Popen[str]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/_control/<path>`` and return its JSON. Raises ControlRefused."""
        parts = urlsplit(self.url)
        connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
        try:
            content = None if body is None else json.dumps(body, default=str)
            connection.request(
                method,
                f"/_control/{path.lstrip('/')}",
                content,
                {"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise ControlRefused(f"{method} {path}: {answer.status} {text}")
        return json.loads(text)

    def reset(self) -> None:
        """Back to the demo world: no orders, no faults, no sessions, default switches."""
        self.control("POST", "reset")

    def world(self) -> Any:
        return self.control("GET", "world")

    def company(self, name: str) -> Any:
        """The company of that name, as ``/_control/world`` shows it."""
        return next(one for one in self.world()["companies"] if one["name"] == name)

    def switch(self, **switches: Any) -> None:
        self.control("PATCH", "switches", switches)

    def fault(self, do: str, on: str = "salesorders.post", **more: Any) -> None:
        """Queue one fault; it happens once unless ``count`` says otherwise."""
        self.control("POST", "faults", {"do": do, "on": on, **more})

    def orders(self, tenant_id: str, reference: str | None = None) -> list[Any]:
        query = f"?tenant_id={tenant_id}" + (f"&reference={reference}" if reference else "")
        return list(self.control("GET", f"orders{query}")["orders"])

    def token(self, client_id: str, tenant_id: str, **more: Any) -> str:
        """An access token without the flow; ``email`` makes it a user's, ``scopes`` limits it."""
        given = {"client_id": client_id, "tenant_id": tenant_id, **more}
        return str(self.control("POST", "tokens", given)["access_token"])


@contextmanager
def start_sandbox(*arguments: str) -> Iterator[SandboxProcess]:
    """Start ``python -m sandbox --port 0`` with further arguments; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", "--end-with-parent", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield SandboxProcess(_address(process), process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("The sandbox has no output to read its address from.")
    began = time.monotonic()
    line = process.stdout.readline()
    if not line.startswith("sandbox listening on "):
        waited = time.monotonic() - began
        raise RuntimeError(f"The sandbox did not start ({waited:.1f} s): {line!r}")
    # Its own links say localhost, and so must a browser that is to keep its cookie.
    return f"http://localhost:{urlsplit(line.split()[-1]).port}"
