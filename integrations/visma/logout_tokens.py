"""Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integrations.visma.errors import BadIdToken
from integrations.visma.hidden import without_frames
from integrations.visma.id_tokens import check_audience, seconds_of, signed_claims
from integrations.visma.key_sets import KeySet

if TYPE_CHECKING:
    from integrations.visma.oauth import Client

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST = 255
# Seconds from iat to exp; Visma gives 300. A jti need not be remembered for longer.
LONGEST_LIFE = 3600


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """Whose session ends. Either of ``sid`` and ``sub`` may be empty, never both."""

    sid: str
    sub: str
    jti: str
    issuer: str


@without_frames
def verify_logout_token(
    client: Client, token: str, *, keys: KeySet, now: datetime, leeway: int = 120
) -> LogoutToken:
    """Return what a logout token says, once every check has passed.

    Whether its ``jti`` was seen before is the caller's to know. Raises BadIdToken, Outage,
    BadAnswer.
    """
    claims = signed_claims(token, keys, typ="logout+jwt")
    if claims.get("iss") != client.endpoints.issuer:
        raise BadIdToken("issuer")
    check_audience(claims, client.client_id)
    _check_times(claims, now.timestamp(), leeway)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise BadIdToken("events")
    if "nonce" in claims:
        raise BadIdToken("nonce")
    sid, sub = _text(claims, "sid"), _text(claims, "sub")
    if not sid and not sub:
        raise BadIdToken("sub")
    jti = _text(claims, "jti")
    if not jti:
        raise BadIdToken("jti")
    return LogoutToken(sid, sub, jti, client.endpoints.issuer)


def _check_times(claims: dict[str, Any], now: float, leeway: int) -> None:
    if now >= seconds_of(claims, "exp") + leeway:
        raise BadIdToken("exp")
    if seconds_of(claims, "exp") - seconds_of(claims, "iat") > LONGEST_LIFE:
        raise BadIdToken("exp")
    for name in ("iat", "nbf") if "nbf" in claims else ("iat",):
        if seconds_of(claims, name) > now + leeway:
            raise BadIdToken(name)


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise BadIdToken(name)
    return value
