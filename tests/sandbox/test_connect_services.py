"""Credentials, and tokens for services."""

from __future__ import annotations

import requests

from tests.sandbox.clients import (
    approve,
    by_credentials,
    change,
)
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import CALLBACK, ORDERS, SERVICE, WEB
from tests.sandbox_process import SandboxProcess

READ, WRITE = ORDERS.split()
NOWHERE = "00000000-0000-0000-0000-000000000000"
INTERACTIVE = "vismanet_erp_interactive_api:read"


@point("I10.ways")
def test_takes_credentials_in_the_header_or_in_the_body(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [READ])
    body = {"client_id": SERVICE[0], "client_secret": SERVICE[1]}

    assert by_credentials(sandbox, tenant_id=tenant_id).status_code == 200
    assert by_credentials(sandbox, None, tenant_id=tenant_id, **body).status_code == 200


@point("I10.both")
def test_takes_the_same_credentials_in_both_places(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [READ])
    body = {"client_id": SERVICE[0], "client_secret": SERVICE[1]}

    assert by_credentials(sandbox, tenant_id=tenant_id, **body).status_code == 200
    other = by_credentials(sandbox, tenant_id=tenant_id, **body | {"client_secret": "other"})
    assert (other.status_code, other.json()) == (400, {"error": "invalid_request"})


@point("I10.secrets")
def test_several_secrets_work_at_once(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [READ])
    change(sandbox, SERVICE[0], secrets=["old", "new"])

    statuses = [
        by_credentials(sandbox, (SERVICE[0], secret), tenant_id=tenant_id).status_code
        for secret in ("old", "new", SERVICE[1])
    ]

    assert statuses == [200, 200, 400]


@point("I11.credentials", "E1.answer")
def test_client_credentials_bring_these_members_and_never_a_refresh_token(
    sandbox: SandboxProcess,
) -> None:
    tenant_id = approve(sandbox, ORDERS.split())

    answer = by_credentials(sandbox, tenant_id=tenant_id, scope=ORDERS)

    content = answer.json()
    assert content.keys() == {"access_token", "expires_in", "token_type", "scope"}
    assert (content["expires_in"], content["token_type"]) == (3600, "Bearer")
    assert content["scope"] == ORDERS
    assert answer.headers["Content-Type"].startswith("application/json")


@point("I11.permissions")
def test_an_api_is_for_people_or_for_services_as_it_says(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [INTERACTIVE, READ])
    change(sandbox, SERVICE[0], scopes=[INTERACTIVE, READ])

    answer = by_credentials(sandbox, tenant_id=tenant_id, scope=INTERACTIVE)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})
    assert by_credentials(sandbox, tenant_id=tenant_id).json()["scope"] == READ

    change(sandbox, scopes=["openid", "vismanet_erp_service_api:read"])
    asked = {
        "client_id": WEB[0],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid vismanet_erp_service_api:read",
    }
    page = requests.get(f"{sandbox.url}/connect/authorize", params=asked, timeout=10)
    assert page.status_code == 400


@point("I13.missing")
def test_without_a_tenant_there_is_no_token(sandbox: SandboxProcess) -> None:
    approve(sandbox, [READ])

    answer = by_credentials(sandbox, scope=READ)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_tenant"})


@point("I13.unapproved")
def test_an_unapproved_unknown_or_withdrawn_tenant_is_invalid(sandbox: SandboxProcess) -> None:
    sweden = sandbox.company("Fjordlys Sverige AB")["tenant_id"]
    withdrawn = approve(sandbox, [READ])
    gone = {"client_id": SERVICE[0], "tenant_id": withdrawn, "approved": False}
    sandbox.control("POST", "approvals", gone)

    for tenant_id in (sweden, NOWHERE, withdrawn):
        answer = by_credentials(sandbox, tenant_id=tenant_id, scope=READ)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_tenant"})


@point("I13.scopes")
def test_scopes_are_limited_to_those_switched_on(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [READ])

    answer = by_credentials(sandbox, tenant_id=tenant_id, scope=ORDERS)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})
    assert by_credentials(sandbox, tenant_id=tenant_id, scope=READ).json()["scope"] == READ


@point("I13.no_scope")
def test_without_a_scope_all_approved_ones_are_given(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, ORDERS.split())

    assert by_credentials(sandbox, tenant_id=tenant_id).json().get("scope") == ORDERS


@point("I13.separator")
def test_scopes_are_separated_by_a_space_and_never_by_a_bar(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, ORDERS.split())

    answer = by_credentials(sandbox, tenant_id=tenant_id, scope=f"{READ}|{WRITE}")

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})


@point("I13.customer")
def test_a_token_for_the_customer_tenant_is_issued_once_a_company_has_approved(
    sandbox: SandboxProcess,
) -> None:
    approve(sandbox, [READ])
    contract = sandbox.world()["contracts"][0]["tenant_id"]

    assert by_credentials(sandbox, tenant_id=contract).status_code == 200
