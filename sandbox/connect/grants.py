"""What Visma Connect has handed out: codes, refresh tokens, access tokens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.draws import drawn_hex
from sandbox.world.applications import Application

DAY = 86_400
# How often access tokens that have expired are thrown away: each time so many were given.
SWEEP_EVERY = 1024


class SpentCode(Exception):
    """The authorization code is unknown, used or too old."""


class DeadRefreshToken(Exception):
    """The refresh token is unknown, ended, revoked or replayed."""


@dataclass(slots=True)
class Grant:
    """One consent of one user for one application, with the settings of that moment.

    ``tenant_id`` is None only where the user could choose no company. ``approved`` says
    whether the tenant had approved the application in the App Store, ``password`` is the
    user's at that time: both to notice that it is otherwise now.
    """

    id: str
    client_id: str
    sub: str
    tenant_id: str | None
    scopes: list[str]
    auth_time: int
    sid: str
    amr: list[str]
    acr: str
    nonce: str | None
    made_at: float
    one_time: bool
    grace: int
    absolute_days: int
    sliding_days: int
    approved: bool = False
    password: str = ""
    revoked: bool = False

    @property
    def ends_at(self) -> float:
        return self.made_at + self.absolute_days * DAY if self.absolute_days else float("inf")


@dataclass(slots=True)
class Code:
    value: str
    grant_id: str
    redirect_uri: str
    challenge: str
    challenge_method: str
    expires_at: float


@dataclass(slots=True)
class RefreshToken:
    value: str
    grant_id: str
    last_used_at: float
    spent_at: float | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an API may know of a token. ``sub`` and ``grant_id`` are None for a service."""

    client_id: str
    tenant_id: str | None
    scopes: frozenset[str]
    sub: str | None
    expires_at: float
    grant_id: str | None = None


@dataclass(slots=True)
class GrantBook:
    """``spent_codes`` maps used codes to the grants they gave."""

    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    spent_codes: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)

    def redeem(self, value: str, now: float) -> Code:
        """Take the code; it works once, whatever comes after. Raises SpentCode."""
        code = self.codes.pop(value, None)
        if code is None or code.expires_at < now:
            raise SpentCode
        self.spent_codes[value] = code.grant_id
        return code

    def new_refresh_token(self, grant: Grant, now: float, chance: random.Random) -> str:
        """64 hex digits, as in Visma's samples."""
        value = drawn_hex(chance, 64).upper()
        self.refresh_tokens[value] = RefreshToken(value, grant.id, now)
        return value

    def living(self, value: str, client_id: str, now: float) -> tuple[RefreshToken, Grant]:
        """The token and its grant. Raises DeadRefreshToken.

        A spent one-time token outside its grace revokes all that the user gave the
        application.
        """
        token = self.refresh_tokens.get(value)
        if token is None or self.grants[token.grant_id].client_id != client_id:
            raise DeadRefreshToken("unknown")
        grant = self.grants[token.grant_id]
        if grant.revoked or _has_ended(token, grant, now):
            raise DeadRefreshToken("ended")
        if token.spent_at is not None and now >= token.spent_at + grant.grace:
            self.revoke_all(client_id, grant.sub)
            raise DeadRefreshToken("replayed")
        return token, grant

    def follow(self, token: RefreshToken, grant: Grant, now: float, chance: random.Random) -> str:
        """Use a living token, and return the one to go on with."""
        if not grant.one_time:
            token.last_used_at = now
            return token.value
        if token.spent_at is None:
            token.spent_at = now
        return self.new_refresh_token(grant, now, chance)

    def given_by(self, client_id: str, sub: str) -> list[Grant]:
        """The living grants of a user for an application, oldest first."""
        return [
            grant
            for grant in self.grants.values()
            if grant.client_id == client_id and grant.sub == sub and not grant.revoked
        ]

    def revoke_all(self, client_id: str, sub: str) -> None:
        for grant in self.given_by(client_id, sub):
            grant.revoked = True

    def remember(self, value: str, token: AccessToken, now: float) -> None:
        self.access_tokens[value] = token
        if len(self.access_tokens) % SWEEP_EVERY == 0:
            self.access_tokens = {
                known: one for known, one in self.access_tokens.items() if one.expires_at > now
            }

    def end_access(self, grant_id: str) -> None:
        """Forget the access tokens of a grant."""
        for value in [
            known for known, one in self.access_tokens.items() if one.grant_id == grant_id
        ]:
            del self.access_tokens[value]


def new_grant(
    application: Application,
    *,
    chance: random.Random,
    sub: str,
    tenant_id: str | None,
    scopes: Sequence[str],
    now: float,
    auth_time: float,
    sid: str,
) -> Grant:
    """Stamp the application's refresh settings on a consent of this moment."""
    return Grant(
        id=drawn_hex(chance, 32),
        client_id=application.client_id,
        sub=sub,
        tenant_id=tenant_id,
        scopes=list(scopes),
        auth_time=int(auth_time),
        sid=sid,
        amr=["pwd"],
        acr="urn:idp:vismaconnect:pwd",
        nonce=None,
        made_at=now,
        one_time=application.refresh == "one_time",
        grace=application.refresh_grace,
        absolute_days=application.refresh_days,
        sliding_days=application.refresh_sliding_days,
    )


def _has_ended(token: RefreshToken, grant: Grant, now: float) -> bool:
    sliding = grant.sliding_days * DAY
    return now > grant.ends_at or bool(sliding and now > token.last_used_at + sliding)
