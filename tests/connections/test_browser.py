"""Both ways in, clicked through in a real browser: without scripts, and looked at by axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from integrations.connections.models import Connection, Integration
from tests.connections.conftest import INVITATION_CODE, NORDHANDEL, Invite
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def portal(transactional_db: None, live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser whose owner switched scripts off."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def sign_in_at_visma(page: Page, email: str) -> None:
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", "sandbox")
    page.locator("form:has(input[name=password]) button").first.click()


def headline(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)


def consent(page: Page, portal: str, token: str) -> None:
    """From the link to the company page."""
    page.goto(f"{portal}/i/{token}")
    assert page.url == f"{portal}/connect/"
    page.get_by_role("button", name="Continue to Visma").click()
    sign_in_at_visma(page, NORDHANDEL)
    page.get_by_role("button", name="Allow").click()


def test_connects_without_scripts(
    portal: str,
    integration: Integration,
    invite: Invite,
    plain: Page,
    sandbox: SandboxProcess,
) -> None:
    consent(plain, portal, invite(integration))

    headline(plain, "Should orders go to Fjordlys AS?")
    assert "code=" not in plain.url
    plain.get_by_role("button", name="Connect Fjordlys AS").click()

    headline(plain, "Fjordlys AS is connected")
    assert Connection.objects.get().state == Connection.State.CONNECTED


def test_connects_over_the_app_store_without_scripts(
    portal: str,
    service_integration: Integration,
    invite: Invite,
    plain: Page,
    browser: Browser,
    sandbox: SandboxProcess,
) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    plain.goto(f"{portal}/i/{invite(service_integration)}")
    headline(plain, "Approve it in Visma’s App Store")
    store = plain.get_by_role("link", name="Open the App Store").get_attribute("href")

    shop = browser.new_context(java_script_enabled=False).new_page()
    shop.goto(str(store))
    sign_in_at_visma(shop, "admin@fjordlys.example")
    shop.get_by_role("button", name="Accept").click()
    shop.check(f"input[name=tenant_id][value='{tenant_id}']")
    shop.get_by_role("button", name="Continue").click()
    shop.fill("input[name=code]", INVITATION_CODE)
    shop.get_by_role("button", name="Find").click()
    shop.get_by_role("button", name="Integrate").click()
    shop.get_by_role("button", name="Accept").click()
    shop.context.close()

    plain.get_by_label("Tenant id of Fjordlys").fill(tenant_id)
    plain.get_by_role("button", name="Check it").click()

    headline(plain, "Fjordlys AS is connected and waits for a yes")
    assert Connection.objects.get().state == Connection.State.CONNECTED


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    portal: str,
    integration: Integration,
    service_integration: Integration,
    invite: Invite,
    page: Page,
    sandbox: SandboxProcess,
    scheme: Any,
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    token = invite(integration)

    def well() -> None:
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
        page.set_viewport_size({"width": 1280, "height": 800})
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    page.goto(f"{portal}/i/{token}")
    well()
    consent(page, portal, token)
    well()
    page.get_by_role("button", name="Connect Fjordlys AS").click()
    headline(page, "Fjordlys AS is connected")
    well()
    page.goto(f"{portal}/connect/stopped/no_role/")
    well()
    page.goto(f"{portal}/i/{invite(service_integration)}")
    well()
    page.get_by_label("Tenant id of Fjordlys").fill("not an id")
    page.get_by_role("button", name="Check it").click()
    well()
