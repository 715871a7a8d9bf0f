"""Runs a sandbox as a process of its own and asks it what it saw; for tests of any kind.

Needs nothing but Python's own library, so that it can be used where the sandbox runs elsewhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

HOME = Path(__file__).resolve().parents[2]
STARTED = "sandbox listening on "
END_SECONDS = 10
PLACES = {
    "refuse": "connection",
    "rotate_keys": "token",
    "skew_clock": "token",
    "double_callback": "consent",
    "double_code": "consent",
}


class ControlRefused(Exception):
    """The control API answered with something other than 200."""


@dataclass
class Visma:
    """A sandbox at work. ``url`` has no trailing slash; it is the issuer and base of everything."""

    url: str

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/_control/<path>`` and return its JSON. Raises ControlRefused."""
        parts = urlsplit(self.url)
        connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=30)
        try:
            content = None if body is None else json.dumps(body, default=str)
            headers = {"Content-Type": "application/json"}
            connection.request(method, f"/_control/{path.lstrip('/')}", content, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise ControlRefused(f"{method} {path}: {answer.status} {text}")
        return json.loads(text)

    def reset(self) -> None:
        """As it began: no orders, no faults, no sessions, default switches."""
        self.control("POST", "reset")

    def world(self) -> Any:
        return self.control("GET", "world")

    def company(self, name: str) -> Any:
        """The company of that name, as ``/_control/world`` shows it."""
        return next(one for one in self.world()["companies"] if one["name"] == name)

    def switch(self, **switches: Any) -> None:
        self.control("PATCH", "switches", switches)

    def fault(self, do: str, on: str = "", **more: Any) -> None:
        """Queue one fault; it happens once unless ``count`` says otherwise.

        Without ``on`` it is of orders posted, or of where alone it makes sense.
        """
        on = on or PLACES.get(do, "salesorders.post")
        self.control("POST", "faults", {"do": do, "on": on, **more})

    def script(
        self, *steps: str | dict[str, Any], on: str = "salesorders.post", **more: Any
    ) -> None:
        """Queue a fault of steps: each request takes the next one."""
        self.control("POST", "faults", {"steps": list(steps), "on": on, **more})

    def clock(self, **moves: float | bool) -> Any:
        """Move by ``advance`` or to ``offset`` (seconds), stop with ``freeze``; return the time."""
        return self.control("POST", "clock", moves)

    def orders(self, tenant_id: str, reference: str | None = None) -> list[Any]:
        asked = {"tenant_id": tenant_id} | ({"reference": reference} if reference else {})
        return list(self.control("GET", f"orders?{urlencode(asked)}")["orders"])

    def references(
        self, expected: Iterable[str] | None = None, tenant_id: str | None = None
    ) -> Any:
        """The order numbers of each reference; or, of those expected, what is missing or double."""
        if expected is None:
            query = f"?{urlencode({'tenant_id': tenant_id})}" if tenant_id else ""
            return self.control("GET", f"references{query}")
        asked = {"references": list(expected), "tenant_id": tenant_id}
        return self.control("POST", "references", asked)

    def requests(self, **filters: str | int) -> list[Any]:
        """Requests with their outcome, oldest first; ``kind="salesorders.post"``, ``after=…``."""
        return list(self.control("GET", f"requests?{urlencode(filters)}")["requests"])

    def verdict(self) -> Any:
        """Totals: orders, duplicates, commits without an answer, calls that came too early."""
        return self.control("GET", "verdict")

    def token(self, client_id: str, tenant_id: str, **more: Any) -> str:
        """An access token without the flow; ``email`` makes it a user's, ``scopes`` limits it."""
        given = {"client_id": client_id, "tenant_id": tenant_id, **more}
        return str(self.control("POST", "tokens", given)["access_token"])

    def save(self, name: str) -> None:
        self.control("PUT", f"snapshots/{quote(name, safe='')}")

    def restore(self, name: str) -> None:
        self.control("POST", f"snapshots/{quote(name, safe='')}/restore")


@dataclass
class SandboxProcess(Visma):
    """A sandbox that was started here."""

    process: subprocess.Popen[str]


@contextmanager
def start_sandbox(*arguments: str) -> Iterator[SandboxProcess]:
    """Start ``python -m sandbox --port 0`` with further arguments; it ends with the block.

    Raises RuntimeError when it doesn't start.
    """
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "sandbox", "--port", "0", "--end-with-parent", *arguments],
        cwd=HOME,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield SandboxProcess(_address(process), process)
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
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
    if not line.startswith(STARTED):
        waited = time.monotonic() - began
        raise RuntimeError(f"The sandbox did not start ({waited:.1f} s): {line!r}")
    # Its own links say localhost, and so must a browser that is to keep its cookie.
    return f"http://localhost:{urlsplit(line.split()[-1]).port}"
