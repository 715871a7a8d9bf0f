"""Where an authorization request stands and how it ends."""

from __future__ import annotations

from urllib.parse import urlencode

from sandbox.connect.answers import send_answer, session_state
from sandbox.connect.claims import new_id_token
from sandbox.connect.grants import Code, Grant, new_grant
from sandbox.connect.mishaps import error_page
from sandbox.connect.sessions import Session
from sandbox.connect.survival import is_approved
from sandbox.connect.visits import session_of
from sandbox.connect.words import LOCALES
from sandbox.draws import drawn_hex
from sandbox.http import Request, Response, redirect
from sandbox.state import Sandbox
from sandbox.world.applications import Application
from sandbox.world.companies import Company
from sandbox.world.people import API_USER, User


class NoInteraction(Exception):
    """The page belongs to no authorization request that is still going on."""


class Walk:
    """One step of one authorization request: who is signed in, and for whom."""

    def __init__(self, sandbox: Sandbox, request: Request, interaction_id: str) -> None:
        """Raises NoInteraction."""
        interaction = sandbox.interactions.find(interaction_id, sandbox.clock.seconds())
        if interaction is None or interaction.client_id not in sandbox.world.applications:
            raise NoInteraction
        self.sandbox = sandbox
        self.interaction = interaction
        self.session = self._session(request)
        self.user = sandbox.world.users.get(self.session.sub) if self.session else None
        request.entry.client_id = interaction.client_id
        self._fault = request.entry.fault

    @property
    def application(self) -> Application:
        return self.sandbox.world.applications[self.interaction.client_id]

    @property
    def words(self) -> dict[str, str]:
        return LOCALES[self.interaction.locale]

    @property
    def companies(self) -> list[Company]:
        """Companies the person may choose."""
        return self.sandbox.world.companies_for(self.user, API_USER) if self.user else []

    def _session(self, request: Request) -> Session | None:
        """The session, unless this request wants a newer or another one."""
        session, asked = session_of(self.sandbox, request), self.interaction
        if session is None or asked.signed_in:
            return session
        if {"login", "select_account"} & set(asked.prompt):
            return None
        age = self.sandbox.clock.seconds() - session.auth_time
        return None if asked.max_age is not None and age > asked.max_age else session

    def next(self) -> Response:
        """Send the browser to the next page, or back to the client when all is done."""
        if self.session is None or self.user is None:
            return self._page_or_error("signin", "login_required")
        # The other rooms of Visma ask for the password alone.
        two_steps = self.interaction.second_step or self.user.totp_secret
        if two_steps and not self.session.has_second_step:
            self.interaction.half_signed_in = self.user.sub
            return self._page_or_error("code", "login_required")
        if not self._tenant_is_settled():
            return self._page_or_error("company", "interaction_required")
        if not self._is_consented(self.user):
            return self._page_or_error("consent", "consent_required")
        return self._finish(self.session, self.user)

    def page_address(self, name: str) -> str:
        return f"/connect/{name}?{urlencode({'interaction': self.interaction.id})}"

    def refuse(self, error: str) -> Response:
        """End with an error the client hears of (RFC 6749, 4.1.2.1), or with a page."""
        self.sandbox.interactions.end(self.interaction)
        if self.sandbox.switches.interaction_errors == "shown":
            reason = "The person, or what the request allows, stands in the way."
            return error_page(self.sandbox, reason, error, self.interaction.client_id)
        parameters = {"error": error}
        again = dict(parameters) if self._fault == "double_callback" else None
        return send_answer(self.sandbox, self.interaction, parameters, again)

    def _page_or_error(self, name: str, error: str) -> Response:
        if "none" in self.interaction.prompt:
            return self.refuse(error)
        return redirect(self.page_address(name))

    def _tenant_is_settled(self) -> bool:
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
        asked, sandbox = self.interaction, self.sandbox
        sandbox.interactions.end(asked)
        sandbox.consents.add((asked.client_id, user.sub, asked.tenant_id or ""))
        if asked.client_id not in session.clients:
            session.clients.append(asked.client_id)
        sandbox.herald.watch(sandbox)
        grant = self._grant(session, user)
        code = self._code(grant)
        parameters = {"code": code}
        if asked.hybrid:
            parameters["id_token"] = new_id_token(sandbox, grant, user, code=code)
        parameters["scope"] = " ".join(asked.scopes)
        parameters["session_state"] = session_state(sandbox, asked, session)
        return send_answer(sandbox, asked, parameters, self._again(parameters, grant))

    def _again(self, parameters: dict[str, str], grant: Grant) -> dict[str, str] | None:
        """What a fault has the application called with a second time."""
        match self._fault:
            case "double_callback":
                return dict(parameters)
            case "double_code":
                return parameters | {"code": self._code(grant)}
            case _:
                return None

    def _grant(self, session: Session, user: User) -> Grant:
        asked = self.interaction
        grant = new_grant(
            self.application,
            chance=self.sandbox.random,
            sub=user.sub,
            tenant_id=asked.tenant_id,
            scopes=asked.scopes,
            now=self.sandbox.clock.seconds(),
            auth_time=session.auth_time,
            sid=session.sid,
        )
        grant.amr, grant.acr, grant.nonce = session.amr, session.acr, asked.nonce
        grant.approved = is_approved(self.sandbox, grant)
        grant.password = user.password
        self.sandbox.grants.grants[grant.id] = grant
        return grant

    def _code(self, grant: Grant) -> str:
        asked, sandbox = self.interaction, self.sandbox
        value = drawn_hex(sandbox.random, 64).upper()
        sandbox.grants.codes[value] = Code(
            value,
            grant.id,
            asked.redirect_uri,
            asked.challenge,
            asked.challenge_method,
            sandbox.clock.seconds() + sandbox.switches.code_lifetime,
        )
        return value
