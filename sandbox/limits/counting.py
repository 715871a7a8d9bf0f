"""Counts calls in fixed windows, and remembers who was told to wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from sandbox.http import Headers, Request, Response
from sandbox.limits.answers import rate_headers, throttle_answer
from sandbox.limits.policies import V3, RatePolicy
from sandbox.limits.repeats import Repeats
from sandbox.switches import Switches
from sandbox.world.companies import Company

if TYPE_CHECKING:
    from sandbox.state import Sandbox

BURST_SECONDS = 1.0


@dataclass(slots=True)
class Window:
    """``ends_at`` is seconds since the epoch."""

    used: int = 0
    ends_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Count:
    """What one policy says of one call."""

    policy: RatePolicy
    window: Window
    limit: int

    @property
    def remaining(self) -> int:
        return self.limit - self.window.used


@dataclass(slots=True)
class Limits:
    """Windows by policy, tenant and client; the tenant is empty where a client has one for all.

    ``busy`` is until when each call under way keeps its place, ``waits`` until when a client
    was told to stay away.
    """

    windows: dict[tuple[str, str, str], Window] = field(default_factory=dict)
    bursts: dict[tuple[str, str], Window] = field(default_factory=dict)
    busy: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    waits: dict[tuple[str, str], float] = field(default_factory=dict)
    repeats: Repeats = field(default_factory=Repeats)

    def take(
        self, sandbox: Sandbox, request: Request, company: Company, client_id: str, vni: str = ""
    ) -> tuple[Response | None, Headers]:
        """Count a call. Return the 429 when it is over a limit, and the headers of its answer.

        The headers tell of the policy that has least left.
        """
        now, tenant_id = sandbox.clock.seconds(), company.tenant_id
        self.mark(request, tenant_id, client_id, now)
        counts = self._counts(sandbox, request, company, client_id, vni, now)
        spent = [count for count in counts if count.remaining <= 0]
        if spent:
            wait = max(_left(count.window, now) for count in spent)
            scope = "" if all(count.policy.key == "client" for count in spent) else tenant_id
        else:
            wait = self._other_wait(sandbox.switches, request, (tenant_id, client_id), now)
            scope = tenant_id
        if wait:
            self.told_to_wait(scope, client_id, now + wait)
            refusal = throttle_answer(sandbox.switches, wait)
            return refusal, _headers(sandbox.switches, counts, now)
        for count in counts:
            count.window.used += 1
        return None, _headers(sandbox.switches, counts, now)

    def settle(
        self,
        sandbox: Sandbox,
        request: Request,
        company: Company,
        client_id: str,
        response: Response,
    ) -> None:
        """Remember what failed, for the rule on repeated failures."""
        if sandbox.switches.failed_request_rule and response.status >= 400:
            caller = f"{company.tenant_id} {client_id}"
            self.repeats.note_failure(caller, request, sandbox.clock.seconds())

    def told_to_wait(self, tenant_id: str, client_id: str, until: float) -> None:
        """Remember a Retry-After; an empty ``tenant_id`` is all companies of the client."""
        self.waits[tenant_id, client_id] = until

    def mark(self, request: Request, tenant_id: str, client_id: str, now: float) -> None:
        """Say in the ledger whether the call came before its Retry-After was over."""
        if self.waits:
            until = max(
                self.waits.get((tenant_id, client_id), 0.0), self.waits.get(("", client_id), 0.0)
            )
            request.entry.too_early = now < until

    def _counts(
        self,
        sandbox: Sandbox,
        request: Request,
        company: Company,
        client_id: str,
        vni: str,
        now: float,
    ) -> list[Count]:
        path, found = request.path.lower(), []
        apart = ""
        if path.startswith(V3) and sandbox.switches.v3_rate_limit != "shared":
            if sandbox.switches.v3_rate_limit == "none":
                return []
            apart = V3
        for policy in sandbox.policies:
            if not policy.covers(path, vni):
                continue
            limit, seconds = _numbers(policy, company, sandbox.switches)
            if not limit:
                continue
            tenant_id = "" if policy.key == "client" else company.tenant_id
            key = (policy.name + apart, tenant_id, client_id)
            window = self.windows.get(key)
            if window is None:
                window = self.windows[key] = Window()
            if now >= window.ends_at:
                window.used, window.ends_at = 0, now + seconds
            found.append(Count(policy, window, limit))
        return found

    def _other_wait(
        self, switches: Switches, request: Request, key: tuple[str, str], now: float
    ) -> int:
        wait = 0
        if switches.burst_limit:
            wait = self._burst(switches.burst_limit, key, now)
        if switches.parallel_limit and not wait:
            wait = self._crowd(switches, key, now)
        return wait or self.repeats.wait(switches, " ".join(key), request, now)

    def _burst(self, limit: int, key: tuple[str, str], now: float) -> int:
        window = self.bursts.setdefault(key, Window())
        if now >= window.ends_at:
            window.used, window.ends_at = 0, now + BURST_SECONDS
        window.used += 1
        return _left(window, now) if window.used > limit else 0

    def _crowd(self, switches: Switches, key: tuple[str, str], now: float) -> int:
        """A call is under way as long as the delay of answers lasts."""
        busy = [until for until in self.busy.get(key, ()) if until > now]
        full = len(busy) >= switches.parallel_limit
        self.busy[key] = busy if full else [*busy, now + switches.erp_delay]
        return 1 if full else 0


def _numbers(policy: RatePolicy, company: Company, switches: Switches) -> tuple[int, float]:
    limit, seconds = policy.calls, policy.window
    if limit == "rate_limit" and company.rate_limit is not None:
        limit = company.rate_limit
    return (
        getattr(switches, limit) if isinstance(limit, str) else limit,
        getattr(switches, seconds) if isinstance(seconds, str) else seconds,
    )


def _headers(switches: Switches, counts: list[Count], now: float) -> Headers:
    if not counts:
        return []
    tightest = counts[0] if len(counts) == 1 else min(counts, key=lambda count: count.remaining)
    return rate_headers(
        switches,
        name=tightest.policy.name,
        limit=tightest.limit,
        used=tightest.window.used,
        left=max(ceil(tightest.window.ends_at - now), 0),
        now=now,
    )


def _left(window: Window, now: float) -> int:
    return max(ceil(window.ends_at - now), 1)
