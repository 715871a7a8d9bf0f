"""Client credentials: a token for a service, for one tenant that has approved it."""

from __future__ import annotations

from typing import Any

from sandbox.connect.claims import new_access_token
from sandbox.connect.clients import OAuthError
from sandbox.connect.entitlements import may_ask
from sandbox.http import Request
from sandbox.state import Sandbox
from sandbox.world.applications import Application


def by_credentials(
    sandbox: Sandbox, request: Request, application: Application, form: dict[str, str]
) -> dict[str, Any]:
    """Raises OAuthError for a tenant or a scope that has not been approved."""
    tenant_id = form.get("tenant_id", "").strip().lower()
    request.entry.tenant_id = tenant_id or None
    if not tenant_id:
        raise OAuthError(sandbox.switches.missing_tenant_error, "tenant_id is missing")
    approved = _approved_scopes(sandbox, application, tenant_id)
    if approved is None:
        raise OAuthError(sandbox.switches.unapproved_tenant, "The tenant has not approved")
    scopes = _scopes(sandbox, application, approved, form)
    value, lifetime = new_access_token(sandbox, application, scopes=scopes, tenant_id=tenant_id)
    return {
        "access_token": value,
        "expires_in": lifetime,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
    }


def _scopes(
    sandbox: Sandbox, application: Application, approved: set[str], form: dict[str, str]
) -> list[str]:
    usable = [
        scope
        for scope in application.scopes
        if scope in approved and may_ask(application, scope, interactive=False)
    ]
    text = form.get("scope", "")
    if sandbox.switches.scope_separators == "space_or_bar":
        text = text.replace("|", " ")
    wanted = list(dict.fromkeys(text.split()))
    if not wanted and not sandbox.switches.scope_may_be_missing:
        raise OAuthError("invalid_scope", "scope is missing")
    if not set(wanted or usable) <= set(usable) or not usable:
        raise OAuthError(
            sandbox.switches.unapproved_scope_error,
            "A scope is not approved for the application or the tenant",
        )
    return wanted or usable


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
