"""Customers, companies, people and roles, and when a change of roles works."""

from __future__ import annotations

from typing import Any

from tests.sandbox.fidelity import point
from tests.sandbox.store import ADMIN, contract_of, enter
from tests.sandbox.visitor import SERVICE, WEB, Visitor
from tests.sandbox_process import SandboxProcess

ACCOUNTANT = "regnskap@fjordlys.example"
NOBODY = "uten.rolle@fjordlys.example"


@point("I17.ids")
def test_the_customer_and_a_company_share_a_name_and_no_id(sandbox: SandboxProcess) -> None:
    world = sandbox.world()
    (contract,) = world["contracts"]
    ids = [one["tenant_id"] for one in world["companies"]]

    assert contract["name"] in [one["name"] for one in world["companies"]]
    assert contract["tenant_id"] not in ids
    assert len(set(ids)) == len(ids) == 4


@point("I17.legacy")
def test_a_company_has_a_whole_number_besides(sandbox: SandboxProcess) -> None:
    numbers = [one["company_id"] for one in sandbox.world()["companies"]]

    assert numbers == [3140001, 3140002, 3140003, 3140004]


@point("I17.roles")
def test_roles_are_held_per_company(sandbox: SandboxProcess) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    denmark = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    visitor = Visitor(sandbox.url)

    _give(sandbox, ACCOUNTANT, {norway: ["API User"], denmark: ["Financials User"]})

    visitor.authorize(client_id=WEB[0])
    visitor.sign_in(ACCOUNTANT)
    assert "Fjordlys AS" in visitor.heading


@point("I17.delay")
def test_a_role_given_works(sandbox: SandboxProcess, visitor: Visitor) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _give(sandbox, NOBODY, {norway: ["Integration Administrator"]})

    visitor.visit("/appstore")
    visitor.sign_in(NOBODY)
    visitor.press()

    assert visitor.heading == "Find an application"


def test_a_role_given_works_only_when_its_time_has_come(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(role_delay=600)
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _give(sandbox, NOBODY, {norway: ["Integration Administrator"]})
    visitor.visit("/appstore")
    visitor.sign_in(NOBODY)
    visitor.press()
    assert visitor.heading == "You can't approve applications"

    sandbox.control("POST", "clock", {"advance": 599})
    visitor.visit("/appstore")
    assert visitor.heading == "You can't approve applications"
    sandbox.control("POST", "clock", {"advance": 2})
    visitor.visit("/appstore")

    assert visitor.heading == "Choose an organisation"


def test_a_role_taken_goes_on_working_until_its_time_has_come(sandbox: SandboxProcess) -> None:
    sandbox.switch(role_delay=600)
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _give(sandbox, "nordhandel@fjordlys.example", {})

    assert _roles(sandbox, "nordhandel@fjordlys.example") == {norway: ["API User"]}
    sandbox.control("POST", "clock", {"advance": 601})
    assert _roles(sandbox, "nordhandel@fjordlys.example") == {norway: []}


def test_a_change_that_waits_outlives_a_restore(sandbox: SandboxProcess) -> None:
    sandbox.switch(role_delay=600)
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _give(sandbox, NOBODY, {norway: ["API User"]})
    saved = sandbox.control("GET", "state")
    sandbox.reset()
    sandbox.control("PUT", "state", saved)

    sandbox.control("POST", "clock", {"advance": 601})

    assert _roles(sandbox, NOBODY) == {norway: ["API User"]}


def test_the_last_word_about_a_role_counts(sandbox: SandboxProcess) -> None:
    sandbox.switch(role_delay=600)
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _give(sandbox, NOBODY, {norway: ["API User"]})
    _give(sandbox, NOBODY, {})

    sandbox.control("POST", "clock", {"advance": 601})

    assert _roles(sandbox, NOBODY) == {norway: []}


def test_who_loses_the_role_loses_the_organisation(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    enter(visitor, norway)
    _give(sandbox, ADMIN, {contract_of(sandbox): ["Integration Administrator"]})

    visitor.visit("/appstore")

    assert visitor.heading == "Choose an organisation"
    assert visitor.choices("tenant_id") == [contract_of(sandbox)]


@point("I17.licence")
def test_without_a_licence_the_erp_answers_12027(sandbox: SandboxProcess) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    token = sandbox.token(SERVICE[0], norway)
    sandbox.control("POST", "companies", {"tenant_id": norway, "licensed": False})

    answer = Visitor(sandbox.url).session.get(
        f"{sandbox.url}/v1/organization", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.json()["ExceptionFaultCode"] == "12027"


def _give(sandbox: SandboxProcess, email: str, roles: dict[str, list[str]]) -> None:
    sandbox.control("POST", "users", {"email": email, "roles": roles})


def _roles(sandbox: SandboxProcess, email: str) -> Any:
    (user,) = [one for one in sandbox.world()["users"] if one["email"] == email]
    return user["roles"]
