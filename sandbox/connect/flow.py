"""Where an authorization request stands and how it ends."""

from __future__ import annotations

import hashlib
import secrets
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.connect.grants import Grant
from sandbox.connect.interactions import Interaction
from sandbox.connect.keys import base64url
from sandbox.connect.sessions import Session
from sandbox.http import Request, Response, redirect
from sandbox.pages import hidden, page, press
from sandbox.state import Sandbox
from sandbox.world.applications import Application
from sandbox.world.companies import Company
from sandbox.world.people import API_USER, User

SUBMIT = 'document.getElementById("answer").submit()'


class NoInteraction(Exception):
    """The page belongs to no authorization request that is still going on."""


class Walk:
    """One step of one authorization request: who is signed in, and for whom."""

    def __init__(self, sandbox: Sandbox, request: Request, interaction_id: str) -> None:
        """Raises NoInteraction."""
        now = sandbox.clock.seconds()
        interaction = sandbox.interactions.find(interaction_id, now)
        if interaction is None:
            raise NoInteraction
        self.sandbox = sandbox
        self.interaction = interaction
        self.session = self._session(request)
        self.user = sandbox.world.users.get(self.session.sub) if self.session else None
        request.entry.client_id = interaction.client_id

    @property
    def application(self) -> Application:
        return self.sandbox.world.applications[self.interaction.client_id]

    @property
    def companies(self) -> list[Company]:
        """Companies the person may choose."""
        return self.sandbox.world.companies_for(self.user, API_USER) if self.user else []

    def _session(self, request: Request) -> Session | None:
        """The session, unless this request wants a newer or another one."""
        now = self.sandbox.clock.seconds()
        lifetime = self.sandbox.switches.session_lifetime
        session = self.sandbox.sessions.current(request, now, lifetime)
        asked = self.interaction
        if session is None or asked.signed_in:
            return session
        if asked.prompt & {"login", "select_account"}:
            return None
        if asked.max_age is not None and now > session.auth_time + asked.max_age:
            return None
        return session

    def next(self) -> Response:
        """Send the browser to the next page, or back to the client when all is done."""
        if self.session is None or self.user is None:
            return self._page_or_error("signin", "login_required")
        if not self._tenant_is_settled(self.user):
            return self._page_or_error("company", "interaction_required")
        if not self._is_consented(self.user):
            return self._page_or_error("consent", "consent_required")
        return self._finish(self.session, self.user)

    def refuse(self, error: str) -> Response:
        """End with an error the client hears of (RFC 6749, 4.1.2.1)."""
        self.sandbox.interactions.end(self.interaction)
        return self._answer({"error": error})

    def _page_or_error(self, name: str, error: str) -> Response:
        if "none" in self.interaction.prompt:
            return self.refuse(error)
        return redirect(f"/connect/{name}?{urlencode({'interaction': self.interaction.id})}")

    def _tenant_is_settled(self, user: User) -> bool:
        asked = self.interaction
        if asked.tenant_id or asked.without_tenant:
            return True
        usable = [company.tenant_id for company in self.companies]
        if asked.tenant_hint in usable:
            asked.tenant_id = asked.tenant_hint
        elif asked.tenant_hint and self.sandbox.switches.unusable_tenant_hint == "refused":
            return False
        elif len(usable) == 1:
            asked.tenant_id = usable[0]
        elif not usable and self.sandbox.switches.user_without_role == "invalid_tenant":
            asked.without_tenant = True
        return bool(asked.tenant_id or asked.without_tenant)

    def _is_consented(self, user: User) -> bool:
        asked = self.interaction
        if asked.consented:
            return True
        known = (asked.client_id, user.sub, asked.tenant_id or "") in self.sandbox.consents
        return self.sandbox.switches.remembers_consent and known and "consent" not in asked.prompt

    def _finish(self, session: Session, user: User) -> Response:
        asked, application, now = self.interaction, self.application, self.sandbox.clock.seconds()
        self.sandbox.interactions.end(asked)
        self.sandbox.consents.add((asked.client_id, user.sub, asked.tenant_id or ""))
        grant = Grant(
            client_id=asked.client_id,
            sub=user.sub,
            tenant_id=asked.tenant_id,
            scopes=asked.scopes,
            auth_time=int(session.auth_time),
            sid=session.sid,
            nonce=asked.nonce,
            made_at=now,
            one_time=application.refresh == "one_time",
            grace=application.refresh_grace,
            absolute_days=application.refresh_days,
            sliding_days=application.refresh_sliding_days,
        )
        code = self.sandbox.grants.new_code(
            grant,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            challenge_method=asked.challenge_method,
            expires_at=now + self.sandbox.switches.code_lifetime,
        )
        session_state = _session_state(asked, session)
        return self._answer(
            {"code": code, "scope": " ".join(asked.scopes), "session_state": session_state}
        )

    def _answer(self, parameters: dict[str, str]) -> Response:
        if self.interaction.state is not None:
            parameters["state"] = self.interaction.state
        parameters["iss"] = self.sandbox.issuer
        if self.interaction.response_mode == "form_post":
            return _form_post(self.interaction.redirect_uri, parameters)
        parts = urlsplit(self.interaction.redirect_uri)
        query = parse_qsl(parts.query, keep_blank_values=True) + list(parameters.items())
        return redirect(urlunsplit(parts._replace(query=urlencode(query))))


def _form_post(address: str, parameters: dict[str, str]) -> Response:
    """A page that posts itself; without scripts the person presses once more."""
    fields = "".join(hidden(name, value) for name, value in parameters.items())
    content = (
        f'<p>You go back to the application.</p><form id="answer" method="post" '
        f'action="{escape(address)}">{fields}{press("Continue")}</form>'
    )
    return page("One moment", content, form_targets=origin(address), script=SUBMIT)


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _session_state(asked: Interaction, session: Session) -> str:
    """OpenID Connect Session Management, section 2: a salted hash."""
    salt = secrets.token_hex(16).upper()
    seed = f"{asked.client_id}{origin(asked.redirect_uri)}{session.sid}{salt}"
    return f"{base64url(hashlib.sha256(seed.encode()).digest())}.{salt}"
