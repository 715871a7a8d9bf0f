"""The App Store: the way in, and how a service application is let in."""

from __future__ import annotations

from tests.sandbox.fidelity import point
from tests.sandbox.store import (
    ADMIN,
    CODE,
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


@point("I18.access")
def test_the_first_visit_asks_for_access_to_the_account(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    assert visitor.heading == "The App Store asks for access to your account"
    visitor.press()
    assert visitor.heading == "Choose an organisation"

    again = Visitor(sandbox.url)
    again.visit("/appstore")
    again.sign_in(ADMIN)

    assert again.heading == "Choose an organisation"


@point("I18.picker")
def test_the_picker_shows_what_one_administers_and_the_customer_among_it(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    foreign = sandbox.control("POST", "companies", {"name": "Havblikk AS"})["tenant_id"]
    own = [one["tenant_id"] for one in sandbox.world()["companies"] if one["tenant_id"] != foreign]
    visitor.visit("/appstore")
    visitor.sign_in(ADMIN)
    visitor.press()

    assert visitor.choices("tenant_id") == [contract_of(sandbox), *own]

    visitor.press(tenant_id=foreign)
    assert "Choose an organisation first." in visitor.shown.text


@point("I18.norole")
def test_without_the_role_there_is_no_organisation_to_choose(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.visit("/appstore")
    visitor.sign_in("nordhandel@fjordlys.example")
    visitor.press()

    assert visitor.heading == "You can&#x27;t approve applications".replace("&#x27;", "'")
    assert ADMIN in visitor.shown.text


@point("I18.code")
def test_a_code_leads_to_switches_and_an_approval(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    tenant_id = sandbox.company("Fjordlys Sverige AB")["tenant_id"]
    enter(visitor, tenant_id)
    visitor.press(code=f" {CODE.lower()} ")
    assert visitor.heading == NAME

    visitor.press(**{f"scope:{READ}": "on"})
    assert visitor.heading == f"Approve {NAME}"
    assert sandbox.world()["approvals"] == []
    visitor.press()

    assert visitor.heading == f"{NAME} may work in Fjordlys Sverige AB"
    assert f'id="tenant-id">{tenant_id}</code>' in visitor.shown.text
    assert service_token(sandbox, tenant_id).json()["scope"] == READ


def test_a_code_remembers_when_who_and_for_whom(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, tenant_id)
    integrate(visitor, READ)
    visitor.visit("/appstore")
    integrate(visitor, READ, WRITE)

    (code,) = sandbox.world()["invitation_codes"]
    assert [(use["tenant_id"], use["email"]) for use in code["uses"]] == [(tenant_id, ADMIN)]


@point("I18.scopes")
def test_each_right_is_a_switch_and_only_those_on_can_be_asked_for(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, tenant_id)
    visitor.press(code=CODE)
    visitor.press()
    assert "Switch on at least one right." in visitor.shown.text
    visitor.press(**{f"scope:{READ}": "on"})
    visitor.press()

    assert service_token(sandbox, tenant_id, scope=WRITE).json() == {"error": "invalid_scope"}
    assert service_token(sandbox, tenant_id, scope=READ).json()["scope"] == READ


@point("I18.menu")
def test_the_menu_tells_the_tenant_ids_of_customer_and_companies(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    company = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, company)

    menu = visitor.shown.text.partition("<main")[0]
    assert f'Tenant id: <code class="copied">{company}</code>' in menu
    assert f'<dd><code class="copied">{contract_of(sandbox)}</code></dd>' in menu


@point("I18.wrong")
def test_the_customer_can_be_approved_and_its_token_opens_nothing(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    contract = contract_of(sandbox)
    enter(visitor, contract)
    integrate(visitor, "vismanet_erp_service_api:read")

    token = service_token(sandbox, contract).json()["access_token"]

    assert ask_organization(sandbox, token) == 401


def test_nobody_approves_for_a_company_that_is_not_theirs(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    foreign = sandbox.control("POST", "companies", {"name": "Havblikk AS"})["tenant_id"]
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])

    wish = {"client_id": SERVICE[0], "code": CODE, "tenant_id": foreign, f"scope:{READ}": "on"}
    answer = visitor.session.post(f"{sandbox.url}/appstore/accept", data=wish)

    assert "You can&#x27;t approve applications for this organisation." in answer.text
    assert sandbox.world()["approvals"] == []


def test_a_page_of_another_site_approves_nothing(sandbox: SandboxProcess, visitor: Visitor) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, tenant_id)
    wish = {"client_id": SERVICE[0], "code": CODE, "tenant_id": tenant_id, f"scope:{READ}": "on"}

    answer = visitor.session.post(
        f"{sandbox.url}/appstore/accept", data=wish, headers={"Origin": "http://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert sandbox.world()["approvals"] == []


def test_only_published_applications_stand_in_the_store(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    visitor.visit("/appstore/apps")
    assert "No application is published for everybody." in visitor.shown.text

    sandbox.control("POST", "applications", {"client_id": SERVICE[0], "audience": "public"})
    visitor.visit("/appstore/apps")
    assert NAME in visitor.shown.text
    visitor.visit(f"/appstore/application?client_id={SERVICE[0]}")
    assert visitor.heading == NAME

    sandbox.control("POST", "applications", {"client_id": SERVICE[0], "store": "unpublished"})
    visitor.visit("/appstore/apps")
    assert "No application is published for everybody." in visitor.shown.text


def test_an_application_for_invited_ones_needs_its_code(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, tenant_id)

    visitor.visit(f"/appstore/application?client_id={SERVICE[0]}")
    assert visitor.heading == "This application can't be shown"

    approve(sandbox, tenant_id)
    visitor.visit(f"/appstore/application?client_id={SERVICE[0]}")
    assert visitor.heading == NAME
