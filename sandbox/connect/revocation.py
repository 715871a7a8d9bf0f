"""Revocation (RFC 7009) and introspection (RFC 7662)."""

from __future__ import annotations

from typing import Any

from sandbox.connect.clients import OAuthError, calling_application, no_store, read_form
from sandbox.connect.grants import DeadRefreshToken, Grant
from sandbox.http import NO_STORE, Request, Response
from sandbox.state import Sandbox
from sandbox.world.applications import Application


def revoke_token(sandbox: Sandbox, request: Request) -> Response:
    """End a refresh token. An unknown one is no fault (RFC 7009, 2.2).

    Access tokens live until they expire, unless a switch brings the older rule back.
    """
    try:
        form = read_form(request)
        application = calling_application(sandbox, request, form)
        _revoke(sandbox, application, form.get("token", ""))
    except OAuthError as error:
        return error.response(sandbox)
    return Response(200, b"", [NO_STORE])


def introspect(sandbox: Sandbox, request: Request) -> Response:
    """Tell the application about its own token; of any other only that it is not active."""
    try:
        form = read_form(request)
        application = calling_application(sandbox, request, form)
    except OAuthError as error:
        return error.response(sandbox)
    if not sandbox.switches.introspection_by_applications:
        return OAuthError("invalid_client", "Only an API may ask", 401).response(sandbox)
    value = form.get("token", "")
    found = _access(sandbox, application, value) or _refresh(sandbox, application, value)
    return no_store(found or {"active": False})


def _revoke(sandbox: Sandbox, application: Application, value: str) -> None:
    grant = _grant_of(sandbox, value)
    if grant is None:
        return
    if grant.client_id != application.client_id:
        if sandbox.switches.foreign_revocation_status == 401:
            raise OAuthError("invalid_client", "The token is another application's", 401)
        return
    grant.revoked = True
    if sandbox.switches.revocation_ends == "linked_tokens":
        sandbox.grants.end_access(grant.id)


def _grant_of(sandbox: Sandbox, value: str) -> Grant | None:
    refresh = sandbox.grants.refresh_tokens.get(value)
    if refresh is not None:
        return sandbox.grants.grants[refresh.grant_id]
    access = sandbox.grants.access_tokens.get(value)
    if access is None or sandbox.switches.revocation_ends != "linked_tokens":
        return None
    return sandbox.grants.grants.get(access.grant_id or "")


def _access(sandbox: Sandbox, application: Application, value: str) -> dict[str, Any] | None:
    token = sandbox.grants.access_tokens.get(value)
    if token is None or token.client_id != application.client_id:
        return None
    if token.expires_at <= sandbox.clock.seconds():
        return None
    content = {
        "active": True,
        "iss": sandbox.issuer,
        "client_id": token.client_id,
        "scope": " ".join(sorted(token.scopes)),
        "exp": int(token.expires_at),
        "token_type": "Bearer",
    }
    content |= {"sub": token.sub} if token.sub else {}
    return content | ({"tenant_id": token.tenant_id} if token.tenant_id else {})


def _refresh(sandbox: Sandbox, application: Application, value: str) -> dict[str, Any] | None:
    grants, now = sandbox.grants, sandbox.clock.seconds()
    token = grants.refresh_tokens.get(value)
    if token is None or token.spent_at is not None:
        return None
    try:
        _, grant = grants.living(value, application.client_id, now)
    except DeadRefreshToken:
        return None
    return {
        "active": True,
        "iss": sandbox.issuer,
        "client_id": grant.client_id,
        "scope": " ".join(sorted(grant.scopes)),
        "sub": grant.sub,
    }
