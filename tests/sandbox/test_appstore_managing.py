"""My apps: what may work, changing it, wanting more, and withdrawing."""

from __future__ import annotations

from tests.sandbox.fidelity import point
from tests.sandbox.store import (
    ADMIN,
    READ,
    WRITE,
    approve,
    ask_organization,
    contract_of,
    enter,
    integrate,
    service_token,
)
from tests.sandbox.visitor import SERVICE, Visitor
from tests.sandbox_process import SandboxProcess

NAME = "Nordhandel Orders (service)"
MANAGE = f"/appstore/application?client_id={SERVICE[0]}"
SERVICE_READ = "vismanet_erp_service_api:read"


@point("I18.manage")
def test_rights_can_be_switched_at_any_time(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, tenant_id)
    integrate(visitor, READ)
    visitor.visit("/appstore/mine")
    assert NAME in visitor.shown.text
    assert f"by {ADMIN}" in visitor.shown.text

    visitor.visit(MANAGE)
    visitor.press(**{f"scope:{WRITE}": "on"})
    visitor.press()

    assert service_token(sandbox, tenant_id).json()["scope"] == WRITE


@point("I18.again")
def test_a_scope_wanted_later_needs_another_approval(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    _let_it_want(sandbox, READ)
    enter(visitor, tenant_id)
    integrate(visitor, READ)
    _let_it_want(sandbox, READ, WRITE)
    visitor.visit("/appstore/mine")
    assert "wants more" in visitor.shown.text
    assert service_token(sandbox, tenant_id, scope=WRITE).json() == {"error": "invalid_scope"}
    assert service_token(sandbox, tenant_id).json()["scope"] == READ

    visitor.visit(MANAGE)
    assert f"{WRITE} · new, not approved yet" in visitor.shown.text
    visitor.press(**{f"scope:{READ}": "on", f"scope:{WRITE}": "on"})
    visitor.press()

    assert service_token(sandbox, tenant_id).json()["scope"] == f"{READ} {WRITE}"
    visitor.visit("/appstore/mine")
    assert "wants more" not in visitor.shown.text


def test_a_scope_switched_off_on_purpose_is_nothing_new(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    integrate(visitor, READ)

    visitor.visit("/appstore/mine")

    assert "wants more" not in visitor.shown.text


def test_after_a_withdrawal_tokens_given_live_on_and_no_new_one_is_given(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    token = service_token(sandbox, tenant_id).json()["access_token"]
    enter(visitor, tenant_id)

    _withdraw(visitor, tenant_id)

    assert service_token(sandbox, tenant_id).json() == {"error": "invalid_tenant"}
    assert ask_organization(sandbox, token) == 200
    sandbox.switch(revoked_tenant_at_once=True)
    assert ask_organization(sandbox, token) == 401


def test_who_lost_the_role_withdraws_nothing(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    enter(visitor, contract_of(sandbox))
    roles = {contract_of(sandbox): ["Integration Administrator"]}
    sandbox.control("POST", "users", {"email": ADMIN, "roles": roles})

    _withdraw(visitor, tenant_id)

    assert [one["tenant_id"] for one in sandbox.world()["approvals"]] == [tenant_id]


@point("I18.mail")
def test_the_developer_hears_of_a_new_customer_by_mail(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, tenant_id)
    integrate(visitor, READ)

    visitor.visit("/mails")

    assert f"Fjordlys AS has approved {NAME}" in visitor.shown.text
    assert tenant_id in visitor.shown.text


@point("I18.goodbye")
def test_the_developer_hears_of_a_withdrawal(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approve(sandbox, tenant_id)
    enter(visitor, tenant_id)

    _withdraw(visitor, tenant_id)

    visitor.visit("/mails")
    assert f"Fjordlys AS has withdrawn {NAME}" in visitor.shown.text


def _let_it_want(sandbox: SandboxProcess, *scopes: str) -> None:
    wanted = {"client_id": SERVICE[0], "scopes": list(scopes)}
    sandbox.control("POST", "applications", wanted)


def _withdraw(visitor: Visitor, tenant_id: str) -> None:
    form = {"client_id": SERVICE[0], "tenant_id": tenant_id}
    visitor.session.post(f"{visitor.url}/appstore/withdraw", data=form)
