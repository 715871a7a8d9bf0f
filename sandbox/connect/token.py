"""The token endpoint."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from sandbox.connect.claims import new_access_token, new_id_token
from sandbox.connect.clients import OAuthError, calling_application
from sandbox.connect.grants import Code, DeadRefreshToken, Grant, SpentCode
from sandbox.connect.keys import base64url
from sandbox.http import (
    FORM,
    NO_STORE,
    RepeatedParameter,
    Request,
    Response,
    json_response,
    single_parameters,
)
from sandbox.state import Sandbox
from sandbox.world.applications import Application

OFFLINE = "offline_access"


def issue_token(sandbox: Sandbox, request: Request) -> Response:
    try:
        content = _issue(sandbox, request)
    except OAuthError as error:
        return error.response()
    return json_response(content, headers=[NO_STORE, ("Pragma", "no-cache")])


def _issue(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    if request.content_type != FORM:
        raise OAuthError("invalid_request", "The body is not a form")
    try:
        form = single_parameters(request.body.decode("utf-8", "replace"))
    except RepeatedParameter as error:
        raise OAuthError("invalid_request", f"{error} came twice") from error
    application = calling_application(sandbox, request, form)
    grant_type = form.get("grant_type", "")
    issuers = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
        "client_credentials": _by_credentials,
    }
    if grant_type not in issuers:
        raise OAuthError("unsupported_grant_type" if grant_type else "invalid_request")
    if grant_type not in grant_types_of(application):
        raise OAuthError("unauthorized_client")
    return issuers[grant_type](sandbox, request, application, form)


def grant_types_of(application: Application) -> list[str]:
    """The registered grant types, or those the kind of application comes with."""
    if application.grant_types:
        return application.grant_types
    if application.kind == "service":
        return ["client_credentials"]
    if application.kind == "spa":
        return ["authorization_code"]
    return ["authorization_code", "refresh_token", "client_credentials"]


def _by_code(
    sandbox: Sandbox, request: Request, application: Application, form: dict[str, str]
) -> dict[str, Any]:
    try:
        code = sandbox.grants.redeem(form.get("code", ""), sandbox.clock.seconds())
    except SpentCode as error:
        raise OAuthError("invalid_grant") from error
    grant = code.grant
    request.entry.tenant_id = grant.tenant_id
    if grant.client_id != application.client_id or code.redirect_uri != form.get("redirect_uri"):
        raise OAuthError("invalid_grant")
    if not _verifier_fits(code, form.get("code_verifier", "")):
        raise OAuthError("invalid_grant", "The code verifier does not match")
    if grant.tenant_id is None:
        raise OAuthError("invalid_tenant")
    refresh_token = None
    if OFFLINE in grant.scopes:
        refresh_token = sandbox.grants.new_refresh_token(grant, sandbox.clock.seconds())
    return _answer(sandbox, application, grant, refresh_token)


def _by_refresh_token(
    sandbox: Sandbox, request: Request, application: Application, form: dict[str, str]
) -> dict[str, Any]:
    try:
        grant, following = sandbox.grants.refresh(
            form.get("refresh_token", ""), application, sandbox.clock.seconds()
        )
    except DeadRefreshToken as error:
        raise OAuthError("invalid_grant") from error
    request.entry.tenant_id = grant.tenant_id
    return _answer(sandbox, application, grant, following)


def _by_credentials(
    sandbox: Sandbox, request: Request, application: Application, form: dict[str, str]
) -> dict[str, Any]:
    tenant_id = form.get("tenant_id", "").strip().lower()
    request.entry.tenant_id = tenant_id or None
    approved = _approved_scopes(sandbox, application, tenant_id)
    if approved is None:
        raise OAuthError(sandbox.switches.unapproved_tenant)
    wanted = form.get("scope", "").split()
    if not wanted and not sandbox.switches.scope_may_be_missing:
        raise OAuthError("invalid_scope")
    scopes = tuple(wanted) or tuple(scope for scope in application.scopes if scope in approved)
    if not scopes or not approved.issuperset(scopes) or not set(application.scopes) >= set(scopes):
        raise OAuthError("invalid_scope")
    value, lifetime = new_access_token(sandbox, application, scopes=scopes, tenant_id=tenant_id)
    return {
        "access_token": value,
        "expires_in": lifetime,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
    }


def _approved_scopes(sandbox: Sandbox, application: Application, tenant_id: str) -> set[str] | None:
    """Scopes switched on for the tenant, or None without an approval."""
    approvals = sandbox.world.approvals
    own = approvals.get((application.client_id, tenant_id))
    if own is not None or tenant_id not in sandbox.world.contracts:
        return own
    if sandbox.switches.contract_approval == "own":
        return None
    of_companies = [
        approvals[application.client_id, company.tenant_id]
        for company in sandbox.world.companies.values()
        if company.contract_id == tenant_id
        and (application.client_id, company.tenant_id) in approvals
    ]
    return set().union(*of_companies) if of_companies else None


def _answer(
    sandbox: Sandbox, application: Application, grant: Grant, refresh_token: str | None
) -> dict[str, Any]:
    value, lifetime = new_access_token(
        sandbox, application, scopes=grant.scopes, tenant_id=grant.tenant_id, grant=grant
    )
    content: dict[str, Any] = {
        "access_token": value,
        "expires_in": lifetime,
        "token_type": "Bearer",
        "scope": " ".join(grant.scopes),
    }
    user = sandbox.world.users.get(grant.sub)
    if "openid" in grant.scopes and user is not None:
        content["id_token"] = new_id_token(sandbox, grant, user)
    if refresh_token is not None:
        content["refresh_token"] = refresh_token
    return content


def _verifier_fits(code: Code, verifier: str) -> bool:
    if not code.challenge:
        return not verifier
    if not 43 <= len(verifier) <= 128:
        return False
    digest = base64url(hashlib.sha256(verifier.encode()).digest())
    expected = digest if code.challenge_method == "S256" else verifier
    return hmac.compare_digest(expected.encode(), code.challenge.encode())
