"""What a client may ask at the authorization endpoint, and how the answer gets back."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from tests.sandbox.clients import advance, call, change, tokens_of, verified, why
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
    refresh,
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


@point("I8.query")
def test_answers_in_the_query_with_all_that_visma_sends(visitor: Visitor) -> None:
    visitor.authorize(state="a b&c=d", response_mode="query")
    visitor.sign_in(USER)
    visitor.press(decision="allow")

    answer = visitor.answer
    assert answer.keys() >= {"code", "scope", "state", "session_state"}
    assert (answer["state"], answer["scope"]) == ("a b&c=d", SCOPES)
    assert re.fullmatch(r"[0-9A-F]{64}", answer["code"])


@point("I8.form_post")
def test_posts_the_answer_from_a_page_that_works_without_scripts(visitor: Visitor) -> None:
    visitor.authorize(response_mode="form_post")
    visitor.sign_in(USER)
    visitor.press(decision="allow")

    page = visitor.shown
    assert f'method="post" action="{CALLBACK}"' in page.text
    assert set(visitor.names()) == {"code", "scope", "session_state", "state", "iss"}
    assert '<button type="submit">Continue</button>' in page.text
    assert '<script src="/connect/answer.js">' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' http://portal.example" in policy
    assert "script-src 'self'" in policy
    assert visitor.session.get(f"{visitor.url}/connect/answer.js").status_code == 200


@point("I8.issuer")
def test_the_answer_names_its_issuer(sandbox: SandboxProcess) -> None:
    assert consent(sandbox.url).get("iss") == sandbox.url


@point("I8.default_mode")
def test_without_a_response_mode_the_answer_is_in_the_query(visitor: Visitor) -> None:
    visitor.authorize(response_mode=None)
    visitor.sign_in(USER)
    visitor.press(decision="allow")

    assert visitor.shown.status_code == 303
    assert "code" in visitor.answer


@point("I8.once")
def test_a_code_works_once_for_its_client_and_redirect_uri(sandbox: SandboxProcess) -> None:
    code = consent(sandbox.url)["code"]
    assert redeem(sandbox.url, code).status_code == 200
    assert redeem(sandbox.url, code).json() == {"error": "invalid_grant"}

    change(sandbox, "isv_other", kind="web", client_secret="other", scopes=["openid"])
    form = {
        "grant_type": "authorization_code",
        "code": consent(sandbox.url)["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = call(sandbox, "token", ("isv_other", "other"), **form)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


@point("I8.life")
def test_a_code_lives_five_minutes(sandbox: SandboxProcess) -> None:
    early, late = consent(sandbox.url)["code"], consent(sandbox.url)["code"]

    advance(sandbox, 290)
    assert redeem(sandbox.url, early).status_code == 200
    advance(sandbox, 15)
    assert redeem(sandbox.url, late).json() == {"error": "invalid_grant"}


@point("I8.replay")
def test_a_code_that_comes_twice_revokes_what_it_gave(sandbox: SandboxProcess) -> None:
    code = consent(sandbox.url)["code"]
    token = redeem(sandbox.url, code).json()["refresh_token"]

    redeem(sandbox.url, code)

    assert refresh(sandbox.url, token).json() == {"error": "invalid_grant"}


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
