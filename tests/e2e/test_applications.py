"""Staff walk one application through Visma's Developer Portal with the checklist beside it."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import Page, expect

from integrations.connections.models import Application
from integrations.tenants.models import User
from tests.e2e.conftest import WITH_AND_WITHOUT_SCRIPTS, NewVisitor
from tests.e2e.visitor import Visitor
from tests.sandbox.developer import DEVELOPER, PASSWORD, PNG
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser
NEW = "Register an application"


@pytest.fixture(autouse=True)
def portal_of_the_sandbox(sandbox: SandboxProcess, settings: pytest.FixtureRequest) -> None:
    settings.VISMA_DEVELOPER_PORTAL_URL = f"{sandbox.url}/developers"  # type: ignore[attr-defined]  # pytest-django's wrapper


@pytest.fixture
def nora(visitor: Visitor, staff: User) -> Visitor:
    """Staff, signed in."""
    visitor.sign_in("/console/applications/", staff.email)
    return visitor


@WITH_AND_WITHOUT_SCRIPTS
def test_a_service_application_is_walked_to_its_invitation_code(
    nora: Visitor, new_visitor: NewVisitor
) -> None:
    nora.sees("No application is registered yet")
    _register(nora, "Service", "Service, approved in the App Store", "isv_walked")
    nora.sees("11 steps left before real companies")
    visma = _sign_in_at_developer_portal(nora, new_visitor)

    _create_service(visma)
    secret = _generate_secret(visma)
    _add_secret(nora, secret)
    nora.reads("Visma takes it. It is used from now on.")
    nora.press("Look again")
    nora.reads("Visma knows the client id.")

    scopes = nora.page.locator("#copy-scopes").input_value().split()
    _ask_for_scopes(visma, scopes)
    nora.press("It is done: API integration asked for")
    _approve_integration(visma)
    nora.press("It is done: API integration approved")
    _approve_logo(visma)
    nora.press("It is done: Logo approved")

    code = _publish(visma)
    nora.press("It is done: Published to the App Store")
    nora.press("It is invite only")
    nora.page.get_by_text("Write down a new code").click()
    nora.page.get_by_label("Invitation code", exact=True).last.fill(code)
    nora.press("Keep the code")

    nora.sees("One step left before real companies")
    nora.reads("Invite a tenant. It counts as soon as its first company works.")
    nora.open("/console/applications/")
    nora.sees("Applications")
    nora.reads("10 of 11 steps")


@WITH_AND_WITHOUT_SCRIPTS
def test_a_web_application_hears_of_a_wrong_redirect_address(
    nora: Visitor, new_visitor: NewVisitor
) -> None:
    _register(nora, "Web", "Visma Connect, a person consents", "isv_walked")
    redirect = nora.page.locator("#redirect").input_value()
    assert redirect == f"{os.environ['PUBLIC_URL']}/callback/connect"
    visma = _sign_in_at_developer_portal(nora, new_visitor)
    _create_web(visma, f"{redirect}/")
    _add_secret(nora, _generate_secret(visma))
    scopes = nora.page.locator("#copy-scopes").input_value().split()
    _ask_for_scopes(visma, scopes)

    nora.press("Look again")
    nora.reads("Visma stops the sign-in: client id or redirect address differ.")
    error_id = nora.page.locator("#step-redirect code").first.inner_text()
    visma.goto(f"{_home(visma)}/connect/debugger?id={error_id}")
    expect(visma.locator("main")).to_contain_text("The redirect_uri is not registered")

    _set_redirect(visma, redirect)
    nora.press("Look again")
    nora.reads("Visma sends people back to this address.")
    nora.reads("Visma knows the application and refuses the scopes")

    _approve_integration(visma)
    nora.press("Look again")
    nora.reads("Visma takes every scope that a consent asks for.")
    nora.sees("One step left before real companies")


@WITH_AND_WITHOUT_SCRIPTS
def test_a_secret_is_replaced_and_the_old_one_deleted_at_visma(
    nora: Visitor, new_visitor: NewVisitor
) -> None:
    _register(nora, "Service", "Service, approved in the App Store", "isv_walked")
    visma = _sign_in_at_developer_portal(nora, new_visitor)
    _create_service(visma)
    first = _generate_secret(visma)
    _add_secret(nora, first)
    second = _generate_secret(visma)
    _add_secret(nora, second)

    # The newest one that works stands first; the other goes.
    nora.page.get_by_role("button", name="Use no more").last.click()
    nora.reads("It is used no more. Delete it at Visma too")
    nora.follow("Delete it at Visma")
    nora.sees("Show the secret this once?")
    nora.press("Show it and forget it")
    nora.sees("Delete this secret at Visma now")
    assert nora.page.locator("#retired-secret").input_value() == first

    visma.get_by_label("Secret", exact=True).fill(first)
    visma.get_by_role("button", name="Delete", exact=True).click()
    expect(visma.locator("main")).to_contain_text("The secret is deleted.")
    nora.follow("Back to the application")
    nora.press("Look again")
    assert Application.objects.get().secrets.filter(retired_at=None).get().accepted_at is not None
    assert first not in nora.page.content()


def test_a_single_page_application_is_explained_and_refused(nora: Visitor) -> None:
    nora.follow(NEW)
    nora.page.get_by_label("Name", exact=True).fill("Page")
    nora.page.get_by_label("Single-Page App").check()
    nora.page.get_by_role("radio", name="Visma Connect, a person consents").check()
    nora.page.get_by_label("Client id").fill("isv_page")
    nora.page.get_by_label("What tenants connect").fill("Orders")
    nora.press("Register it")

    nora.sees(NEW)
    nora.reads("A Single-Page App runs in a browser and gets no secret.")
    assert not Application.objects.exists()


def test_the_redirect_address_is_copied_by_a_press(nora: Visitor) -> None:
    _register(nora, "Web", "Visma Connect, a person consents", "isv_walked")
    context = nora.page.context
    context.grant_permissions(["clipboard-read", "clipboard-write"])

    nora.page.locator("button[data-copy=redirect]").click()

    expect(nora.page.get_by_text("Copied").first).to_be_visible()
    copied = nora.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{os.environ['PUBLIC_URL']}/callback/connect"


def _register(nora: Visitor, kind: str, granted: str, client_id: str) -> None:
    nora.follow(NEW)
    nora.sees(NEW)
    nora.page.get_by_label("Name", exact=True).fill("Walked")
    nora.page.get_by_role("radio", name=kind, exact=True).check()
    nora.page.get_by_role("radio", name=granted).check()
    nora.page.get_by_label("Client id").fill(client_id)
    nora.page.get_by_label("What tenants connect").fill("Webshop orders")
    nora.press("Register it")


def _add_secret(nora: Visitor, secret: str) -> None:
    fold = nora.page.locator("#secrets details")
    if fold.get_attribute("open") is None:
        nora.page.get_by_text("Add a secret", exact=True).click()
    nora.page.get_by_label("Client secret").fill(secret)
    nora.press("Add the secret and try it")


# At Visma


def _sign_in_at_developer_portal(nora: Visitor, new_visitor: NewVisitor) -> Page:
    """Follow the page's own link, in another tab."""
    link = nora.page.get_by_role("link", name="Open the Developer Portal").get_attribute("href")
    assert link is not None
    visma = new_visitor(beside=nora).page
    visma.goto(link)
    visma.get_by_label("E-mail address").fill(DEVELOPER)
    visma.get_by_role("button", name="Next").click()
    visma.get_by_label("Password").fill(PASSWORD)
    visma.get_by_role("button", name="Sign in").click()
    return visma


