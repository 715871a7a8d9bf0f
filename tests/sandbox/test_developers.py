"""The Developer Portal: accounts, and whose applications are whose."""

from __future__ import annotations

import pytest

from tests.sandbox.developer import DEVELOPER, HOME, SERVICE_FORM, Developer
from tests.sandbox.fidelity import point
from tests.sandbox_process import SandboxProcess

ACCOUNT = {
    "email": "Ada@isv.example",
    "given_name": "Ada",
    "family_name": "Lund",
    "password": "secret",
}


@point("I19.account")
def test_an_account_gives_access_and_names_its_organisation_first(sandbox: SandboxProcess) -> None:
    ada = Developer(sandbox)
    ada.send(f"{HOME}/account", ACCOUNT)
    assert ada.heading == "The Developer Portal asks for access"
    assert "List of organisations" in ada.text
    ada.visit(f"{HOME}/applications")
    assert ada.heading == "The Developer Portal asks for access"

    ada.send(f"{HOME}/access")
    assert ada.heading == "Your organisation"
    ada.send(f"{HOME}/setup", {"organization": "Ada ISV AS"})

    assert ada.heading == "Welcome, Ada"


def test_the_password_is_asked_after_the_address(sandbox: SandboxProcess) -> None:
    developer = Developer(sandbox)
    developer.visit(HOME)
    developer.send(f"{HOME}/signin", {"email": f" {DEVELOPER.upper()} "})
    assert developer.heading == "Type your password"

    developer.sign_in(password="wrong")
    assert developer.alerts == ["The e-mail address or the password is not right."]
    developer.sign_in()
    assert developer.heading == "Welcome, Dina"
    developer.send(f"{HOME}/signout")
    developer.visit(f"{HOME}/applications")

    assert developer.heading == "Developer Portal"


def test_an_address_has_one_account(sandbox: SandboxProcess) -> None:
    ada = Developer(sandbox)
    ada.send(f"{HOME}/account", ACCOUNT | {"email": DEVELOPER.title()})

    assert ada.alerts == ["There is an account with this e-mail address. Sign in."]


def test_a_sign_in_ends_with_the_session(sandbox: SandboxProcess) -> None:
    developer = Developer(sandbox)
    developer.sign_in()
    sandbox.control("POST", "clock", {"advance": 36_001})

    developer.visit(f"{HOME}/applications")

    assert developer.heading == "Developer Portal"


def test_a_stranger_has_no_part_in_ones_applications(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    ada = Developer(sandbox)
    ada.send(f"{HOME}/account", ACCOUNT)
    ada.send(f"{HOME}/access")
    ada.send(f"{HOME}/setup", {"organization": "Ada ISV AS"})

    for path in ("", "/credentials", "/integrations", "/store", "/delete"):
        ada.visit(address + path)
        assert (ada.shown.status_code, ada.heading) == (404, "No such application")
    ada.send(f"{address}/secrets")
    assert ada.shown.status_code == 404
    assert "neXtGen Test" not in ada.visit(f"{HOME}/applications")


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_form_of_another_site_changes_nothing(
    sandbox: SandboxProcess, developer: Developer, origin: str
) -> None:
    address = developer.create(SERVICE_FORM)

    developer.send(f"{address}/secrets", headers={"Origin": origin})
    assert developer.shown.status_code == 403
    assert developer.application("isv_nextgen_test")["secrets"] == []

    developer.send(f"{address}/secrets", headers={"Origin": sandbox.url})
    assert len(developer.application("isv_nextgen_test")["secrets"]) == 1


def test_what_people_type_is_shown_as_text(developer: Developer) -> None:
    address = developer.create(SERVICE_FORM | {"name": "<b>Bold & co</b>"})

    developer.visit(address)

    assert "<h1>&lt;b&gt;Bold &amp; co&lt;/b&gt;</h1>" in developer.shown.text


def test_deleting_an_application_ends_its_tokens_codes_and_approvals(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    service = "isv_nordhandel_service"
    sandbox.control("POST", "approvals", {"client_id": service, "tenant_id": tenant_id})

    developer.visit(f"{HOME}/applications/{service}/delete")
    assert developer.heading == "Delete Nordhandel Orders (service)"
    developer.send(f"{HOME}/applications/{service}/delete")

    world = sandbox.world()
    assert [one["client_id"] for one in world["applications"]] == ["isv_nordhandel_web"]
    assert world["invitation_codes"] == world["approvals"] == []


def test_a_saved_state_holds_all_of_the_portal(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    developer.make_publishable(address)
    developer.publish(address)
    developer.generate_secret(address)
    developer.generate_code(address)
    tabs = [f"{address}/{tab}" for tab in ("credentials", "integrations", "store")]
    pages = [address, *tabs, "/mails"]
    before = [developer.visit(page) for page in pages]
    state = sandbox.control("GET", "state")
    sandbox.reset()

    sandbox.control("PUT", "state", state)

    assert [developer.visit(page) for page in pages] == before


@point("I19.debugger")
def test_more_leads_to_the_debugger(sandbox: SandboxProcess, developer: Developer) -> None:
    shown = developer.visit(f"{HOME}/applications")

    assert '<a href="/connect/debugger">Debugger</a>' in shown
