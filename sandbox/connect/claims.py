"""What tokens and userinfo say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.connect.grants import AccessToken, Grant
from sandbox.connect.keys import half_hash
from sandbox.draws import drawn_hex
from sandbox.state import Sandbox
from sandbox.world.applications import Application
from sandbox.world.people import User

IDENTITY_PROVIDER = "Visma Connect"


def new_access_token(
    sandbox: Sandbox,
    application: Application,
    *,
    scopes: Sequence[str],
    tenant_id: str | None,
    grant: Grant | None = None,
) -> tuple[str, int]:
    """Sign an access token, remember it, and return it with its life in seconds.

    ``grant`` is None for client credentials.
    """
    now = int(sandbox.clock.seconds())
    lifetime = min(application.token_minutes, 60) * 60
    claims: dict[str, Any] = {
        "iss": sandbox.issuer,
        "nbf": now,
        "exp": now + lifetime,
        "aud": [sandbox.switches.access_token_audience],
        "scope": list(scopes),
        "client_id": application.client_id,
    }
    if grant is not None:
        claims |= {"sub": grant.sub, "auth_time": grant.auth_time}
        claims |= _external_id(sandbox, grant, scopes)
    if sandbox.switches.more_access_token_claims:
        claims |= {"iat": now}
        claims |= {"idp": IDENTITY_PROVIDER, "sid": grant.sid} if grant else {}
    if tenant_id and shows_tenant(sandbox, scopes, is_service=grant is None):
        claims["tenant_id"] = tenant_id
    if application.token_id:
        claims["jti"] = drawn_hex(sandbox.random, 32).upper()
    value = sandbox.keys.sign(claims, typ="at+jwt")
    known = AccessToken(
        client_id=application.client_id,
        tenant_id=tenant_id,
        scopes=frozenset(scopes),
        sub=grant.sub if grant else None,
        expires_at=now + lifetime,
        grant_id=grant.id if grant else None,
    )
    sandbox.grants.remember(value, known, now)
    return value, lifetime


def new_id_token(
    sandbox: Sandbox, grant: Grant, user: User, *, access_token: str = "", code: str = ""
) -> str:
    """``access_token`` and ``code`` are what comes along; their hashes bind them to it."""
    now = int(sandbox.clock.seconds())
    claims: dict[str, Any] = {
        "iss": sandbox.issuer,
        "nbf": now,
        "iat": now,
        "exp": now + sandbox.switches.id_token_lifetime,
        "aud": grant.client_id,
        "sub": grant.sub,
        "auth_time": grant.auth_time,
        "sid": grant.sid,
        "idp": IDENTITY_PROVIDER,
        "acr": grant.acr,
        "amr": grant.amr,
        "llt": grant.auth_time,
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if access_token:
        claims["at_hash"] = half_hash(access_token)
    if code:
        claims["c_hash"] = half_hash(code)
    if sandbox.world.applications[grant.client_id].identity_claims_in_id_token:
        claims |= profile(sandbox, user, grant.scopes, grant.tenant_id)
    if grant.tenant_id and shows_tenant(sandbox, grant.scopes, is_service=False):
        claims["tenant_id"] = grant.tenant_id
    return sandbox.keys.sign(claims, typ="JWT")


def profile(
    sandbox: Sandbox, user: User, scopes: Sequence[str] | frozenset[str], tenant_id: str | None
) -> dict[str, Any]:
    """The identity claims that the scopes open."""
    found: dict[str, Any] = {}
    if "profile" in scopes:
        found |= {
            "name": user.name,
            "given_name": user.given_name,
            "family_name": user.family_name,
            "locale": user.locale,
        }
    if "email" in scopes:
        found |= {"email": user.email, "email_verified": user.email_verified}
    if "phone" in scopes and user.phone_number:
        found |= {"phone_number": user.phone_number, "phone_number_verified": True}
    if "roles" in scopes:
        found["roles"] = sorted(user.roles.get(tenant_id or "", ()))
    return found


def shows_tenant(sandbox: Sandbox, scopes: Sequence[str], *, is_service: bool) -> bool:
    match sandbox.switches.tenant_claim:
        case "never":
            return False
        case "with_tenants_scope":
            return is_service or "tenants" in scopes
        case _:
            return True


def _external_id(sandbox: Sandbox, grant: Grant, scopes: Sequence[str]) -> dict[str, str]:
    user = sandbox.world.users.get(grant.sub)
    if user is None or not user.external_id or "sub_external_id" not in scopes:
        return {}
    return {"sub_external_id": user.external_id}
