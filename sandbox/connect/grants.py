"""What Visma Connect has handed out: codes, refresh tokens, access tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sandbox.world.applications import Application

DAY = 86_400


class SpentCode(Exception):
    """The authorization code is unknown, used or too old."""


class DeadRefreshToken(Exception):
    """The refresh token is unknown, ended, revoked or replayed."""


@dataclass(slots=True)
class Grant:
    """One consent of one user for one application, with the settings of that moment.

    ``tenant_id`` is None only where the user could choose no company.
    """

    client_id: str
    sub: str
    tenant_id: str | None
    scopes: tuple[str, ...]
    auth_time: int
    sid: str
    nonce: str | None
    made_at: float
    one_time: bool
    grace: int
    absolute_days: int
    sliding_days: int
    revoked: bool = False

    @property
    def ends_at(self) -> float:
        return self.made_at + self.absolute_days * DAY if self.absolute_days else float("inf")


@dataclass(slots=True)
class Code:
    value: str
    grant: Grant
    redirect_uri: str
    challenge: str
    challenge_method: str
    expires_at: float


@dataclass(slots=True)
class RefreshToken:
    value: str
    grant: Grant
    last_used_at: float
    spent_at: float | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an API may know of a token. ``sub`` is None for a service."""

    client_id: str
    tenant_id: str | None
    scopes: frozenset[str]
    sub: str | None
    expires_at: float


@dataclass(slots=True)
class GrantBook:
    codes: dict[str, Code] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)

    def new_code(
        self,
        grant: Grant,
        *,
        redirect_uri: str,
        challenge: str,
        challenge_method: str,
        expires_at: float,
    ) -> str:
        value = secrets.token_hex(32).upper()
        self.codes[value] = Code(
            value, grant, redirect_uri, challenge, challenge_method, expires_at
        )
        return value

    def redeem(self, value: str, now: float) -> Code:
        """Take the code; it works once, whatever comes after. Raises SpentCode."""
        code = self.codes.pop(value, None)
        if code is None or code.expires_at < now:
            raise SpentCode
        return code

    def new_refresh_token(self, grant: Grant, now: float) -> str:
        value = secrets.token_hex(32).upper()
        self.refresh_tokens[value] = RefreshToken(value, grant, now)
        return value

    def refresh(self, value: str, application: Application, now: float) -> tuple[Grant, str]:
        """Return the grant and the refresh token to go on with. Raises DeadRefreshToken.

        A spent one-time token outside its grace revokes all that the user gave the
        application.
        """
        token = self.refresh_tokens.get(value)
        if token is None or token.grant.client_id != application.client_id:
            raise DeadRefreshToken("unknown")
        grant = token.grant
        if grant.revoked or self._has_ended(token, now):
            raise DeadRefreshToken("ended")
        if not grant.one_time:
            token.last_used_at = now
            return grant, value
        if token.spent_at is not None and now >= token.spent_at + grant.grace:
            self.revoke_user(grant.client_id, grant.sub)
            raise DeadRefreshToken("replayed")
        if token.spent_at is None:
            token.spent_at = now
        token.successor = self.new_refresh_token(grant, now)
        return grant, token.successor

    def revoke(self, value: str, client_id: str) -> None:
        """End a refresh token. An unknown one is no fault (RFC 7009, section 2.2)."""
        token = self.refresh_tokens.get(value)
        if token is not None and token.grant.client_id == client_id:
            token.grant.revoked = True

    def revoke_user(self, client_id: str, sub: str) -> None:
        for token in self.refresh_tokens.values():
            if token.grant.client_id == client_id and token.grant.sub == sub:
                token.grant.revoked = True

    def _has_ended(self, token: RefreshToken, now: float) -> bool:
        sliding = token.grant.sliding_days * DAY
        return now > token.grant.ends_at or bool(sliding and now > token.last_used_at + sliding)
