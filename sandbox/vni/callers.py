"""Who calls the ERP on the old base: a VNI token with its company, or a Connect token."""

from __future__ import annotations

from sandbox.connect.grants import AccessToken
from sandbox.erp.errors import NO_COMPANY, gateway_error
from sandbox.http import Request, Response, json_response
from sandbox.state import Sandbox
from sandbox.vni.store import Token
from sandbox.world.companies import Company
from sandbox.world.people import FINANCIALS_ADMINISTRATOR, FINANCIALS_USER, User

SCOPE = "financialstasks"
OLD_BASE = "/api/controller/"
FINANCIALS = "Visma.net Financials"
NEVER = float("inf")

Caller = tuple[AccessToken, Company | None, str]


def erp_caller(
    sandbox: Sandbox, request: Request, connect: AccessToken | None
) -> Caller | Response:
    """The caller with the kind of its VNI client, or the answer that refuses it.

    The company is None where a Connect token names none.
    """
    on_old_base = request.path.lower().startswith(OLD_BASE)
    if connect is not None:
        return _connect_caller(sandbox, request, connect)
    token = vni_token(sandbox, request) if on_old_base else None
    if token is None:
        return dead_token(sandbox) if on_old_base else unauthorized()
    if sandbox.switches.vni_retired:
        return retired(sandbox)
    return _vni_caller(sandbox, request, token)


def vni_token(sandbox: Sandbox, request: Request) -> Token | None:
    """The living VNI token of the request. Letter case of the scheme does not matter."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    token = sandbox.vni.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    if token is not None:
        request.entry.client_id = token.client_id
    return token


def financials_companies(sandbox: Sandbox, user: User) -> list[Company]:
    """Companies in which the person is Financials User or Financials Administrator."""
    return [
        company
        for company in sandbox.world.companies.values()
        if _is_financial(sandbox, user.sub, company)
    ]


def is_member(sandbox: Sandbox, sub: str, company: Company, role: str) -> bool:
    world = sandbox.world
    if world.role_changes:
        world.settle_roles(sandbox.clock.seconds())
    user = world.users.get(sub)
    return user is not None and user.has_role(role, company.tenant_id)


def unauthorized() -> Response:
    return Response(401, b"", [("WWW-Authenticate", "Bearer")])


def dead_token(sandbox: Sandbox) -> Response:
    """Unknown, withdrawn or superseded: nobody wrote down the exact words."""
    if sandbox.switches.vni_dead_token == "empty":  # noqa: S105 - a choice, not a secret
        return unauthorized()
    return gateway_error(sandbox, 401, "", "The security token is not valid.")


def retired(sandbox: Sandbox) -> Response:
    return json_response({"message": "Visma.net Integrations has been shut down."}, 410)


def _connect_caller(sandbox: Sandbox, request: Request, token: AccessToken) -> Caller | Response:
    """The company comes from the token; a company header is tolerated."""
    switches = sandbox.switches
    if not switches.connect_on_old_base:
        return unauthorized()
    company = sandbox.world.companies.get(token.tenant_id or "")
    checks = switches.company_header_with_connect == "checked" and company is not None
    if checks and _company_asked_for(sandbox, request) is not company:
        return _no_company(sandbox, request)
    return token, company, ""


def _vni_caller(sandbox: Sandbox, request: Request, token: Token) -> Caller | Response:
    company = _company_asked_for(sandbox, request)
    if company is None or not _is_financial(sandbox, token.sub, company):
        return _no_company(sandbox, request)
    named = request.headers.get("ipp-application-type")
    if sandbox.switches.application_type_required and named != FINANCIALS:
        return gateway_error(sandbox, 400, NO_COMPANY, "")
    request.entry.tenant_id = company.tenant_id
    application = sandbox.world.applications.get(token.client_id)
    stand_in = AccessToken(
        client_id=token.client_id,
        tenant_id=company.tenant_id,
        scopes=frozenset({SCOPE}),
        sub=token.sub,
        expires_at=NEVER,
    )
    return stand_in, company, application.vni if application else "test"


def _no_company(sandbox: Sandbox, request: Request) -> Response:
    if sandbox.switches.foreign_company == "empty_list" and request.method == "GET":
        return json_response([])
    return gateway_error(sandbox, 400, NO_COMPANY, "")


def _company_asked_for(sandbox: Sandbox, request: Request) -> Company | None:
    wanted = request.headers.get("ipp-company-id", "").strip()
    if not wanted.isdigit():
        return None
    companies = sandbox.world.companies.values()
    return next((one for one in companies if one.company_id == int(wanted)), None)


def _is_financial(sandbox: Sandbox, sub: str, company: Company) -> bool:
    return any(
        is_member(sandbox, sub, company, role)
        for role in (FINANCIALS_USER, FINANCIALS_ADMINISTRATOR)
    )
