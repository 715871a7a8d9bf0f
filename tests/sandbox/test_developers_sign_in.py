"""What is registered in the portal works at Visma Connect."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.sandbox.developer import PNG, SPA_FORM, WEB_FORM, Developer
from tests.sandbox.visitor import VERIFIER, Visitor
from tests.sandbox_process import SandboxProcess

CALLBACK = WEB_FORM["redirect_uris"]
READ = "vismanet_erp_interactive_api:read"
OFFLINE = {"offline_access": "on", "pkce": "on", "token_minutes": "5"}


def test_a_web_application_signs_people_in_and_stays(
    sandbox: SandboxProcess, developer: Developer, visitor: Visitor
) -> None:
    address = developer.create(WEB_FORM | OFFLINE)
    secret = developer.generate_secret(address)
    developer.integrate(address, READ, api="interactive")
    developer.approve_integration(address, 1)

    code = _consent(visitor, "isv_nextgen_web", f"openid offline_access {READ}")
    answer = _redeem(sandbox, code, "isv_nextgen_web", client_secret=secret)

    assert answer["scope"] == f"openid offline_access {READ}"
    assert answer["expires_in"] == 300
    assert {"refresh_token", "id_token"} <= answer.keys()


def test_a_single_page_app_proves_itself_by_its_verifier(
    sandbox: SandboxProcess, developer: Developer, visitor: Visitor
) -> None:
    address = developer.create(SPA_FORM)
    developer.integrate(address, READ, api="interactive")
    developer.approve_integration(address, 1)

    code = _consent(visitor, "isv_nextgen_page", f"openid {READ}")
    answer = _redeem(sandbox, code, "isv_nextgen_page")

    assert answer["scope"] == f"openid {READ}"
    assert "refresh_token" not in answer


def test_a_pending_scope_stops_the_sign_in_with_an_error_id(
    developer: Developer, visitor: Visitor
) -> None:
    address = developer.create(WEB_FORM)
    developer.integrate(address, READ, api="interactive")

    visitor.authorize(client_id="isv_nextgen_web", redirect_uri=CALLBACK, scope=READ)

    assert visitor.heading == "This sign-in can't start"


def test_a_certified_partner_shows_its_logo_where_others_show_a_warning(
    developer: Developer, visitor: Visitor
) -> None:
    address = developer.create(WEB_FORM)
    developer.send(f"{address}/logo", files={"logo": ("logo.png", PNG, "image/png")})
    developer.send(f"{address}/logo/decision", {"decision": "approved"})
    _authorize(visitor, "isv_nextgen_web", "openid")
    assert "not by a Visma partner" in visitor.shown.text

    developer.send(f"{address}/partner", {"decision": "approved"})
    _authorize(visitor, "isv_nextgen_web", "openid")

    assert "not by a Visma partner" not in visitor.shown.text
    assert 'src="data:image/png;base64,' in visitor.shown.text


def _authorize(visitor: Visitor, client_id: str, scope: str) -> None:
    """Up to the consent page."""
    visitor.authorize(
        client_id=client_id, redirect_uri=CALLBACK, response_mode="form_post", scope=scope
    )
    if visitor.heading == "Sign in":
        visitor.sign_in("nordhandel@fjordlys.example")


def _consent(visitor: Visitor, client_id: str, scope: str) -> str:
    """Return the code that the application would be posted."""
    _authorize(visitor, client_id, scope)
    visitor.press(decision="allow")
    found = re.search(r'name="code" value="([^"]+)"', visitor.shown.text)
    assert found, visitor.shown.text
    return found[1]


def _redeem(sandbox: SandboxProcess, code: str, client_id: str, **secret: str) -> Any:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": client_id,
    }
    return requests.post(f"{sandbox.url}/connect/token", data=form | secret, timeout=10).json()