def _create_service(visma: Page) -> None:
    _add_application(visma, "Service")
    visma.get_by_role("button", name="Save").click()


def _create_web(visma: Page, redirect_uri: str) -> None:
    _add_application(visma, "Web")
    visma.get_by_label("Authorization Code").check()
    visma.get_by_label("Redirect URIs", exact=True).fill(redirect_uri)
    visma.get_by_label("Offline access").check()
    visma.get_by_role("button", name="Save").click()


def _add_application(visma: Page, kind: str) -> None:
    visma.goto(f"{_home(visma)}/developers/applications/new")
    visma.get_by_role("main").get_by_role("link", name=kind, exact=True).click()
    visma.get_by_label("Name", exact=True).fill("Walked")
    visma.get_by_label("Client ID", exact=True).fill("walked")


def _generate_secret(visma: Page) -> str:
    visma.get_by_role("link", name="Credentials").click()
    visma.get_by_role("button", name="Generate secret").click()
    return visma.locator("#new-secret").inner_text()


def _set_redirect(visma: Page, redirect_uri: str) -> None:
    visma.goto(f"{_home(visma)}/developers/applications/isv_walked")
    visma.get_by_label("Redirect URIs", exact=True).fill(redirect_uri)
    visma.get_by_role("button", name="Save").click()


def _ask_for_scopes(visma: Page, scopes: list[str]) -> None:
    """One integration for each API that has some of them."""
    for api in ("salesorder", "interactive", "service"):
        visma.goto(f"{_home(visma)}/developers/integrations/new?client_id=isv_walked&api={api}")
        offered = [scope for scope in scopes if visma.get_by_label(scope, exact=True).count()]
        if not offered:
            continue
        for scope in offered:
            visma.get_by_label(scope, exact=True).check()
        visma.get_by_role("button", name="Continue").click()
        visma.get_by_role("button", name="Confirm").click()


def _approve_integration(visma: Page) -> None:
    visma.goto(f"{_home(visma)}/developers/applications/isv_walked/integrations")
    approve = visma.get_by_role("button", name=re.compile("^Approve as"))
    while approve.count():
        approve.first.click()


def _approve_logo(visma: Page) -> None:
    visma.goto(f"{_home(visma)}/developers/applications/isv_walked")
    visma.get_by_label("Upload a logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": PNG}
    )
    visma.get_by_role("button", name="Upload", exact=True).click()
    visma.get_by_role("button", name="Approve as Visma").click()


def _publish(visma: Page) -> str:
    visma.get_by_role("link", name="App Store", exact=True).last.click()
    for label in ("Privacy policy URI", "Terms of service URI", "Developer website URI"):
        visma.get_by_label(label).fill("https://isv.example/page")
    visma.get_by_label("Invite only").check()
    visma.get_by_role("button", name="Save").click()
    visma.get_by_role("link", name="Add new code").click()
    visma.get_by_label("Short description").fill("For Fjordlys")
    visma.get_by_role("button", name="Generate").click()
    return visma.locator("code.copy").first.inner_text()


def _home(visma: Page) -> str:
    return visma.url.split("/developers")[0].split("/connect")[0]
