"""What a client may ask at the authorization endpoint, and how the answer gets back."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from tests.sandbox.clients import call, change, tokens_of, verified, why
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import (
    ASKED,
    CALLBACK,
    CHALLENGE,
    SCOPES,
    VERIFIER,
    WEB,
    Visitor,
    consent,
    redeem,
)
from tests.sandbox_process import SandboxProcess

USER = "nordhandel@fjordlys.example"


@point("I3.first")
def test_client_and_redirect_uri_come_before_all_else(visitor: Visitor) -> None:
    visitor.authorize(client_id="isv_unknown", response_type="token", scope=None)
    assert "client_id" in why(visitor)

    visitor.authorize(redirect_uri=f"{CALLBACK}/", response_type="token", scope=None)
    assert "redirect_uri" in why(visitor)


@point("I3.exact")
@pytest.mark.parametrize(
    "uri",
    [
        f"{CALLBACK}/",
        CALLBACK.replace("http:", "https:"),
        CALLBACK.replace("portal.example", "PORTAL.example"),
        CALLBACK.replace("callback", "Callback"),
        f"{CALLBACK}?more=1",
    ],
)
def test_a_redirect_uri_is_compared_letter_by_letter(visitor: Visitor, uri: str) -> None:
    visitor.authorize(redirect_uri=uri)

    assert "Location" not in visitor.shown.headers
    assert "redirect_uri is not registered" in why(visitor)


@point("I3.debugger")
def test_the_debugger_resolves_an_error_id(visitor: Visitor) -> None:
    visitor.authorize(scope=f"{SCOPES} admin")
    story = why(visitor)
    for told in ("does not have the scope admin", "invalid_scope", WEB[0]):
        assert told in story

    assert visitor.session.get(f"{visitor.url}/connect/debugger").status_code == 200
    unknown = visitor.session.get(f"{visitor.url}/connect/debugger?id=0123")
    assert unknown.status_code == 404
    assert 'value="0123"' in unknown.text


@point("I4.pkce")
def test_asks_for_a_challenge_only_when_the_application_uses_pkce(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize(code_challenge=None, code_challenge_method=None)
    assert "no code_challenge" in why(visitor)

    change(sandbox, pkce=False)
    visitor.authorize(code_challenge=None, code_challenge_method=None)
    visitor.sign_in(USER)
    visitor.press(decision="allow")
    assert redeem(sandbox.url, visitor.answer["code"]).json() == {"error": "invalid_grant"}

    visitor.authorize(code_challenge=None, code_challenge_method=None)
    visitor.press(decision="allow")
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    answer = call(sandbox, "token", **form, code=visitor.answer["code"])
    assert answer.status_code == 200


@point("I4.methods")
@pytest.mark.parametrize(
    ("challenge", "method"),
    [(VERIFIER, "plain"), (VERIFIER, None), (CHALLENGE.decode().rstrip("="), "S256")],
)
def test_takes_plain_and_hashed_challenges(
    sandbox: SandboxProcess, visitor: Visitor, challenge: str, method: str | None
) -> None:
    visitor.authorize(code_challenge=challenge, code_challenge_method=method)
    visitor.sign_in(USER)
    visitor.press(decision="allow")

    assert redeem(sandbox.url, visitor.answer["code"]).status_code == 200


@point("I4.verifier")
@pytest.mark.parametrize("length", [42, 129])
def test_a_challenge_has_43_to_128_characters(visitor: Visitor, length: int) -> None:
    visitor.authorize(code_challenge="v" * length, code_challenge_method="plain")

    assert "code_challenge" in why(visitor)


@point("I4.hybrid")
def test_hybrid_flow_is_off_until_the_application_has_it_on(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize(response_type="code id_token", response_mode=None)
    assert "unsupported_response_type" in why(visitor)

    change(sandbox, hybrid=True)
    visitor.authorize(response_type="id_token code", response_mode=None)
    visitor.sign_in(USER)
    visitor.press(decision="allow")

    fragment = dict(parse_qsl(urlsplit(visitor.shown.headers["Location"]).fragment))
    assert fragment.keys() == {"code", "id_token", "scope", "session_state", "state", "iss"}
    claims = verified(sandbox, fragment["id_token"], WEB[0])
    assert claims["nonce"] == "nonce-1"
    assert claims["c_hash"] == _half(fragment["code"])
    tokens = redeem(sandbox.url, fragment["code"]).json()
    assert verified(sandbox, tokens["id_token"], WEB[0])["at_hash"] == _half(tokens["access_token"])


@point("I4.nonce")
def test_hybrid_flow_needs_a_nonce_and_openid_and_no_query(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    change(sandbox, hybrid=True)
    visitor.authorize(response_type="code id_token", response_mode=None, nonce=None)
    assert "nonce" in why(visitor)
    visitor.authorize(response_type="code id_token", response_mode="query")
    assert "response_mode" in why(visitor)
    visitor.authorize(response_type="code id_token", response_mode=None, scope="email")
    assert "openid" in why(visitor)

    visitor.authorize(nonce=None)
    assert visitor.heading == "Sign in"


@point("I4.scopes")
def test_refuses_scopes_that_are_not_on_the_application(visitor: Visitor) -> None:
    visitor.authorize(scope="openid vismanet_erp_interactive_api:admin")
    assert "vismanet_erp_interactive_api:admin" in why(visitor)


@point("I4.offline")
def test_refuses_offline_access_that_is_not_ticked(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    change(sandbox, offline_access=False)

    visitor.authorize()

    assert "Offline access is off" in why(visitor)


@point("I4.openid")
def test_a_request_without_openid_is_plain_oauth(sandbox: SandboxProcess) -> None:
    tokens = tokens_of(sandbox, scope="vismanet_erp_interactive_api:read offline_access")

    assert "id_token" not in tokens
    assert tokens["scope"] == "vismanet_erp_interactive_api:read offline_access"


@point("I4.public")
def test_a_single_page_application_needs_pkce_and_no_secret(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    _single_page(sandbox, pkce=False)
    asked = {"client_id": "isv_spa", "scope": "openid email"}
    visitor.authorize(**asked, code_challenge=None, code_challenge_method=None)
    assert "no code_challenge" in why(visitor)

    form = _public_code(sandbox, **asked)
    assert call(sandbox, "token", None, **form, client_secret="x").json() == {
        "error": "invalid_client"
    }
    assert call(sandbox, "token", None, **form).json().keys() == {
        "access_token",
        "id_token",
        "expires_in",
        "token_type",
        "scope",
    }


@point("I4.public_refresh")
def test_a_single_page_application_gets_no_refresh_token(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    _single_page(sandbox)

    visitor.authorize(client_id="isv_spa", scope="openid offline_access")

    assert "Offline access is off" in why(visitor)


def test_with_the_switch_a_single_page_application_refreshes(sandbox: SandboxProcess) -> None:
    sandbox.switch(public_refresh_tokens=True)
    _single_page(sandbox)
    form = _public_code(sandbox, client_id="isv_spa", scope="openid offline_access")

    token = call(sandbox, "token", None, **form).json()["refresh_token"]

    again = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "isv_spa"}
    assert call(sandbox, "token", None, **again).status_code == 200


def _half(value: str) -> str:
    digest = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    hashed = digest.compute_hash_digest(value.encode())
    return jwt.utils.base64url_encode(hashed[:16]).decode()


def _single_page(sandbox: SandboxProcess, **members: bool) -> None:
    scopes = ["openid", "email", "offline_access"]
    change(sandbox, "isv_spa", kind="spa", redirect_uris=[CALLBACK], scopes=scopes, **members)


def _public_code(sandbox: SandboxProcess, **asked: str) -> dict[str, str]:
    """The form with which a public client redeems a code it has just got."""
    return {
        "grant_type": "authorization_code",
        "code": consent(sandbox.url, **asked)["code"],
        "redirect_uri": ASKED["redirect_uri"],
        "code_verifier": VERIFIER,
        "client_id": asked["client_id"],
    }
