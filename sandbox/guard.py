"""Who may call the ERP: bearer token, company, scope, role, quota."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.connect.grants import AccessToken
from sandbox.erp.errors import no_license
from sandbox.http import Request, Response
from sandbox.state import Endpoint, Sandbox
from sandbox.vni.callers import erp_caller, is_member, vni_token
from sandbox.world.companies import Company
from sandbox.world.people import API_USER


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the guard. With VNI the token is made up from VNI's own."""

    company: Company
    token: AccessToken
    request: Request


CompanyEndpoint = Callable[[Sandbox, Call], Response]


def bearer_token(sandbox: Sandbox, request: Request) -> AccessToken | None:
    """The living Connect access token of the request, or None. The ledger learns whose it is."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = sandbox.grants.access_tokens.get(value.strip())
    if token is None:
        vni_token(sandbox, request)
        return None
    if token.expires_at <= sandbox.clock.seconds():
        return None
    request.entry.client_id = token.client_id
    request.entry.tenant_id = token.tenant_id
    if sandbox.limits.waits and request.entry.kind != "userinfo":
        # Here, so that a call that a fault takes is marked as well.
        now = sandbox.clock.seconds()
        sandbox.limits.mark(request, token.tenant_id or "", token.client_id, now)
    return token


def guarded(endpoint: CompanyEndpoint, *scopes: str, service: str) -> Endpoint:
    """Let a call through when its token names a company and holds one of the scopes.

    ``service`` is ``v3`` or ``erp``; only the ERP takes VNI tokens, on the old base. Every
    answer to a known caller carries the headers of its quota.
    """

    def checked(sandbox: Sandbox, request: Request) -> Response:
        vni = ""
        token = bearer_token(sandbox, request)
        company = sandbox.world.companies.get(token.tenant_id or "") if token else None
        if service == "erp" and (token is None or request.path[1:4].lower() == "api"):
            found = erp_caller(sandbox, request, token)
            if isinstance(found, Response):
                return found
            token, company, vni = found
        if token is None or company is None:
            return _no_company(sandbox, token)
        refusal, headers = sandbox.limits.take(sandbox, request, company, token.client_id, vni)
        response = refusal or _refusal(sandbox, token, company, scopes, service, vni)
        if response is None:
            response = endpoint(sandbox, Call(company, token, request))
            sandbox.limits.settle(sandbox, request, company, token.client_id, response)
        response.headers.extend(headers)
        return response

    return checked


def _no_company(sandbox: Sandbox, token: AccessToken | None) -> Response:
    of_contract = token is not None and token.tenant_id in sandbox.world.contracts
    if of_contract and sandbox.switches.contract_answer == "12027":
        return no_license(sandbox)
    return _unauthorized()


def _refusal(
    sandbox: Sandbox,
    token: AccessToken,
    company: Company,
    scopes: tuple[str, ...],
    service: str,
    vni: str,
) -> Response | None:
    switches = sandbox.switches
    if vni:
        return None if company.licensed else no_license(sandbox)
    if switches.revoked_tenant_at_once and _is_withdrawn(sandbox, token, company):
        return _unauthorized()
    if not token.scopes.intersection(scopes):
        return Response(switches.missing_scope_status)
    if service == "v3" and token.sub and not switches.v3_accepts_user_tokens:
        return Response(403)
    lost_role = token.sub is not None and not is_member(sandbox, token.sub, company, API_USER)
    if lost_role or not company.licensed:
        return Response(switches.v3_without_role) if service == "v3" else no_license(sandbox)
    return None


def _is_withdrawn(sandbox: Sandbox, token: AccessToken, company: Company) -> bool:
    return token.sub is None and (
        (token.client_id, company.tenant_id) not in sandbox.world.approvals
    )


def _unauthorized() -> Response:
    return Response(401, b"", [("WWW-Authenticate", "Bearer")])
