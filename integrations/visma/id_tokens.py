"""Verifies ID tokens (OpenID Connect Core 3.1.3.7) and looks into access tokens of our own."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jwt

from integrations.visma.bodies import clean
from integrations.visma.errors import BadAnswer, BadIdToken, Outage
from integrations.visma.hidden import without_frames
from integrations.visma.key_sets import KeySet

if TYPE_CHECKING:
    from integrations.visma.oauth import Client

ALGORITHMS = ["RS256"]
STALE = 600  # seconds after which a token is no longer one made for the sign-in that just ended


@dataclass(frozen=True, slots=True)
class IdToken:
    """Who signed in. Accounts are known by ``sub``; an address may change hands."""

    sub: str
    email: str
    email_verified: bool
    name: str
    claims: Mapping[str, Any] = field(repr=False)


@without_frames
def verify_id_token(
    client: Client,
    id_token: str,
    *,
    nonce: str,
    access_token: str,
    keys: KeySet,
    now: datetime,
    leeway: int = 60,
) -> IdToken:
    """Return what an ID token says, once every check has passed. Raises BadIdToken, Outage.

    ``access_token`` is the one that came along, ``now`` is aware, ``leeway`` in seconds.
    """
    claims = signed_claims(id_token, keys)
    _check(claims, client, access_token)
    _check_times(claims, now.timestamp(), leeway)
    given = claims.get("nonce")
    if not isinstance(given, str) or not given.isascii():
        raise BadIdToken("nonce")
    if not hmac.compare_digest(given.encode(), nonce.encode()):
        raise BadIdToken("nonce")
    return _read(claims)


@without_frames
def verify_refreshed(
    client: Client,
    id_token: str,
    *,
    sub: str,
    access_token: str,
    keys: KeySet,
) -> IdToken:
    """Return what an ID token says that came with a refresh (OpenID Connect Core 12.2).

    It must be about ``sub``, who consented. A one-time refresh token is spent by now, and turning
    its answer away may end the grant, so our clock has no say, and while the keys can't be had the
    token endpoint's TLS stands in for the signature (3.1.3.7, 6). Raises BadIdToken.
    """
    try:
        claims = signed_claims(id_token, keys)
    except BadIdToken:
        raise
    except (BadAnswer, Outage):
        claims = _unsigned_claims(id_token)
    _check(claims, client, access_token)
    if claims.get("sub") != sub:
        raise BadIdToken("sub")
    return _read(claims)


def _check(claims: dict[str, Any], client: Client, access_token: str) -> None:
    check_audience(claims, client.client_id)
    if claims.get("iss") != client.endpoints.issuer:
        raise BadIdToken("issuer")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise BadIdToken("at_hash")


def _read(claims: dict[str, Any]) -> IdToken:
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255:
        raise BadIdToken("sub")
    if not (sub.isascii() and sub.isprintable()):
        raise BadIdToken("sub")
    email = _text(claims, "email")
    return IdToken(
        sub=sub,
        email=email,
        email_verified=bool(email) and claims.get("email_verified") in (True, "true"),
        name=_text(claims, "name"),
        claims=claims,
    )


def tenant_of(access_token: str) -> str | None:
    """Return the ``tenant_id`` of a JWT access token, None for an opaque one or without the claim.

    Unverified: only for a token the token endpoint has just given us.
    """
    with contextlib.suppress(jwt.PyJWTError, ValueError, RecursionError):
        claims = jwt.decode(access_token, options={"verify_signature": False})
        tenant_id = claims.get("tenant_id")
        return tenant_id if isinstance(tenant_id, str) and 0 < len(tenant_id) <= 64 else None
    return None


def signed_claims(token: str, keys: KeySet, *, typ: str = "JWT") -> dict[str, Any]:
    """Return the claims of a token of this type, once Visma's signature is verified."""
    key = keys.key(_key_id(token, typ))
    if key is None:
        raise BadIdToken("key")
    return _claims(token, key)


def _unsigned_claims(id_token: str) -> dict[str, Any]:
    _key_id(id_token, "JWT")
    return _claims(id_token, None)


def _claims(id_token: str, key: jwt.PyJWK | None) -> dict[str, Any]:
    """PyJWT vouches for form and signature; the claims are checked here, by our caller's clock."""
    try:
        return jwt.decode(
            id_token,
            "" if key is None else key.key,
            algorithms=ALGORITHMS,
            options={
                "verify_signature": key is not None,
                "verify_aud": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_iss": False,
                "verify_nbf": False,
                "verify_sub": False,
            },
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise BadIdToken("signature") from None


def _key_id(token: str, typ: str) -> str | None:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise BadIdToken("form") from None
    if header.get("alg") not in ALGORITHMS or "crit" in header:
        raise BadIdToken("algorithm")
    # An ID token may leave its type out, and nothing else may: so none passes for another.
    if str(header.get("typ", "JWT")).upper() != typ.upper():
        raise BadIdToken("type")
    return header.get("kid")


def check_audience(claims: dict[str, Any], client_id: str) -> None:
    """The token must be for the application, and for it alone where it says so."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise BadIdToken("audience")
    azp = claims.get("azp")
    if azp != client_id and (azp is not None or len(audiences) > 1):
        raise BadIdToken("azp")


def _check_times(claims: dict[str, Any], now: float, leeway: int) -> None:
    if now >= seconds_of(claims, "exp") + leeway:
        raise BadIdToken("exp")
    for name in ("iat", "nbf") if "nbf" in claims else ("iat",):
        if seconds_of(claims, name) > now + leeway:
            raise BadIdToken(name)
    if seconds_of(claims, "iat") < now - STALE - leeway:
        raise BadIdToken("iat")


def seconds_of(claims: dict[str, Any], name: str) -> float:
    """A claim that is a time."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise BadIdToken(name)
    return value


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return clean(value, 254) if isinstance(value, str) else ""


def _half_hash(access_token: str) -> str:
    """What ``at_hash`` must be (OpenID Connect Core 3.1.3.6), under RS256."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).decode().rstrip("=")
