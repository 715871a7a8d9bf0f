"""The App Store: how a service application gets in and out."""

from __future__ import annotations

import requests

from tests.sandbox.visitor import SERVICE, Visitor
from tests.sandbox_process import SandboxProcess

ADMIN = "admin@fjordlys.example"
CODE = "FJORD-2048-LYS"
READ = "visma.net.erp.salesorder:read"


def test_a_code_leads_to_a_tenant_id(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys Sverige AB")["tenant_id"]
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    visitor.press(code=f" {CODE.lower()} ")
    assert visitor.heading == "Nordhandel Orders (service)"

    visitor.press(tenant_id=tenant_id, **{f"scope:{READ}": "on"})

    assert visitor.heading == "Nordhandel Orders (service) may work in Fjordlys Sverige AB"
    assert f'<code id="tenant-id">{tenant_id}</code>' in visitor.shown.text
    assert _token(sandbox, tenant_id).json()["scope"] == READ


def test_the_contract_stands_among_its_companies(sandbox: SandboxProcess, visitor: Visitor) -> None:
    contract = sandbox.world()["contracts"][0]["tenant_id"]
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    visitor.press(code=CODE)

    assert contract in visitor.choices("tenant_id")
    assert len(visitor.choices("tenant_id")) == 4


def test_an_unknown_or_ended_code_finds_nothing(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    visitor.press(code="WRONG")
    assert "We don&#x27;t know this code" in visitor.shown.text

    sandbox.control("POST", "codes", {"code": CODE, "client_id": SERVICE[0], "expires_at": 1})
    visitor.press(code=CODE)
    assert "We don&#x27;t know this code" in visitor.shown.text


def test_without_the_role_there_is_nothing_to_do(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.visit("/appstore")

    visitor.sign_in("nordhandel@fjordlys.example")

    assert visitor.heading == "You can't approve applications"


def test_nobody_approves_for_a_company_that_is_not_theirs(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    foreign = sandbox.control("POST", "companies", {"name": "Havblikk AS"})["tenant_id"]
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    visitor.press(code=CODE)

    visitor.press(tenant_id=foreign, **{f"scope:{READ}": "on"})

    assert "Choose an organisation" in visitor.shown.text
    assert sandbox.world()["approvals"] == []


def test_after_a_withdrawal_no_token_is_given(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    sandbox.control("POST", "approvals", {"client_id": SERVICE[0], "tenant_id": tenant_id})
    token = _token(sandbox, tenant_id).json()["access_token"]
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)

    visitor.session.post(
        f"{sandbox.url}/appstore/withdraw", data={"client_id": SERVICE[0], "tenant_id": tenant_id}
    )

    assert _token(sandbox, tenant_id).json() == {"error": "invalid_tenant"}
    assert _organization(sandbox, token) == 200
    sandbox.switch(revoked_tenant_at_once=True)
    assert _organization(sandbox, token) == 401


def test_the_contracts_token_needs_some_approval(sandbox: SandboxProcess) -> None:
    contract = sandbox.world()["contracts"][0]["tenant_id"]
    assert _token(sandbox, contract).json() == {"error": "invalid_tenant"}

    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    sandbox.control("POST", "approvals", {"client_id": SERVICE[0], "tenant_id": tenant_id})
    assert _organization(sandbox, _token(sandbox, contract).json()["access_token"]) == 401

    sandbox.switch(contract_approval="own")
    assert _token(sandbox, contract).json() == {"error": "invalid_tenant"}


def _token(sandbox: SandboxProcess, tenant_id: str) -> requests.Response:
    form = {"grant_type": "client_credentials", "tenant_id": tenant_id}
    return requests.post(f"{sandbox.url}/connect/token", data=form, auth=SERVICE, timeout=10)


def _organization(sandbox: SandboxProcess, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{sandbox.url}/v1/organization", headers=headers, timeout=10).status_code
