"""Tells applications that somebody has signed out (OpenID Connect Back-Channel Logout)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.connect.sessions import Session
from sandbox.draws import drawn_hex
from sandbox.http import FORM
from sandbox.outbound import NotReached, post

if TYPE_CHECKING:
    from sandbox.state import Sandbox

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_LIFE = 300
# A session is over after its last moment, not in it.
MARGIN = 0.001


@dataclass(slots=True)
class Notice:
    """One call to an application. ``status`` is its answer: None under way, 0 not reached."""

    client_id: str
    sub: str
    sid: str
    url: str
    made_at: float
    status: int | None = None
    detail: str = ""


class Herald:
    """Sends notices, and watches for sessions that end by themselves."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None

    def tell(self, sandbox: Sandbox, session: Session) -> None:
        """Send each application of the session its logout token."""
        for client_id in session.clients:
            application = sandbox.world.applications.get(client_id)
            if application is None or not application.backchannel_logout_uri:
                continue
            url, now = application.backchannel_logout_uri, sandbox.clock.seconds()
            notice = Notice(client_id, session.sub, session.sid, url, now)
            sandbox.logout_notices.append(notice)
            task = asyncio.get_running_loop().create_task(_send(notice, _token(sandbox, notice)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def watch(self, sandbox: Sandbox) -> None:
        """Begin, or begin anew because a session has changed."""
        if self._watch is not None:
            self._watch.cancel()
        self._watch = asyncio.get_running_loop().create_task(self._look(sandbox))

    async def _look(self, sandbox: Sandbox) -> None:
        while True:
            now, switches = sandbox.clock.seconds(), sandbox.switches
            rule = switches.session_lifetime, switches.session_idle_time
            for session in sandbox.sessions.take_overdue(now, *rule):
                self.tell(sandbox, session)
            watched = [
                session.ends_at(*rule)
                for session in sandbox.sessions.sessions.values()
                if _wants_notice(sandbox, session)
            ]
            if not watched:
                return
            await sandbox.clock.sleep(min(watched) - now + MARGIN)


def _wants_notice(sandbox: Sandbox, session: Session) -> bool:
    return any(
        client_id in sandbox.world.applications
        and sandbox.world.applications[client_id].backchannel_logout_uri
        for client_id in session.clients
    )


def _token(sandbox: Sandbox, notice: Notice) -> str:
    now = int(notice.made_at)
    claims = {
        "iss": sandbox.issuer,
        "aud": notice.client_id,
        "iat": now,
        "nbf": now,
        "exp": now + TOKEN_LIFE,
        "sub": notice.sub,
        "sid": notice.sid,
        "jti": drawn_hex(sandbox.random, 32).upper(),
        "events": {EVENT: {}},
    }
    return sandbox.keys.sign(claims, typ="logout+jwt")


async def _send(notice: Notice, token: str) -> None:
    body = urlencode({"logout_token": token}).encode()
    try:
        notice.status = await post(notice.url, body, [("Content-Type", FORM)])
    except NotReached as error:
        notice.status, notice.detail = 0, str(error)
