"""The token endpoint: codes and refresh tokens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from sandbox.connect.claims import new_access_token, new_id_token
from sandbox.connect.clients import OAuthError, calling_application, no_store, read_form
from sandbox.connect.discovery import GRANT_TYPES
from sandbox.connect.entitlements import grant_types_of, may_stay
from sandbox.connect.grants import Code, DeadRefreshToken, Grant, SpentCode
from sandbox.connect.keys import base64url
from sandbox.connect.services import by_credentials
from sandbox.connect.survival import settle_earlier_grants, still_stands
from sandbox.http import Request, Response
from sandbox.state import Sandbox
from sandbox.world.applications import Application

OFFLINE = "offline_access"


def issue_token(sandbox: Sandbox, request: Request) -> Response:
    try:
        return no_store(_issue(sandbox, request))
    except OAuthError as error:
        return error.response(sandbox)


def _issue(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    form = read_form(request)
    grant_type = form.get("grant_type", "")
    request.entry.detail = grant_type[:80] or None
    application = calling_application(sandbox, request, form)
    if not grant_type:
        raise OAuthError("invalid_request", "grant_type is missing")
    if grant_type not in GRANT_TYPES:
        raise OAuthError("unsupported_grant_type", "No such grant type")
    issuers = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
        "client_credentials": by_credentials,
    }
    if grant_type not in issuers or not _may_use(sandbox, application, grant_type):
        raise OAuthError(
            sandbox.switches.grant_type_off_error, "The grant type is off for the application"
        )
    return issuers[grant_type](sandbox, request, application, form)


def _may_use(sandbox: Sandbox, application: Application, grant_type: str) -> bool:
    if grant_type == "refresh_token" and application.is_public:
        return may_stay(sandbox, application)
    return grant_type in grant_types_of(application)


def _by_code(
    sandbox: Sandbox, request: Request, application: Application, form: dict[str, str]
) -> dict[str, Any]:
    grant = _redeemed(sandbox, application, form)
    request.entry.tenant_id = grant.tenant_id
    if grant.tenant_id is None:
        raise OAuthError("invalid_tenant", "The user has no company")
    settle_earlier_grants(sandbox, grant)
    refresh_token = None
    if OFFLINE in grant.scopes and may_stay(sandbox, application):
        refresh_token = sandbox.grants.new_refresh_token(
            grant, sandbox.clock.seconds(), sandbox.random
        )
    return _answer(sandbox, application, grant, grant.scopes, refresh_token) | {
        "scope": " ".join(grant.scopes)
    }


def _redeemed(sandbox: Sandbox, application: Application, form: dict[str, str]) -> Grant:
    value = form.get("code", "")
    try:
        code = sandbox.grants.redeem(value, sandbox.clock.seconds())
    except SpentCode as error:
        _revoke_what_it_gave(sandbox, value)
        raise _dead(sandbox, "The code is unknown, used or too old") from error
    grant = sandbox.grants.grants[code.grant_id]
    if grant.client_id != application.client_id:
        raise _dead(sandbox, "The code was given to another application")
    if code.redirect_uri != form.get("redirect_uri"):
        raise _dead(sandbox, "The redirect_uri is not the one of the authorization request")
    if not _verifier_fits(code, form.get("code_verifier", "")):
        raise _dead(sandbox, "The code verifier does not match")
    return grant


def _by_refresh_token(
    sandbox: Sandbox, request: Request, application: Application, form: dict[str, str]
) -> dict[str, Any]:
    now, grants = sandbox.clock.seconds(), sandbox.grants
    try:
        token, grant = grants.living(form.get("refresh_token", ""), application.client_id, now)
    except DeadRefreshToken as error:
        raise _dead(sandbox, f"The refresh token is {error}") from error
    request.entry.tenant_id = grant.tenant_id
    still_stands(sandbox, grant)
    scopes = _narrowed(sandbox, grant, form)
    grant.nonce = None
    following = grants.follow(token, grant, now, sandbox.random)
    content = _answer(sandbox, application, grant, scopes, following)
    if sandbox.switches.scope_on_refresh:
        content["scope"] = " ".join(scopes)
    return content


def _narrowed(sandbox: Sandbox, grant: Grant, form: dict[str, str]) -> list[str]:
    """A refresh may ask for less, never for more (RFC 6749, section 6)."""
    scopes = form.get("scope", "").split() or grant.scopes
    if sandbox.switches.refresh_scope == "ignored":
        return grant.scopes
    if not set(scopes) <= set(grant.scopes):
        raise OAuthError("invalid_scope", "The grant does not hold all of these scopes")
    return list(scopes)


def _answer(
    sandbox: Sandbox,
    application: Application,
    grant: Grant,
    scopes: Sequence[str],
    refresh_token: str | None,
) -> dict[str, Any]:
    value, lifetime = new_access_token(
        sandbox, application, scopes=scopes, tenant_id=grant.tenant_id, grant=grant
    )
    content: dict[str, Any] = {
        "access_token": value,
        "expires_in": lifetime,
        "token_type": "Bearer",
    }
    user = sandbox.world.users.get(grant.sub)
    if "openid" in grant.scopes and user is not None:
        content["id_token"] = new_id_token(sandbox, grant, user, access_token=value)
    if refresh_token is not None:
        content["refresh_token"] = refresh_token
    return content


def _revoke_what_it_gave(sandbox: Sandbox, code: str) -> None:
    """RFC 6749, 4.1.2: a code that comes twice may have been stolen."""
    grant_id = sandbox.grants.spent_codes.get(code)
    if grant_id is not None and sandbox.switches.replayed_code == "revokes":
        sandbox.grants.grants[grant_id].revoked = True


def _dead(sandbox: Sandbox, description: str) -> OAuthError:
    return OAuthError(sandbox.switches.dead_grant_error, description)


def _verifier_fits(code: Code, verifier: str) -> bool:
    if not code.challenge:
        return not verifier
    if not 43 <= len(verifier) <= 128:
        return False
    digest = base64url(hashlib.sha256(verifier.encode()).digest())
    expected = digest if code.challenge_method == "S256" else verifier
    return hmac.compare_digest(expected.encode(), code.challenge.encode())
