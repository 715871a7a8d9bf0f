"""Which companies a VNI token opens, and who it belongs to. No company header is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.erp.errors import erp_error
from sandbox.http import Request, Response, json_response
from sandbox.state import Endpoint, Sandbox
from sandbox.vni.callers import dead_token, financials_companies, retired, vni_token
from sandbox.world.companies import Company
from sandbox.world.people import User

Show = Callable[[Sandbox, Request, User], Response]


def list_contexts(sandbox: Sandbox, request: Request, user: User) -> Response:
    """Only companies with a Financials role; without any the array is empty."""
    kind = sandbox.switches.vni_context_type
    return json_response(
        [
            {"id": company.company_id, "name": company.name, "type": kind}
            for company in financials_companies(sandbox, user)
        ]
    )


def show_company(sandbox: Sandbox, request: Request, user: User) -> Response:
    wanted = request.parameters["company_id"]
    for company in financials_companies(sandbox, user):
        if str(company.company_id) == wanted:
            return json_response(_describe(company))
    return erp_error(sandbox, 404, "Company not found")


def show_user(sandbox: Sandbox, request: Request, user: User) -> Response:
    return json_response(
        {
            "emailAddress": user.email,
            "firstName": user.given_name,
            "lastName": user.family_name,
        }
    )


def for_token(show: Show) -> Endpoint:
    """Answer for the person whom the VNI token of the request belongs to."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        if sandbox.switches.vni_retired:
            return retired(sandbox)
        token = vni_token(sandbox, request)
        user = sandbox.world.users.get(token.sub) if token else None
        if user is None:
            return dead_token(sandbox)
        return show(sandbox, request, user)

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
