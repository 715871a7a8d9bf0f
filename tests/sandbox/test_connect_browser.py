"""Visma Connect in a real browser: its pages, its scripts, and scripts of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from tests.sandbox.clients import change
from tests.sandbox.listener import Listener, listening
from tests.sandbox.looks import assert_fine
from tests.sandbox.visitor import ASKED, VERIFIER
from tests.sandbox_process import SandboxProcess

USER = "nordhandel@fjordlys.example"


@pytest.fixture
def portal(sandbox: SandboxProcess) -> Iterator[Listener]:
    with listening() as found:
        change(sandbox, redirect_uris=[found.url])
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert complaints == []


def test_its_rarer_pages_are_accessible(
    sandbox: SandboxProcess, portal: Listener, page: Page
) -> None:
    sandbox.control("POST", "users", {"email": USER, "totp_secret": "JBSWY3DPEHPK3PXP"})
    change(sandbox, partner=False)
    _authorize(sandbox, portal, page, ui_locales="fi-FI")
    assert_fine(page)
    _sign_in(page)
    assert_fine(page)
    page.goto(f"{sandbox.url}/connect/debugger")
    assert_fine(page)
    page.goto(f"{sandbox.url}/connect/endsession")
    assert_fine(page)

    sandbox.control("POST", "users", {"email": USER, "totp_secret": ""})
    _authorize(sandbox, portal, page)
    _sign_in(page)
    assert page.get_by_role("alert").count() == 1
    assert_fine(page)


def test_with_scripts_the_answer_posts_itself(
    sandbox: SandboxProcess, portal: Listener, page: Page
) -> None:
    _authorize(sandbox, portal, page, response_mode="form_post")
    _sign_in(page)
    page.get_by_role("button", name="Allow").click()

    page.wait_for_url(portal.url)


def test_the_frame_tells_a_living_session_from_an_ended_one(
    sandbox: SandboxProcess, portal: Listener, page: Page
) -> None:
    _authorize(sandbox, portal, page)
    _sign_in(page)
    with page.expect_request(f"{portal.url}?**") as asked:
        page.get_by_role("button", name="Allow").click()
    state = dict(part.split("=") for part in asked.value.url.partition("?")[2].split("&"))
    message = f"{ASKED['client_id']} {state['session_state']}"

    assert _checked(sandbox, page, message) == "unchanged"
    assert _checked(sandbox, page, f"{message}0") == "changed"
    assert _checked(sandbox, page, "nonsense") == "error"


def test_a_single_page_application_gets_its_token_with_a_script(
    sandbox: SandboxProcess, portal: Listener, page: Page
) -> None:
    change(sandbox, "isv_spa", kind="spa", redirect_uris=[portal.url], scopes=["openid", "email"])
    _authorize(sandbox, portal, page, client_id="isv_spa", scope="openid email")
    _sign_in(page)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{portal.url}?**")

    claims: Any = page.evaluate(SINGLE_PAGE, [sandbox.url, portal.url, VERIFIER])

    assert claims["email"] == USER


SINGLE_PAGE = """async ([visma, callback, verifier]) => {
  const metadata = await (await fetch(`${visma}/.well-known/openid-configuration`)).json();
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: "isv_spa",
    redirect_uri: callback,
    code_verifier: verifier,
    code: new URLSearchParams(location.search).get("code"),
  });
  const answer = await fetch(metadata.token_endpoint, { method: "POST", body: form });
  const token = (await answer.json()).access_token;
  const headers = { Authorization: `Bearer ${token}` };
  return (await fetch(metadata.userinfo_endpoint, { headers })).json();
}"""
CHECK = """([visma, message]) => new Promise((done) => {
  window.addEventListener("message", (event) => done(event.data), { once: true });
  const frame = document.createElement("iframe");
  frame.src = `${visma}/connect/checksession`;
  frame.onload = () => frame.contentWindow.postMessage(message, visma);
  document.body.append(frame);
})"""


def _authorize(sandbox: SandboxProcess, portal: Listener, page: Page, **changes: str) -> None:
    asked = ASKED | {"redirect_uri": portal.url} | changes
    page.goto(f"{sandbox.url}/connect/authorize?{urlencode(asked)}")


def _sign_in(page: Page) -> None:
    page.fill("input[name=email]", USER)
    page.fill("input[name=password]", "sandbox")
    page.locator("form button").first.click()


def _checked(sandbox: SandboxProcess, page: Page, message: str) -> Any:
    return page.evaluate(CHECK, [sandbox.url, message])
