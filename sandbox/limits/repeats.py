"""The rules of 2021 on requests that say the same again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from math import ceil

from sandbox.http import Request
from sandbox.switches import Switches

SAME_PER_WINDOW = 5
SAME_SECONDS = 60.0
FAILED_PER_WINDOW = 2
FAILED_SECONDS = 300.0
KEPT = 10_000


@dataclass(slots=True)
class Repeats:
    """When each request came, and when it failed; by a digest of caller and request."""

    came: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, list[float]] = field(default_factory=dict)

    def wait(self, switches: Switches, caller: str, request: Request, now: float) -> int:
        """Whole seconds until the request may come again, or 0; counts it then."""
        if not (switches.same_request_rule or switches.failed_request_rule):
            return 0
        key = _digest(caller, request)
        wait = 0
        if switches.same_request_rule:
            wait = _over(self.came, key, SAME_PER_WINDOW, now, SAME_SECONDS)
        if switches.failed_request_rule:
            # The first failure is no repeat.
            most = FAILED_PER_WINDOW + 1
            wait = max(wait, _over(self.failed, key, most, now, FAILED_SECONDS))
        if not wait:
            _note(self.came, key, now, SAME_SECONDS)
        return wait

    def note_failure(self, caller: str, request: Request, now: float) -> None:
        _note(self.failed, _digest(caller, request), now, FAILED_SECONDS)


def _over(times: dict[str, list[float]], key: str, most: int, now: float, seconds: float) -> int:
    recent = [moment for moment in times.get(key, ()) if moment > now - seconds]
    return max(ceil(recent[-most] + seconds - now), 1) if len(recent) >= most else 0


def _note(times: dict[str, list[float]], key: str, now: float, seconds: float) -> None:
    if len(times) >= KEPT:
        for old in [one for one, moments in times.items() if moments[-1] <= now - seconds]:
            del times[old]
    recent = [moment for moment in times.get(key, ()) if moment > now - seconds]
    times[key] = [*recent, now]


def _digest(caller: str, request: Request) -> str:
    head = f"{caller} {request.method} {request.path}?{request.query_string}\n"
    return hashlib.sha256(head.encode() + request.body).hexdigest()
