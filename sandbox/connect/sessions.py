"""The sign-in sessions at the identity provider, each known by a cookie."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sandbox.draws import drawn_hex, drawn_token

COOKIE = "sandbox_idp"
# Scripts may read this one: the check-session page compares it (OpenID Connect Session
# Management, 3.2).
STATE_COOKIE = "sandbox_idp_state"


@dataclass(slots=True)
class Session:
    """``sid`` is in ID tokens, ``auth_time`` is when the person proved who they are.

    ``amr`` says how. ``clients`` are the applications that got an answer in this session.
    """

    value: str
    sid: str
    sub: str
    auth_time: float
    amr: list[str]
    seen_at: float
    browser_state: str
    clients: list[str] = field(default_factory=list)

    @property
    def has_second_step(self) -> bool:
        return "mfa" in self.amr

    @property
    def acr(self) -> str:
        return f"urn:idp:vismaconnect:{'mfa' if self.has_second_step else 'pwd'}"

    def ends_at(self, lifetime: int, idle: int) -> float:
        """Times in seconds; ``idle`` 0 is no such rule."""
        latest = self.auth_time + lifetime
        return min(latest, self.seen_at + idle) if idle else latest


@dataclass(slots=True)
class SessionBook:
    """``code_steps`` is the last time step a person's one-time code was taken in (RFC 6238)."""

    sessions: dict[str, Session] = field(default_factory=dict)
    code_steps: dict[str, int] = field(default_factory=dict)

    def begin(self, sub: str, now: float, chance: random.Random, amr: list[str]) -> Session:
        session = Session(
            value=drawn_token(chance),
            sid=drawn_hex(chance, 32).upper(),
            sub=sub,
            auth_time=now,
            amr=amr,
            seen_at=now,
            browser_state=drawn_hex(chance, 32),
        )
        self.sessions[session.value] = session
        return session

    def remove(self, value: str) -> Session | None:
        return self.sessions.pop(value, None)

    def take_overdue(self, now: float, lifetime: int, idle: int) -> list[Session]:
        """Remove and return the sessions whose time is over."""
        overdue = [one for one in self.sessions.values() if now > one.ends_at(lifetime, idle)]
        for session in overdue:
            del self.sessions[session.value]
        return overdue
