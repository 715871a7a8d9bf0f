"""Which companies a VNI token opens, and who it belongs to. No company header is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.erp.errors import erp_error
from sandbox.guard import bearer_token
from sandbox.http import Request, Response, json_response
from sandbox.state import Endpoint, Sandbox
from sandbox.vni.callers import dead_token, financials_companies, retired, vni_token
from sandbox.world.companies import Company
from sandbox.world.people import User

Show = Callable[[Sandbox, Request, list[Company], User | None], Response]


def list_contexts(
    sandbox: Sandbox, request: Request, companies: list[Company], user: User | None
) -> Response:
    """Only companies with a Financials role; without any the array is empty."""
    kind = sandbox.switches.vni_context_type
    return json_response(
        [{"id": one.company_id, "name": one.name, "type": kind} for one in companies]
    )


def show_company(
    sandbox: Sandbox, request: Request, companies: list[Company], user: User | None
) -> Response:
    wanted = request.parameters["company_id"]
    for company in companies:
        if str(company.company_id) == wanted:
            return json_response(_describe(company))
    return erp_error(sandbox, 404, "Company not found")


def show_user(
    sandbox: Sandbox, request: Request, companies: list[Company], user: User | None
) -> Response:
    if user is None:
        return erp_error(sandbox, 404, "User not found")
    return json_response(
        {
            "emailAddress": user.email,
            "firstName": user.given_name,
            "lastName": user.family_name,
        }
    )


def for_token(show: Show) -> Endpoint:
    """Answer for the person whom the token of the request belongs to."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        if sandbox.switches.vni_retired:
            return retired(sandbox)
        token = vni_token(sandbox, request)
        user = sandbox.world.users.get(token.sub) if token else None
        if user is not None:
            return show(sandbox, request, financials_companies(sandbox, user), user)
        connect = bearer_token(sandbox, request)
        if connect is None or sandbox.switches.context_with_connect == "refused":
            return dead_token(sandbox)
        company = sandbox.world.companies.get(connect.tenant_id or "")
        person = sandbox.world.users.get(connect.sub or "")
        return show(sandbox, request, [company] if company else [], person)

    return endpoint


def _describe(company: Company) -> dict[str, Any]:
    return {
        "companyName": company.name,
        "organizationNumber": company.organization_number,
        "companyAddress1": "",
        "companyAddress2": "",
        "customerInfo": "",
        "distributorInfo": "",
    }
