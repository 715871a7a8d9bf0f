"""What tokens and userinfo say."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.connect.grants import AccessToken, Grant
from sandbox.state import Sandbox
from sandbox.world.applications import Application
from sandbox.world.people import User

IDENTITY_PROVIDER = "Visma Connect"
ERP_AUDIENCE = "visma.net.erp"


def new_access_token(
    sandbox: Sandbox,
    application: Application,
    *,
    scopes: tuple[str, ...],
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
        "iat": now,
        "exp": now + lifetime,
        "aud": [ERP_AUDIENCE],
        "scope": list(scopes),
        "client_id": application.client_id,
    }
    if grant is not None:
        claims |= {"sub": grant.sub, "auth_time": grant.auth_time, "sid": grant.sid}
        claims["idp"] = IDENTITY_PROVIDER
    if tenant_id and _shows_tenant(sandbox, scopes, is_service=grant is None):
        claims["tenant_id"] = tenant_id
    if application.token_id:
        claims["jti"] = secrets.token_hex(16).upper()
    value = sandbox.keys.sign(claims, typ="at+jwt")
    sandbox.grants.access_tokens[value] = AccessToken(
        client_id=application.client_id,
        tenant_id=tenant_id,
        scopes=frozenset(scopes),
        sub=grant.sub if grant else None,
        expires_at=now + lifetime,
    )
    return value, lifetime


def new_id_token(sandbox: Sandbox, grant: Grant, user: User) -> str:
    now = int(sandbox.clock.seconds())
    claims: dict[str, Any] = {
        "iss": sandbox.issuer,
        "nbf": now,
        "iat": now,
        "exp": now + 300,
        "aud": grant.client_id,
        "sub": grant.sub,
        "auth_time": grant.auth_time,
        "sid": grant.sid,
        "idp": IDENTITY_PROVIDER,
        "acr": "urn:idp:vismaconnect:pwd",
        "amr": ["pwd"],
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if sandbox.switches.profile_in_id_token:
        claims |= profile(user, grant.scopes)
    if grant.tenant_id and _shows_tenant(sandbox, grant.scopes, is_service=False):
        claims["tenant_id"] = grant.tenant_id
    return sandbox.keys.sign(claims, typ="JWT")


def profile(user: User, scopes: tuple[str, ...] | frozenset[str]) -> dict[str, Any]:
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
    return found


def _shows_tenant(sandbox: Sandbox, scopes: tuple[str, ...], *, is_service: bool) -> bool:
    match sandbox.switches.tenant_claim:
        case "never":
            return False
        case "with_tenants_scope":
            return is_service or "tenants" in scopes
        case _:
            return True
