"""Signing in to the Developer Portal, kept in a cookie of its own."""

from __future__ import annotations

import hmac

from sandbox.draws import drawn_token
from sandbox.http import Request
from sandbox.state import Sandbox
from sandbox.world.developers import Developer, DeveloperSession

COOKIE = "sandbox_developer"


def current_developer(sandbox: Sandbox, request: Request) -> Developer | None:
    """Whoever is signed in, though the account may not be set up yet."""
    session = sandbox.world.developer_sessions.get(request.cookies.get(COOKIE, ""))
    if session is None:
        return None
    if sandbox.clock.seconds() > session.began_at + sandbox.switches.session_lifetime:
        return None
    return sandbox.world.developers.get(session.email)


def developer_by_password(sandbox: Sandbox, email: str, password: str) -> Developer | None:
    developer = sandbox.world.developers.get(email.strip().lower())
    if developer is None:
        return None
    typed = password.encode()
    return developer if hmac.compare_digest(developer.password.encode(), typed) else None


def begin_session(sandbox: Sandbox, developer: Developer) -> tuple[str, str]:
    """Return the header that sets the cookie."""
    value = drawn_token(sandbox.random)
    session = DeveloperSession(developer.email, sandbox.clock.seconds())
    sandbox.world.developer_sessions[value] = session
    return _cookie(sandbox, value, sandbox.switches.session_lifetime)


def end_session(sandbox: Sandbox, request: Request) -> tuple[str, str]:
    """Return the header that takes the cookie away."""
    sandbox.world.developer_sessions.pop(request.cookies.get(COOKIE, ""), None)
    return _cookie(sandbox, "", 0)


def _cookie(sandbox: Sandbox, value: str, lifetime: int) -> tuple[str, str]:
    secure = "; Secure" if sandbox.settings.secure_cookies else ""
    return "Set-Cookie", (
        f"{COOKIE}={value}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax{secure}"
    )
