"""Userinfo (OpenID Connect Core, 5.3)."""

from __future__ import annotations

from sandbox.connect.claims import IDENTITY_PROVIDER, profile
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
    claims = {"sub": user.sub, "idp": IDENTITY_PROVIDER}
    grant = sandbox.grants.grants.get(token.grant_id or "")
    if grant is not None:
        # A text, as in Visma's sample; in the ID token it is a number.
        claims |= {"auth_time": str(grant.auth_time), "sid": grant.sid}
    claims |= profile(sandbox, user, token.scopes, token.tenant_id)
    return json_response(claims, headers=[NO_STORE])
