"""Userinfo (OpenID Connect Core, 5.3) and revocation (RFC 7009)."""

from __future__ import annotations

from sandbox.connect.claims import IDENTITY_PROVIDER, profile
from sandbox.connect.clients import OAuthError, calling_application
from sandbox.guard import bearer_token
from sandbox.http import NO_STORE, Request, Response, json_response
from sandbox.state import Sandbox


def show_userinfo(sandbox: Sandbox, request: Request) -> Response:
    token = bearer_token(sandbox, request)
    user = sandbox.world.users.get(token.sub) if token and token.sub else None
    if token is None or user is None:
        return Response(401, b"", [("WWW-Authenticate", 'Bearer error="invalid_token"')])
    if "openid" not in token.scopes:
        return Response(403, b"", [("WWW-Authenticate", 'Bearer error="insufficient_scope"')])
    claims = {"sub": user.sub, "idp": IDENTITY_PROVIDER, **profile(user, token.scopes)}
    return json_response(claims, headers=[NO_STORE])


def revoke_token(sandbox: Sandbox, request: Request) -> Response:
    """End a refresh token. Access tokens cannot be revoked and live until they expire."""
    try:
        application = calling_application(sandbox, request, request.form)
    except OAuthError as error:
        return error.response()
    sandbox.grants.revoke(request.form.get("token", ""), application.client_id)
    return Response(200, b"", [NO_STORE])
