"""The sign-in session at the identity provider, kept in a cookie."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sandbox.http import Request

COOKIE = "sandbox_idp"


@dataclass(frozen=True, slots=True)
class Session:
    """``sid`` is in ID tokens; ``auth_time`` is when the password was typed."""

    value: str
    sid: str
    sub: str
    auth_time: float


@dataclass(slots=True)
class SessionBook:
    _sessions: dict[str, Session] = field(default_factory=dict)

    def begin(self, sub: str, now: float) -> Session:
        session = Session(secrets.token_urlsafe(32), secrets.token_hex(16).upper(), sub, now)
        self._sessions[session.value] = session
        return session

    def current(self, request: Request, now: float, lifetime: int) -> Session | None:
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        if session is None or now > session.auth_time + lifetime:
            return None
        return session

    def end(self, request: Request) -> None:
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)


def cookie_header(session: Session, *, lifetime: int, secure: bool) -> tuple[str, str]:
    value = f"{COOKIE}={session.value}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax"
    return "Set-Cookie", value + ("; Secure" if secure else "")


def ended_cookie_header() -> tuple[str, str]:
    return "Set-Cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
