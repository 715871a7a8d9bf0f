"""APIs, the approval of their teams, and who the customers are."""

from __future__ import annotations

import pytest

from tests.sandbox.developer import (
    DEVELOPER,
    HOME,
    READ,
    SERVICE_FORM,
    SPA_FORM,
    WEB_FORM,
    WRITE,
    Developer,
)
from tests.sandbox.fidelity import point
from tests.sandbox_process import SandboxProcess

CLIENT_ID = "isv_nextgen_test"
NEW = f"{HOME}/integrations/new"


@point("I19.apis")
def test_each_api_tells_its_address_permission_type_and_scopes(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    listed = developer.visit(f"{HOME}/apis")
    for name in ("SalesOrder", "Interactive", "Service"):
        assert f"Visma.net ERP {name} API" in listed
    shown = developer.visit(f"{HOME}/apis/service")

    assert f"{sandbox.url}/v1" in shown
    assert "<dd>Non-Interactive</dd>" in shown
    assert "<dt>Tenant based</dt><dd>Yes</dd>" in shown
    assert "vismanet_erp_service_api:create" in shown


def test_the_sales_order_api_is_for_all_only_while_it_takes_the_tokens_of_people(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    assert "<dd>All</dd>" in developer.visit(f"{HOME}/apis/salesorder")
    sandbox.switch(v3_accepts_user_tokens=False)
    assert "<dd>Non-Interactive</dd>" in developer.visit(f"{HOME}/apis/salesorder")


@point("I19.permission")
@pytest.mark.parametrize(
    ("form", "api", "may"),
    [
        (SERVICE_FORM, "service", True),
        (SERVICE_FORM, "interactive", False),
        (SPA_FORM, "interactive", True),
        (SPA_FORM, "service", False),
        (WEB_FORM, "interactive", True),
        (WEB_FORM, "service", True),
    ],
)
def test_the_permission_type_decides_which_types_may_ask(
    sandbox: SandboxProcess, developer: Developer, form: dict[str, str], api: str, may: bool
) -> None:
    address = developer.create(form)
    client_id = address.rpartition("/")[2]

    developer.visit(f"{NEW}?client_id={client_id}&api={api}")
    assert (developer.alerts == []) is may
    developer.integrate(address, f"vismanet_erp_{api}_api:read", api=api)

    asked = [one["api"] for one in developer.application(client_id)["integrations"]]
    assert (api in asked) is may


@point("I19.approval")
def test_an_integration_waits_for_the_team_of_the_api(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)

    developer.integrate(address, READ, WRITE)

    assert '<span class="badge pending">Pending</span>' in developer.text
    assert developer.application(CLIENT_ID)["scopes"] == []


def test_a_switch_approves_at_once(sandbox: SandboxProcess, developer: Developer) -> None:
    sandbox.switch(integration_approval="at_once")
    address = developer.create(SERVICE_FORM)

    developer.integrate(address, READ)

    assert developer.application(CLIENT_ID)["scopes"] == [READ]


@point("I19.scopes")
def test_only_approved_scopes_count(sandbox: SandboxProcess, developer: Developer) -> None:
    address = developer.create(SERVICE_FORM)
    developer.integrate(address, READ)
    developer.integrate(address, WRITE)
    developer.approve_integration(address, 0)
    assert developer.application(CLIENT_ID)["scopes"] == [READ]

    developer.send(f"{address}/integrations/1/decision", {"decision": "rejected"})
    assert developer.application(CLIENT_ID)["scopes"] == [READ]
    assert WRITE in developer.visit(f"{NEW}?client_id={CLIENT_ID}&api=salesorder")
    developer.send(f"{address}/integrations/0/remove")

    assert developer.application(CLIENT_ID)["scopes"] == []


@point("I19.steps")
def test_an_integration_is_application_and_api_then_scopes_then_a_yes(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    developer.create(SERVICE_FORM)
    developer.visit(NEW)
    assert developer.heading == "New integration"
    developer.visit(f"{NEW}?client_id={CLIENT_ID}&api=salesorder")
    assert developer.heading == "Permissions of Visma.net ERP SalesOrder API"
    developer.visit(f"{NEW}?client_id={CLIENT_ID}&api=salesorder&scope={READ}&scope={WRITE}")
    assert developer.heading == "Confirm the integration"

    assert developer.application(CLIENT_ID)["integrations"] == []


@point("I19.approval_mail")
def test_mails_tell_the_team_of_a_wish_and_the_developer_of_its_approval(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    developer.integrate(address, READ)
    assert "neXtGen Test asks for Visma.net ERP SalesOrder API" in developer.visit("/mails")

    developer.approve_integration(address)

    mails = developer.visit("/mails")
    subject = "The integration of neXtGen Test with Visma.net ERP SalesOrder API is approved"
    assert f"<h2>{subject}</h2>" in mails
    assert f"from do.not.reply@oauth.developers.visma.com · to {DEVELOPER}" in mails
    sent = sandbox.control("GET", f"mails?to={DEVELOPER}")
    assert [mail["subject"] for mail in sent["mails"]] == [subject]


@point("I19.customers")
def test_an_approval_shows_the_customer_with_its_tenant_id_and_is_mailed(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    service = {"client_id": "isv_nordhandel_service", "tenant_id": tenant_id}
    page = f"{HOME}/applications/isv_nordhandel_service/integrations"
    assert tenant_id not in developer.visit(page)

    sandbox.control("POST", "approvals", service)

    assert tenant_id in developer.visit(page)
    mails = developer.visit("/mails")
    assert "Fjordlys AS has approved Nordhandel Orders (service)" in mails
    assert f"Tenant ID: {tenant_id}" in mails
