"""Visma Admin: who may do what, given and taken by a customer administrator."""

from __future__ import annotations

import time
from typing import Any

from sandbox.connect.totp import STEP, code_at
from tests.sandbox.fidelity import point
from tests.sandbox.store import ADMIN, ask_organization, contract_of
from tests.sandbox.visitor import PASSWORD, SERVICE, Visitor
from tests.sandbox_process import SandboxProcess

NOBODY = "uten.rolle@fjordlys.example"


@point("I17.admin")
def test_the_role_for_the_app_store_is_given_as_the_guide_says(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _enter(visitor)
    visitor.visit("/admin/users?search=UTEN")
    assert NOBODY in visitor.shown.text
    assert "regnskap@fjordlys.example" not in visitor.shown.text.partition("<main")[2]

    visitor.visit(f"/admin/user?sub={_user(sandbox, NOBODY)['sub']}")
    assert norway in visitor.shown.text
    visitor.press(tenant_id=norway)
    visitor.press(**{f"role:{norway}:Integration Administrator": "on"})

    assert "The roles of Ulrik Utenrolle are saved." in visitor.shown.text
    assert _user(sandbox, NOBODY)["roles"] == {norway: ["Integration Administrator"]}


def test_roles_not_ticked_are_taken(sandbox: SandboxProcess, visitor: Visitor) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    denmark = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    _enter(visitor)
    visitor.visit(f"/admin/user?sub={_user(sandbox, 'regnskap@fjordlys.example')['sub']}")

    visitor.press(**{f"role:{norway}:API User": "on"})

    roles = _user(sandbox, "regnskap@fjordlys.example")["roles"]
    assert roles == {norway: ["API User"], denmark: []}


def test_a_change_that_waits_is_shown_with_its_moment(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(role_delay=600)
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    address = f"/admin/user?sub={_user(sandbox, 'nordhandel@fjordlys.example')['sub']}"
    _enter(visitor)
    visitor.visit(address)
    visitor.press(**{f"role:{norway}:Financials User": "on"})
    assert "It takes a while until they work." in visitor.shown.text

    visitor.visit(address)
    assert visitor.shown.text.count("works from ") == 1
    assert visitor.shown.text.count("ends from ") == 1
    sandbox.control("POST", "clock", {"advance": 601})
    visitor.visit(address)

    assert "works from " not in visitor.shown.text
    assert _user(sandbox, "nordhandel@fjordlys.example")["roles"] == {norway: ["Financials User"]}


@point("I17.reach")
def test_only_companies_that_one_administers_can_be_given(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    foreign = sandbox.control("POST", "companies", {"name": "Havblikk AS"})["tenant_id"]
    nobody = _user(sandbox, NOBODY)["sub"]
    _enter(visitor)
    visitor.visit(f"/admin/user?sub={nobody}")
    assert "Havblikk AS" not in visitor.shown.text

    visitor.session.post(
        f"{sandbox.url}/admin/user/access", data={"sub": nobody, "tenant_id": foreign}
    )
    wish = {"sub": nobody, f"shown:{foreign}": "on", f"role:{foreign}:API User": "on"}
    visitor.session.post(f"{sandbox.url}/admin/user", data=wish)

    assert _user(sandbox, NOBODY)["roles"] == {}


@point("I17.help")
def test_without_the_role_one_sees_who_can_help(sandbox: SandboxProcess, visitor: Visitor) -> None:
    _enter(visitor, NOBODY)

    assert visitor.heading == "You can't administer users"
    assert ADMIN in visitor.shown.text


def test_an_invited_user_can_sign_in(sandbox: SandboxProcess, visitor: Visitor) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _enter(visitor)
    invitation = {"email": "ny@fjordlys.example", "given_name": "Nina", "family_name": "Ny"}

    visitor.press(tenant_id=norway, **invitation)

    assert visitor.heading == "Nina Ny"
    assert _user(sandbox, "ny@fjordlys.example")["roles"] == {norway: []}
    newcomer = Visitor(sandbox.url)
    newcomer.visit("/appstore")
    newcomer.sign_in("ny@fjordlys.example")
    assert newcomer.heading == "The App Store asks for access to your account"


def test_an_invitation_without_an_address_makes_nobody(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    before = len(sandbox.world()["users"])
    _enter(visitor)

    visitor.press(tenant_id=contract_of(sandbox), email="nobody")

    assert "Give an e-mail address and a company that you administer." in visitor.shown.text
    assert len(sandbox.world()["users"]) == before


@point("I17.configuration")
def test_the_right_tenant_id_stands_under_configuration(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    company = sandbox.company("Fjordlys AS")
    _enter(visitor)
    visitor.visit("/admin/companies")
    visitor.visit(f"/admin/company?tenant_id={company['tenant_id']}")

    configuration = visitor.shown.text.partition("<h2>Configuration</h2>")[2]
    assert f'id="tenant-id">{company["tenant_id"]}</code>' in configuration
    assert "3140001" in visitor.shown.text
    assert "999111222" in visitor.shown.text


def test_the_licence_can_be_ended_and_given_again(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    token = sandbox.token(SERVICE[0], norway)
    _enter(visitor)
    visitor.visit(f"/admin/company?tenant_id={norway}")
    visitor.press()
    assert ask_organization(sandbox, token) != 200

    visitor.press(licensed="on")

    assert ask_organization(sandbox, token) == 200


def test_who_has_an_authenticator_app_needs_its_code(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    sandbox.control("POST", "users", {"email": ADMIN, "totp_secret": secret})
    _enter(visitor)
    assert "Type your password again" in visitor.shown.text
    visitor.press(email=ADMIN, password=PASSWORD, code="000000")
    assert "The code is not right" in visitor.shown.text

    code = code_at(secret, int(time.time()) // STEP)
    visitor.press(email=ADMIN, password=PASSWORD, code=code)

    assert visitor.heading == "Users and roles"


def test_a_page_of_another_site_gives_no_role(sandbox: SandboxProcess, visitor: Visitor) -> None:
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    _enter(visitor)
    wish = {"sub": _user(sandbox, NOBODY)["sub"], "tenant_id": norway}

    answer = visitor.session.post(
        f"{sandbox.url}/admin/user/access", data=wish, headers={"Origin": "http://else.example"}
    )

    assert answer.status_code == 403
    assert _user(sandbox, NOBODY)["roles"] == {}


def _enter(visitor: Visitor, email: str = ADMIN) -> None:
    visitor.visit("/admin")
    visitor.sign_in(email)


def _user(sandbox: SandboxProcess, email: str) -> dict[str, Any]:
    (user,) = [one for one in sandbox.world()["users"] if one["email"] == email]
    return dict(user)
