"""The ERP API v1, as far as it is used: the organization."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.guard import Call
from sandbox.http import Response, json_response, problem
from sandbox.state import Sandbox
from sandbox.world.companies import Company

CHANGED_AT = "2024-01-15T09:30:00.0"


def list_organizations(sandbox: Sandbox, call: Call) -> Response:
    """A plain array with the one organization of the token's company."""
    return json_response([_describe(call.company)])


def show_organization(sandbox: Sandbox, call: Call) -> Response:
    if call.request.parameters["organization_cd"] != call.company.organization_cd:
        return json_response({"message": "Organization not found"}, 404)
    return json_response(_describe(call.company))


def not_found(path: str) -> Response:
    return problem(404, "Nothing is here.", instance=path)


def _describe(company: Company) -> dict[str, Any]:
    return {
        "organizationCd": company.organization_cd,
        "name": company.name,
        "organizationType": "WithoutBranches",
        "baseCurrency": company.currency,
        "corporateId": company.organization_number,
        "vatRegistrationId": f"{company.country}{company.organization_number}",
        "defaultCountry": {"id": company.country},
        "branches": [{"number": branch, "name": company.name} for branch in company.branches],
        "lastModifiedDateTime": CHANGED_AT,
        "timeStamp": base64.b64encode(company.company_id.to_bytes(8, "big")).decode(),
    }
