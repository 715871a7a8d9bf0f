"""How the answer of the authorization endpoint gets back, and what its code is good for."""

from __future__ import annotations

import re

from tests.sandbox.clients import advance, call, change
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import (
    CALLBACK,
    SCOPES,
    VERIFIER,
    Visitor,
    consent,
    redeem,
    refresh,
)
from tests.sandbox_process import SandboxProcess

USER = "nordhandel@fjordlys.example"


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
