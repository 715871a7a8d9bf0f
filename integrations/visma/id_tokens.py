"""Verifies ID tokens (OpenID Connect Core 3.1.3.7) and looks into access tokens of our own."""

from __future__ import annotations

import contextlib
import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jwt

from integrations.visma.bodies import read_object
from integrations.visma.calls import Call
from integrations.visma.errors import BadAnswer, BadIdToken, Outage
from integrations.visma.exchange import Transport, exchange, fault_of, within

if TYPE_CHECKING:
    from integrations.visma.oauth import Client

ALGORITHMS = ["RS256"]
REFETCH = 60.0  # seconds between two looks for a key id we don't know
OLD = 3600.0  # seconds after which a key set is fetched again, so that a withdrawn key goes
LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class IdToken:
    """Who signed in. Accounts are known by ``sub``; an address may change hands."""

    sub: str
    email: str
    email_verified: bool
    name: str
    claims: Mapping[str, Any] = field(repr=False)


class KeySet:
    """Visma's signing keys by id, fetched when needed. One per address; threads may share it."""

    def __init__(self, url: str, transport: Transport) -> None:
        self._url = url
        self._transport = transport
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def key(self, kid: str | None) -> jwt.PyJWK | None:
        """Return the key of that id; without an id the only key there is. Raises Outage, BadAnswer.

        An unknown id is looked for at Visma, but not more often than once a minute.
        """
        with self._lock:
            age = time.monotonic() - self._fetched_at
            found = self._find(kid)
            if age > OLD or (found is None and age > REFETCH):
                self._fetch(found)
                found = self._find(kid)
            return found

    def _find(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _fetch(self, fallback: jwt.PyJWK | None) -> None:
        headers = ("Accept: application/json",)
        call = Call(None, "GET", self._url, headers, None, within(self._transport))
        answer = exchange(self._transport, call)
        fault = fault_of(answer)
        if isinstance(fault, Outage) and fallback is not None:
            return
        if fault is not None:
            raise fault
        self._keys = _signing_keys(read_object(answer.body).get("keys"))
        self._fetched_at = time.monotonic()


def verify_id_token(
    client: Client, id_token: str, *, nonce: str, keys: KeySet, now: datetime, leeway: int = 60
) -> IdToken:
    """Return what an ID token says, once every check has passed. Raises BadIdToken, Outage.

    ``now`` is aware, ``leeway`` in seconds.
    """
    claims = _signed_claims(id_token, keys)
    _check_audience(claims, client.client_id)
    if claims.get("iss") != client.endpoints.issuer:
        raise BadIdToken("issuer")
    _check_times(claims, now.timestamp(), leeway)
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise BadIdToken("nonce")
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255:
        raise BadIdToken("sub")
    return IdToken(
        sub=sub,
        email=_text(claims, "email"),
        email_verified=claims.get("email_verified") in (True, "true"),
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


def _signed_claims(id_token: str, keys: KeySet) -> dict[str, Any]:
    key = keys.key(_key_id(id_token))
    if key is None:
        raise BadIdToken("key")
    # PyJWT vouches for form and signature; the claims are checked here, by the caller's clock.
    try:
        return jwt.decode(
            id_token,
            key.key,
            algorithms=ALGORITHMS,
            options={
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


def _key_id(id_token: str) -> str | None:
    try:
        header = jwt.get_unverified_header(id_token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise BadIdToken("form") from None
    if header.get("alg") not in ALGORITHMS or "crit" in header:
        raise BadIdToken("algorithm")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise BadIdToken("type")
    return header.get("kid")


def _check_audience(claims: dict[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise BadIdToken("audience")
    azp = claims.get("azp")
    if azp != client_id and (azp is not None or len(audiences) > 1):
        raise BadIdToken("azp")


def _check_times(claims: dict[str, Any], now: float, leeway: int) -> None:
    if now >= _seconds(claims, "exp") + leeway:
        raise BadIdToken("exp")
    for name in ("iat", "nbf") if "nbf" in claims else ("iat",):
        if _seconds(claims, name) > now + leeway:
            raise BadIdToken(name)


def _seconds(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise BadIdToken(name)
    return value


def _signing_keys(members: object) -> dict[str, jwt.PyJWK]:
    """Return the RSA signing keys; keys of other kinds in the set are none of our business."""
    if not isinstance(members, list):
        raise BadAnswer("The key set holds no list of keys")
    keys = {}
    for member in members:
        if not isinstance(member, dict) or member.get("kty") != "RSA":
            continue
        if member.get("use", "sig") != "sig" or member.get("alg", "RS256") != "RS256":
            continue
        with contextlib.suppress(jwt.PyJWTError, ValueError):
            key = jwt.PyJWK(member, algorithm="RS256")
            if key.key.key_size >= LEAST_BITS:
                keys[str(member.get("kid", ""))] = key
    return keys


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value[:254] if isinstance(value, str) else ""
