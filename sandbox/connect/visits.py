"""The session of the browser that is asking: begin, find and end it."""

from __future__ import annotations

from sandbox.connect.sessions import COOKIE, STATE_COOKIE, Session
from sandbox.http import Headers, Request
from sandbox.state import Sandbox
from sandbox.world.people import User


def begin_session(sandbox: Sandbox, request: Request, user: User, amr: list[str]) -> Session:
    """Sign the person in. Signing in anew keeps the ``sid``, since it is the same visit."""
    before = sandbox.sessions.remove(request.cookies.get(COOKIE, ""))
    session = sandbox.sessions.begin(user.sub, sandbox.clock.seconds(), sandbox.random, amr)
    if before is not None and before.sub == user.sub:
        session.sid, session.clients = before.sid, before.clients
        session.browser_state = before.browser_state
    elif before is not None:
        sandbox.herald.tell(sandbox, before)
    return session


def session_of(sandbox: Sandbox, request: Request) -> Session | None:
    """The living session of this browser; being here keeps it from going idle."""
    session = sandbox.sessions.sessions.get(request.cookies.get(COOKIE, ""))
    if session is None:
        return None
    now, switches = sandbox.clock.seconds(), sandbox.switches
    if now > session.ends_at(switches.session_lifetime, switches.session_idle_time):
        return None
    session.seen_at = now
    return session


def user_of(sandbox: Sandbox, request: Request) -> User | None:
    session = session_of(sandbox, request)
    return sandbox.world.users.get(session.sub) if session else None


def end_session(sandbox: Sandbox, request: Request) -> Session | None:
    """Sign the person out, and tell the applications that want to know."""
    session = sandbox.sessions.remove(request.cookies.get(COOKIE, ""))
    if session is not None:
        sandbox.herald.tell(sandbox, session)
    return session


def session_cookies(sandbox: Sandbox, session: Session) -> Headers:
    secure = "; Secure" if sandbox.settings.secure_cookies else ""
    life = f"Path=/; Max-Age={sandbox.switches.session_lifetime}; SameSite=Lax{secure}"
    return [
        ("Set-Cookie", f"{COOKIE}={session.value}; {life}; HttpOnly"),
        ("Set-Cookie", f"{STATE_COOKIE}={session.browser_state}; {life}"),
    ]


def ended_cookies() -> Headers:
    return [
        ("Set-Cookie", f"{name}=; Path=/; Max-Age=0; SameSite=Lax")
        for name in (COOKIE, STATE_COOKIE)
    ]
