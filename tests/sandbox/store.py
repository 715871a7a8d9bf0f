"""Ways through the App Store and Visma Admin that several tests walk."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox.visitor import SERVICE, Visitor
from tests.sandbox_process import SandboxProcess

ADMIN = "admin@fjordlys.example"
CODE = "FJORD-2048-LYS"
READ = "visma.net.erp.salesorder:read"
WRITE = "visma.net.erp.salesorder:write"


def enter(visitor: Visitor, tenant_id: str, email: str = ADMIN) -> None:
    """Sign in to the App Store for the first time and choose the organisation."""
    visitor.visit("/appstore")
    visitor.sign_in(email)
    visitor.press()
    visitor.press(tenant_id=tenant_id)


def integrate(visitor: Visitor, *scopes: str, code: str = CODE) -> None:
    """From the start page to the approval of these scopes."""
    visitor.press(code=code)
    visitor.press(**{f"scope:{scope}": "on" for scope in scopes})
    visitor.press()


def contract_of(sandbox: SandboxProcess) -> str:
    return str(sandbox.world()["contracts"][0]["tenant_id"])


def approve(sandbox: SandboxProcess, tenant_id: str, **more: Any) -> None:
    """What the pages do, in one call."""
    sandbox.control("POST", "approvals", {"client_id": SERVICE[0], "tenant_id": tenant_id, **more})


def service_token(sandbox: SandboxProcess, tenant_id: str, **more: str) -> requests.Response:
    form = {"grant_type": "client_credentials", "tenant_id": tenant_id} | more
    return requests.post(f"{sandbox.url}/connect/token", data=form, auth=SERVICE, timeout=10)


def ask_organization(sandbox: SandboxProcess, token: str) -> int:
    """The status of a call to the ERP with this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{sandbox.url}/v1/organization", headers=headers, timeout=10).status_code
