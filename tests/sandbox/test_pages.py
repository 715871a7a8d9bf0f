"""The pages in a real browser: accessible, and usable with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

import pytest
from playwright.sync_api import Browser, Page

from tests.sandbox.developer import HOME as DEVELOPERS
from tests.sandbox.developer import SERVICE_FORM, Developer
from tests.sandbox.looks import assert_fine
from tests.sandbox.visitor import ASKED
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def calm_page(browser: Browser) -> Iterator[Page]:
    """A page on whose console nothing may appear."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert complaints == []


def test_every_page_is_accessible(sandbox: SandboxProcess, calm_page: Page) -> None:
    for path in ("", "/swagger/index.html", "/connect/debugger", "/mails"):
        _visit(calm_page, sandbox.url + path)
    _visit(calm_page, f"{sandbox.url}/connect/authorize?{urlencode(ASKED)}")
    _fill(calm_page, "regnskap@fjordlys.example")
    assert _heading(calm_page) == "Choose a company"
    assert_fine(calm_page)
    calm_page.get_by_label("Fjordlys Danmark ApS").check()
    calm_page.get_by_role("button", name="Continue").click()
    assert _heading(calm_page) == "Nordhandel Orders asks for access to Fjordlys Danmark ApS"
    assert_fine(calm_page)


def test_every_page_of_the_app_store_is_accessible(
    sandbox: SandboxProcess, calm_page: Page
) -> None:
    _visit(calm_page, f"{sandbox.url}/appstore")
    _fill(calm_page, "admin@fjordlys.example")
    _press(calm_page, "Accept")
    calm_page.get_by_label("Fjordlys AS").check()
    _press(calm_page, "Continue")
    calm_page.get_by_label("Invitation code").fill("FJORD-2048-LYS")
    for button in ("Find", "Integrate", "Accept"):
        _press(calm_page, button)
    assert _heading(calm_page) == "Nordhandel Orders (service) may work in Fjordlys AS"
    assert_fine(calm_page)
    _visit(calm_page, f"{sandbox.url}/appstore/mine")
    calm_page.get_by_role("link", name="Manage").click()
    assert_fine(calm_page)
    _press(calm_page, "Withdraw")
    assert sandbox.world()["approvals"] == []


def test_every_page_of_visma_admin_is_accessible(sandbox: SandboxProcess, calm_page: Page) -> None:
    _visit(calm_page, f"{sandbox.url}/admin")
    _fill(calm_page, "admin@fjordlys.example")
    assert_fine(calm_page)
    calm_page.get_by_role("link", name="regnskap@fjordlys.example").click()
    assert_fine(calm_page)
    _press(calm_page, "Save and close")
    _visit(calm_page, f"{sandbox.url}/admin/companies")
    calm_page.get_by_role("link", name="Edit").first.click()
    assert_fine(calm_page)


def test_the_page_of_webhooks_is_accessible(sandbox: SandboxProcess, calm_page: Page) -> None:
    _visit(calm_page, f"{sandbox.url}/webhooks")
    calm_page.get_by_label("Address").fill("http://localhost:9/hook")
    _press(calm_page, "Subscribe")
    _visit(calm_page, f"{sandbox.url}/webhooks")


def test_every_page_of_the_switches_is_accessible(sandbox: SandboxProcess, calm_page: Page) -> None:
    sandbox.fault("status", count=3)
    sandbox.script("ok", "hang", repeat=True)
    sandbox.save("before")
    for tab in ("", "/faults", "/state", "/witness"):
        _visit(calm_page, f"{sandbox.url}/switches{tab}")


def test_every_page_of_the_developer_portal_is_accessible(
    sandbox: SandboxProcess, developer: Developer, calm_page: Page
) -> None:
    service = developer.create(SERVICE_FORM)
    developer.make_publishable(service)
    developer.publish(service, "public")
    sandbox.switch(settings_delay=90)
    developer.generate_secret(service)
    demo = f"{DEVELOPERS}/applications/isv_nordhandel_service"
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    approval = {"client_id": "isv_nordhandel_service", "tenant_id": tenant_id}
    sandbox.control("POST", "approvals", approval)
    developer.send(f"{demo}/codes/withdraw", {"code": "FJORD-2048-LYS"})
    _carry_cookie(developer, calm_page)

    for path in (
        DEVELOPERS,
        f"{DEVELOPERS}/applications/new?kind=web",
        f"{DEVELOPERS}/applications/new?kind=spa",
        f"{DEVELOPERS}/apis/interactive",
        f"{DEVELOPERS}/signout",
        service,
        *(f"{service}/{tab}" for tab in ("credentials", "store", "delete")),
        f"{demo}/integrations",
        f"{demo}/store",
    ):
        _visit(calm_page, sandbox.url + path)
    _visit(calm_page, f"{sandbox.url}/mails")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_posted_answer_reaches_the_application(
    sandbox: SandboxProcess, browser: Browser, scripts: bool
) -> None:
    callback = f"{sandbox.url}/callback-of-the-portal"
    sandbox.control(
        "POST", "applications", {"client_id": ASKED["client_id"], "redirect_uris": [callback]}
    )
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    asked = ASKED | {"redirect_uri": callback, "response_mode": "form_post"}
    page.goto(f"{sandbox.url}/connect/authorize?{urlencode(asked)}")
    _fill(page, "nordhandel@fjordlys.example")
    with page.expect_request(callback) as answered:
        page.get_by_role("button", name="Allow").click()
        if not scripts:
            page.get_by_role("button", name="Continue").click()
    context.close()

    assert answered.value.method == "POST"
    assert "state=state-1" in (answered.value.post_data or "")


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_browser_brings_both_codes_of_one_consent(
    sandbox: SandboxProcess, browser: Browser, mode: str
) -> None:
    callback = f"{sandbox.url}/callback-of-the-portal"
    sandbox.control(
        "POST", "applications", {"client_id": ASKED["client_id"], "redirect_uris": [callback]}
    )
    sandbox.fault("double_code")
    page = browser.new_page()
    asked = ASKED | {"redirect_uri": callback, "response_mode": mode}
    page.goto(f"{sandbox.url}/connect/authorize?{urlencode(asked)}")
    _fill(page, "nordhandel@fjordlys.example")
    called: list[str] = []
    page.on("request", lambda one: called.append(f"{one.url}?{one.post_data or ''}"))
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{callback}*")
    page.close()

    answers = [dict(parse_qsl(one.partition("?")[2])) for one in called if one.startswith(callback)]
    codes = [one["code"] for one in answers]
    assert len(codes) == len(set(codes)) == 2


def _carry_cookie(developer: Developer, page: Page) -> None:
    for name, value in developer.session.cookies.get_dict().items():
        page.context.add_cookies([{"name": name, "value": value, "url": developer.sandbox.url}])


def _visit(page: Page, address: str) -> None:
    page.goto(address)
    assert_fine(page)


def _press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    assert_fine(page)


def _fill(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill("sandbox")
    page.get_by_role("button", name="Sign in").click()


def _heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()
