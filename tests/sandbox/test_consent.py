"""Detours and dead ends on the way to a consent."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.clients import call, change, why
from tests.sandbox.visitor import ASKED, CALLBACK, Visitor, consent, redeem
from tests.sandbox_process import SandboxProcess

ONE_COMPANY = "nordhandel@fjordlys.example"
TWO_COMPANIES = "regnskap@fjordlys.example"
NO_ROLE = "uten.rolle@fjordlys.example"


def test_refuses_a_company_that_is_not_the_users(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(TWO_COMPANIES)

    visitor.press(tenant_id=sandbox.company("Fjordlys Sverige AB")["tenant_id"])

    assert visitor.heading == "Choose a company"
    assert "Choose a company first." in visitor.shown.text


def test_a_user_without_the_role_may_fail_at_the_token_instead(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(user_without_role="invalid_tenant")
    visitor.authorize()
    visitor.sign_in(NO_ROLE)
    visitor.press(decision="allow")

    answer = redeem(sandbox.url, visitor.answer["code"])

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_tenant"})


def test_an_unusable_tenant_hint_may_be_refused(sandbox: SandboxProcess, visitor: Visitor) -> None:
    sandbox.switch(unusable_tenant_hint="refused")

    visitor.authorize(tenant_hint=sandbox.company("Fjordlys Sverige AB")["tenant_id"])
    visitor.sign_in(ONE_COMPANY)

    assert visitor.heading == "Choose a company"
    assert "the company that the application asked for" in visitor.shown.text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"response_type": "token"}, "response_type"),
        ({"scope": None}, "scope"),
        ({"code_challenge_method": "S512"}, "code_challenge"),
        ({"response_mode": "fragment"}, "response_mode"),
        ({"prompt": "none login"}, "prompt"),
        ({"prompt": "magic"}, "prompt"),
        ({"max_age": "soon"}, "max_age"),
    ],
)
def test_a_request_it_cannot_use_ends_on_a_page_with_an_error_id(
    visitor: Visitor, changes: dict[str, str | None], reason: str
) -> None:
    visitor.authorize(**changes)

    assert "Location" not in visitor.shown.headers
    assert reason in why(visitor)


def test_no_parameter_may_come_twice(visitor: Visitor) -> None:
    visitor.visit("/connect/authorize?scope=openid&scope=email")

    assert "The parameter scope came twice." in why(visitor)


def test_a_service_may_not_send_people(sandbox: SandboxProcess, visitor: Visitor) -> None:
    change(sandbox, "isv_nordhandel_service", redirect_uris=[CALLBACK])

    visitor.authorize(client_id="isv_nordhandel_service")

    assert "may not sign people in" in why(visitor)


def test_takes_the_request_as_a_form_too(sandbox: SandboxProcess) -> None:
    answer = requests.post(
        f"{sandbox.url}/connect/authorize", data=ASKED, allow_redirects=False, timeout=10
    )

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/connect/signin?")


def test_a_consent_cannot_be_finished_twice(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    page = visitor.shown
    visitor.press(decision="allow")

    visitor.shown = page
    visitor.press(decision="allow")

    assert visitor.heading == "This sign-in has ended"


def test_nobody_consents_without_signing_in(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize()
    interaction = dict(zip(visitor.names(), visitor.choices("interaction"), strict=True))

    for name, more in (("consent", {"decision": "allow"}), ("company", {"tenant_id": "x"})):
        answer = call(sandbox, name, None, **interaction, **more)
        assert "<h1>Sign in</h1>" in answer.text


def test_keeps_the_query_of_a_redirect_uri(sandbox: SandboxProcess) -> None:
    with_query = f"{CALLBACK}?kind=connect"
    change(sandbox, redirect_uris=[with_query])

    assert consent(sandbox.url, redirect_uri=with_query)["kind"] == "connect"


def test_one_mode_of_answer_at_a_time_may_be_the_default(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(default_response_mode="form_post")
    visitor.authorize(response_mode=None)
    visitor.sign_in(ONE_COMPANY)

    visitor.press(decision="allow")

    assert f'method="post" action="{CALLBACK}"' in visitor.shown.text
