"""VNI, its warnings and the switch to an approval, in a real browser: small, dark, and with axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from integrations.connections.models import Application, Connection, Integration
from integrations.tenants.models import User
from tests.connections.conftest import NORDHANDEL, REGNSKAP, Invite
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
Well = Callable[[str], None]


@pytest.fixture
def portal(transactional_db: None, live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture(params=["light", "dark"])
def well(page: Page, request: pytest.FixtureRequest) -> Well:
    """Nothing is wrong with the page of this heading, narrow and wide."""
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")

    def looked(heading: str) -> None:
        expect(page.locator("h1")).to_have_text(heading)
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
        page.set_viewport_size({"width": 1280, "height": 800})
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return looked


def sign_in_at_visma(page: Page, email: str) -> None:
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", "sandbox")
    page.locator("form:has(input[name=password]) button").first.click()
    page.get_by_role("button", name="Allow").click()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue to Visma").click()


def test_vni_from_the_link_to_the_warning(
    portal: str,
    vni_integration: Integration,
    invite: Invite,
    page: Page,
    well: Well,
    sandbox: SandboxProcess,
) -> None:
    page.goto(f"{portal}/i/{invite(vni_integration)}")
    well("Nordhandel asks to put your orders into Visma.net")
    go_on(page)
    sign_in_at_visma(page, REGNSKAP)
    well("Which companies should get orders?")
    page.get_by_label("Fjordlys AS").check()
    page.get_by_role("button", name="Connect the companies").click()
    well("Fjordlys AS is connected and waits for a yes")

    page.context.clear_cookies()
    page.goto(f"{portal}/i/{invite(vni_integration)}")
    page.get_by_label("Who will sign in at Visma?").fill(REGNSKAP)
    go_on(page)
    well("This sign-in ends another access")
    page.get_by_role("link", name="Use another Visma user").click()
    page.get_by_label("Who will sign in at Visma?").fill("webshop@fjordlys.example")
    go_on(page)
    sign_in_at_visma(page, REGNSKAP)
    well("Another Visma user signed in than you said")
    page.get_by_role("button", name=f"Go on with {REGNSKAP}").click()
    well("Which companies should get orders?")
    page.goto(f"{portal}/connect/")
    well("Nordhandel asks to put your orders into Visma.net")
    page.get_by_role("link", name="Go on where you were").click()
    expect(page.locator("h1")).to_have_text("Which companies should get orders?")


def test_the_switch_from_the_consent_and_from_the_workspace(
    portal: str,
    integration: Integration,
    invite: Invite,
    member: User,
    page: Page,
    well: Well,
    sandbox: SandboxProcess,
) -> None:
    Application.objects.update(invitation_code="FJORD-4096-LYS")
    sandbox.switch(v3_accepts_user_tokens=False)
    page.goto(f"{portal}/i/{invite(integration)}")
    go_on(page)
    sign_in_at_visma(page, NORDHANDEL)
    page.get_by_role("button", name="Connect Fjordlys AS").click()
    well("One thing is in the way")
    page.get_by_role("button", name="Check it").click()
    well("One thing is in the way")
    expect(page.get_by_text("We look every minute")).to_be_visible()

    connection = Connection.objects.get()
    page.goto(f"{portal}/accounts/login/?next=/t/fjordlys/connections/{connection.pk}/switch/")
    page.fill("input[name=login]", member.email)
    page.fill("input[name=password]", "correct horse battery")
    page.get_by_role("button", name="Sign in").first.click()
    well("Approve Fjordlys AS in the App Store instead")
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approval = {"client_id": "isv_nordhandel_web", "tenant_id": tenant_id}
    sandbox.control("POST", "approvals", approval)
    page.get_by_role("button", name="Check it").click()
    well("Orders for Fjordlys AS go by approval")
    page.goto(f"{portal}/t/fjordlys/companies/{connection.pk}/")
    page.get_by_role("link", name="By sign-in, or by approval").click()
    expect(page.locator("h1")).to_have_text("Orders for Fjordlys AS go by approval")
