"""The pages of one consent, and how it can end."""

from __future__ import annotations

import pytest

from tests.sandbox.visitor import ASKED, CALLBACK, Visitor, consent, redeem
from tests.sandbox_process import SandboxProcess

ONE_COMPANY = "nordhandel@fjordlys.example"
TWO_COMPANIES = "regnskap@fjordlys.example"
NO_ROLE = "uten.rolle@fjordlys.example"


def test_a_user_of_one_company_goes_from_sign_in_to_consent(visitor: Visitor) -> None:
    visitor.authorize()
    assert visitor.heading == "Sign in"

    visitor.sign_in(ONE_COMPANY)
    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys AS"

    visitor.press(decision="allow")
    assert visitor.answer.keys() == {"code", "scope", "session_state", "state", "iss"}
    assert visitor.answer["state"] == "state-1"
    assert visitor.answer["iss"] == visitor.url


def test_a_user_of_two_companies_chooses_one(sandbox: SandboxProcess, visitor: Visitor) -> None:
    denmark = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    visitor.authorize()

    visitor.sign_in(TWO_COMPANIES)
    assert visitor.heading == "Choose a company"
    assert len(visitor.choices("tenant_id")) == 2

    visitor.press(tenant_id=denmark)
    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys Danmark ApS"


def test_refuses_a_company_that_is_not_the_users(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(TWO_COMPANIES)

    visitor.press(tenant_id=sandbox.company("Fjordlys Sverige AB")["tenant_id"])

    assert visitor.heading == "Choose a company"
    assert "Choose a company first." in visitor.shown.text


def test_a_user_without_the_role_ends_at_the_selector(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(NO_ROLE)

    assert visitor.heading == "You have no company to choose"


def test_a_user_without_the_role_may_fail_at_the_token_instead(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(user_without_role="invalid_tenant")
    visitor.authorize()
    visitor.sign_in(NO_ROLE)
    visitor.press(decision="allow")

    answer = redeem(sandbox.url, visitor.answer["code"])

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_tenant"})


def test_a_wrong_password_shows_the_page_again(visitor: Visitor) -> None:
    visitor.authorize()

    visitor.sign_in(ONE_COMPANY, "wrong")

    assert visitor.shown.status_code == 200
    assert visitor.heading == "Sign in"
    assert 'role="alert"' in visitor.shown.text


def test_tells_the_application_of_a_denial(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.press(decision="deny")

    assert visitor.answer == {"error": "access_denied", "state": "state-1", "iss": visitor.url}


def test_a_living_session_skips_the_sign_in(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.authorize()

    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys AS"


def test_a_session_ends_after_ten_hours(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    sandbox.control("POST", "clock", {"advance": 36_001})

    visitor.authorize()

    assert visitor.heading == "Sign in"


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"prompt": "select_account"}])
def test_signs_in_again_when_asked_to(visitor: Visitor, asked: dict[str, str]) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.authorize(**asked)
    assert visitor.heading == "Sign in"

    visitor.sign_in(ONE_COMPANY)
    assert visitor.heading.startswith("Nordhandel Orders asks")


def test_a_silent_request_is_told_what_it_would_take(visitor: Visitor) -> None:
    visitor.authorize(prompt="none")
    assert visitor.answer["error"] == "login_required"

    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    visitor.authorize(prompt="none")
    assert visitor.answer["error"] == "consent_required"


def test_the_tenant_hint_skips_the_selector(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize(tenant_hint=sandbox.company("Fjordlys Danmark ApS")["tenant_id"])

    visitor.sign_in(TWO_COMPANIES)

    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys Danmark ApS"


def test_an_unusable_tenant_hint_is_ignored_or_refused(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sweden = sandbox.company("Fjordlys Sverige AB")["tenant_id"]
    visitor.authorize(tenant_hint=sweden)
    visitor.sign_in(ONE_COMPANY)
    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys AS"

    sandbox.switch(unusable_tenant_hint="refused")
    visitor.authorize(tenant_hint=sweden)
    assert visitor.heading == "Choose a company"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": "isv_unknown"}, "client_id"),
        ({"redirect_uri": CALLBACK + "/"}, "redirect_uri"),
        ({"redirect_uri": CALLBACK.replace("http:", "https:")}, "redirect_uri"),
        ({"redirect_uri": CALLBACK.replace("callback", "Callback")}, "redirect_uri"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": ASKED["scope"] + " admin"}, "admin"),
        ({"scope": None}, "scope"),
        ({"code_challenge": None}, "PKCE"),
        ({"code_challenge_method": "S512"}, "code_challenge"),
        ({"response_mode": "fragment"}, "response_mode"),
        ({"prompt": "none login"}, "prompt"),
    ],
)
def test_a_request_it_cannot_use_ends_on_a_page_with_an_error_id(
    visitor: Visitor, changes: dict[str, str | None], reason: str
) -> None:
    visitor.authorize(**changes)

    assert visitor.shown.status_code == 400
    assert visitor.heading == "This sign-in can't start"
    assert "Location" not in visitor.shown.headers
    error_id = visitor.shown.text.partition("<code>")[2][:32]
    page = visitor.session.get(f"{visitor.url}/connect/debugger?id={error_id}")
    assert reason in page.text


def test_posts_the_answer_where_the_request_says_so(visitor: Visitor) -> None:
    visitor.authorize(response_mode="form_post")
    visitor.sign_in(ONE_COMPANY)

    visitor.press(decision="allow")

    assert f'method="post" action="{CALLBACK}"' in visitor.shown.text
    assert {"code", "state", "iss"} <= set(_names(visitor.shown.text))
    assert (
        "form-action 'self' http://portal.example"
        in visitor.shown.headers["Content-Security-Policy"]
    )


def test_a_consent_cannot_be_finished_twice(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    page = visitor.shown
    visitor.press(decision="allow")

    visitor.shown = page
    visitor.press(decision="allow")

    assert visitor.heading == "This sign-in has ended"


def test_signing_out_ends_the_session(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    visitor.session.get(f"{visitor.url}/connect/endsession")

    visitor.authorize()

    assert visitor.heading == "Sign in"


def test_keeps_the_query_of_a_redirect_uri(sandbox: SandboxProcess) -> None:
    with_query = f"{CALLBACK}?kind=connect"
    sandbox.control(
        "POST",
        "applications",
        {"client_id": ASKED["client_id"], "redirect_uris": [with_query]},
    )

    assert consent(sandbox.url, redirect_uri=with_query)["kind"] == "connect"


def _names(document: str) -> list[str]:
    return [part.partition('"')[0] for part in document.split('type="hidden" name="')[1:]]
