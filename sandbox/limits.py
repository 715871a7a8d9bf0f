"""Fixed windows per company and application, and the headers that tell of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from sandbox.http import Headers, Response, json_response
from sandbox.switches import Switches
from sandbox.world.companies import Company

if TYPE_CHECKING:
    from sandbox.state import Sandbox

BURST_SECONDS = 1.0


@dataclass(slots=True)
class Window:
    """``ends_at`` and ``burst_ends_at`` are seconds since the epoch."""

    limit: int
    used: int = 0
    ends_at: float = 0.0
    burst_used: int = 0
    burst_ends_at: float = 0.0

    def take(self, sandbox: Sandbox) -> bool:
        """Count one call; return True when it is over a limit."""
        now = sandbox.clock.seconds()
        if now >= self.ends_at:
            self.used, self.ends_at = 0, now + sandbox.switches.rate_window
        if self._bursts(now, sandbox.switches.burst_limit):
            return True
        if self.limit and self.used >= self.limit:
            return True
        self.used += 1
        return False

    def seconds_left(self, now: float) -> int:
        return max(ceil(self.ends_at - now), 0)

    def wait(self, now: float) -> int:
        """Whole seconds until a call can work again."""
        if self.limit and self.used >= self.limit:
            return max(self.seconds_left(now), 1)
        return max(ceil(self.burst_ends_at - now), 1)

    def _bursts(self, now: float, limit: int) -> bool:
        if not limit:
            return False
        if now >= self.burst_ends_at:
            self.burst_used, self.burst_ends_at = 0, now + BURST_SECONDS
        self.burst_used += 1
        return self.burst_used > limit


@dataclass(slots=True)
class Limits:
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def window(self, sandbox: Sandbox, company: Company, client_id: str) -> Window:
        key = (company.tenant_id, client_id)
        limit = company.rate_limit
        if limit is None:
            limit = sandbox.switches.rate_limit
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window(limit)
        window.limit = limit
        return window

    def clear(self) -> None:
        self._windows.clear()


def rate_headers(sandbox: Sandbox, window: Window) -> Headers:
    if not window.limit:
        return []
    now = sandbox.clock.seconds()
    left = window.seconds_left(now)
    reset = int(now) + left if sandbox.switches.reset_as_epoch else left
    return [
        ("X-RateLimit-Limit", str(window.limit)),
        ("X-RateLimit-Remaining", str(max(window.limit - window.used, 0))),
        ("X-RateLimit-Reset", str(reset)),
        ("X-RateLimit-Policy", sandbox.switches.rate_policy),
    ]


def throttled(sandbox: Sandbox, window: Window) -> Response:
    response = throttle_answer(sandbox.switches, window.wait(sandbox.clock.seconds()))
    response.headers.extend(rate_headers(sandbox, window))
    return response


def throttle_answer(switches: Switches, seconds: int) -> Response:
    """429 with Retry-After; the body's shape is a switch."""
    text = f"Rate limit is exceeded. Try again in {seconds} seconds."
    match switches.throttle_body:
        case "json":
            response = json_response({"statusCode": 429, "message": text}, 429)
        case "text":
            response = Response(429, text.encode(), [("Content-Type", "text/plain")])
        case _:
            response = Response(429)
    response.headers.append(("Retry-After", str(seconds)))
    return response
