"""The company itself: /v1/organization and /v1/branch."""

from __future__ import annotations

from typing import Any

from sandbox.erp.answers import erp_json, single
from sandbox.erp.dates import CHANGED_AT, erp_moment
from sandbox.erp.errors import erp_error
from sandbox.erp.versions import time_stamp
from sandbox.guard import Call
from sandbox.http import Response
from sandbox.state import Sandbox
from sandbox.world.companies import Company


def list_organizations(sandbox: Sandbox, call: Call) -> Response:
    """A plain array with the one organization of the token's company."""
    return erp_json(sandbox, [_organization(sandbox, call.company)])


def show_organization(sandbox: Sandbox, call: Call) -> Response:
    if call.request.parameters["organization_cd"] != call.company.organization_cd:
        return erp_error(sandbox, 404, "Organization not found")
    organization = _organization(sandbox, call.company)
    return single(sandbox, organization, organization["timeStamp"])


def list_branches(sandbox: Sandbox, call: Call) -> Response:
    company = call.company
    return erp_json(sandbox, [_branch(sandbox, company, one) for one in sorted(company.branches)])


def show_branch(sandbox: Sandbox, call: Call) -> Response:
    number = call.request.parameters["branch_number"]
    if number not in call.company.branches:
        return erp_error(sandbox, 404, "Branch not found")
    return erp_json(sandbox, _branch(sandbox, call.company, number))


def _organization(sandbox: Sandbox, company: Company) -> dict[str, Any]:
    return {
        "organizationCd": company.organization_cd,
        "name": company.name,
        "organizationType": "WithoutBranches",
        "baseCurrency": company.currency,
        "corporateId": company.organization_number,
        "vatRegistrationId": _vat_number(company),
        "defaultCountry": {"id": company.country},
        "branches": [
            {"number": branch, "name": company.name} for branch in sorted(company.branches)
        ],
        "lastModifiedDateTime": erp_moment(sandbox, CHANGED_AT),
        "timeStamp": time_stamp(company.company_id),
    }


def _branch(sandbox: Sandbox, company: Company, number: str) -> dict[str, Any]:
    return {
        "branchId": sorted(company.branches).index(number) + 1,
        "number": number,
        "name": company.name,
        "organizationId": company.company_id,
        "isMainBranch": number == min(company.branches),
        "isActive": True,
        "lastModifiedDateTime": erp_moment(sandbox, CHANGED_AT),
        "corporateId": company.organization_number,
        "vatRegistrationId": _vat_number(company),
        "defaultCountry": {"id": company.country, "name": company.country},
        "currency": {"id": company.currency, "description": company.currency},
    }


def _vat_number(company: Company) -> str:
    return f"{company.country}{company.organization_number}"
