"""Who may call the ERP: bearer token, company, scope, role, quota."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.connect.grants import AccessToken
from sandbox.http import Request, Response, json_response
from sandbox.limits import Window, rate_headers, throttled
from sandbox.state import Endpoint, Sandbox
from sandbox.world.companies import Company
from sandbox.world.people import API_USER


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the guard."""

    company: Company
    token: AccessToken
    request: Request


CompanyEndpoint = Callable[[Sandbox, Call], Response]


def bearer_token(sandbox: Sandbox, request: Request) -> AccessToken | None:
    """The living access token of the request, or None."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = sandbox.grants.access_tokens.get(value.strip())
    if token is None or token.expires_at <= sandbox.clock.seconds():
        return None
    request.entry.client_id = token.client_id
    request.entry.tenant_id = token.tenant_id
    return token


def guarded(endpoint: CompanyEndpoint, *scopes: str, service: str) -> Endpoint:
    """Let a call through when its token names a company and holds one of the scopes.

    ``service`` is ``v3`` or ``erp``. Otherwise the answer is 401 or 403 without a body.
    """

    def checked(sandbox: Sandbox, request: Request) -> Response:
        token = bearer_token(sandbox, request)
        company = sandbox.world.companies.get(token.tenant_id or "") if token else None
        if token is None or company is None:
            return _no_company(sandbox, token)
        window = sandbox.limits.window(sandbox, company, token.client_id)
        if window.take(sandbox):
            return throttled(sandbox, window)
        response = _refusal(sandbox, token, company, scopes, service)
        if response is None:
            response = endpoint(sandbox, Call(company, token, request))
        return _with_quota(response, window, sandbox)

    return checked


def no_license() -> Response:
    """The ERP gateway's fault 12027."""
    return json_response(
        {
            "ExceptionType": "IPPException",
            "ExceptionMessage": "No license for this company.",
            "ExceptionFaultCode": "12027",
            "ExceptionMessageID": "12027_00000000-0000-0000-0000-000000000000",
            "ExceptionDetails": "",
        },
        400,
    )


def _no_company(sandbox: Sandbox, token: AccessToken | None) -> Response:
    of_contract = token is not None and token.tenant_id in sandbox.world.contracts
    if of_contract and sandbox.switches.contract_answer == "12027":
        return no_license()
    return Response(401, b"", [("WWW-Authenticate", "Bearer")])


def _refusal(
    sandbox: Sandbox, token: AccessToken, company: Company, scopes: tuple[str, ...], service: str
) -> Response | None:
    if sandbox.switches.revoked_tenant_at_once and _is_withdrawn(sandbox, token, company):
        return Response(401, b"", [("WWW-Authenticate", "Bearer")])
    if not token.scopes.intersection(scopes):
        return Response(403)
    if service == "v3" and token.sub and not sandbox.switches.v3_accepts_user_tokens:
        return Response(403)
    user = sandbox.world.users.get(token.sub) if token.sub else None
    lost_role = token.sub is not None and (
        user is None or not user.has_role(API_USER, company.tenant_id)
    )
    if lost_role or not company.licensed:
        return Response(403) if service == "v3" else no_license()
    return None


def _is_withdrawn(sandbox: Sandbox, token: AccessToken, company: Company) -> bool:
    return token.sub is None and (
        (token.client_id, company.tenant_id) not in sandbox.world.approvals
    )


def _with_quota(response: Response, window: Window, sandbox: Sandbox) -> Response:
    response.headers.extend(rate_headers(sandbox, window))
    return response
