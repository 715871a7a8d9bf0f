"""VNI's authorization pages and its token endpoint."""

from __future__ import annotations

import re

import pytest
import requests

from tests.sandbox.fidelity import point
from tests.sandbox.visitor import CALLBACK, SERVICE, WEB
from tests.sandbox.vni_client import TOKEN, allow, ask, redeem
from tests.sandbox_process import SandboxProcess

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@point("I21.authorize")
def test_after_allow_code_and_state_are_in_the_query(sandbox: SandboxProcess) -> None:
    answer = allow(sandbox.url)

    assert answer.keys() == {"code", "state"}
    assert answer["state"] == "state-1"


@point("I21.pages")
def test_the_pages_are_sign_in_and_allow(sandbox: SandboxProcess) -> None:
    visitor = ask(sandbox.url)
    assert visitor.heading == "Sign in to Visma.net"

    visitor.sign_in("regnskap@fjordlys.example")
    assert visitor.heading == "Allow Nordhandel Orders to use Visma.net Financials?"


@point("I21.wrong_password")
def test_a_wrong_password_shows_the_page_again(sandbox: SandboxProcess) -> None:
    visitor = ask(sandbox.url)

    shown = visitor.sign_in("regnskap@fjordlys.example", "wrong")

    assert (shown.status_code, visitor.heading) == (200, "Sign in to Visma.net")


@point("I21.refusal")
def test_a_refusal_goes_back_as_access_denied(sandbox: SandboxProcess) -> None:
    visitor = ask(sandbox.url)
    visitor.sign_in("regnskap@fjordlys.example")

    visitor.press(decision="deny")

    assert visitor.answer == {"error": "access_denied", "state": "state-1"}


@point("I21.redirect")
def test_the_redirect_uri_is_compared_exactly(sandbox: SandboxProcess) -> None:
    assert ask(sandbox.url, redirect_uri=f"{CALLBACK}/").shown.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "http://evil.example/"},
        {"client_id": "isv_nobody"},
        {"client_id": SERVICE[0]},
        {"response_type": "token"},
        {"scope": "openid"},
    ],
)
@point("I21.error")
def test_what_cannot_be_trusted_gets_a_page_and_no_redirect(
    sandbox: SandboxProcess, wrong: dict[str, str]
) -> None:
    shown = ask(sandbox.url, **wrong).shown

    assert shown.status_code == 400
    assert "Location" not in shown.headers
    assert "<h1>This sign-in can" in shown.text


@point("I21.credentials")
def test_the_client_proves_itself_in_the_header_the_body_or_both(sandbox: SandboxProcess) -> None:
    in_body = {"client_id": WEB[0], "client_secret": WEB[1]}

    answers = [
        redeem(sandbox.url, allow(sandbox.url)["code"]),
        redeem(sandbox.url, allow(sandbox.url)["code"], in_body, basic=False),
        redeem(sandbox.url, allow(sandbox.url)["code"], in_body),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


@point("I21.answer", "I21.no_refresh")
def test_the_token_is_in_a_member_of_that_name(sandbox: SandboxProcess) -> None:
    answer = redeem(sandbox.url, allow(sandbox.url)["code"])

    assert answer.status_code == 200
    assert answer.json().keys() == {"token", "token_type", "scope"}
    assert answer.json()["scope"] == "financialstasks"


@point("I21.form")
def test_the_token_looks_like_a_uuid(sandbox: SandboxProcess) -> None:
    answer = redeem(sandbox.url, allow(sandbox.url)["code"])

    assert UUID.fullmatch(answer.json()["token"])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"code": "nonsense"}, "invalid_grant"),
        ({"redirect_uri": "http://portal.example/other"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": SERVICE[0]}, "invalid_client"),
    ],
)
@point("I21.token_error")
def test_the_token_endpoint_refuses(
    sandbox: SandboxProcess, wrong: dict[str, str], error: str
) -> None:
    answer = redeem(sandbox.url, allow(sandbox.url)["code"], wrong)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@point("I21.password")
def test_password_grants_were_withdrawn(sandbox: SandboxProcess) -> None:
    form = {
        "grant_type": "password",
        "username": "regnskap@fjordlys.example",
        "password": "sandbox",
        "client_id": WEB[0],
        "client_secret": WEB[1],
    }

    assert requests.post(sandbox.url + TOKEN, data=form, timeout=10).status_code == 400


@point("I21.code_once")
def test_a_code_works_once(sandbox: SandboxProcess) -> None:
    code = allow(sandbox.url)["code"]

    assert redeem(sandbox.url, code).status_code == 200
    assert redeem(sandbox.url, code).status_code == 400


def test_an_old_code_is_dead(sandbox: SandboxProcess) -> None:
    code = allow(sandbox.url)["code"]
    sandbox.control("POST", "clock", {"advance": 301})

    assert redeem(sandbox.url, code).status_code == 400


def test_a_form_from_another_site_does_nothing(sandbox: SandboxProcess) -> None:
    visitor = ask(sandbox.url)
    visitor.session.headers["Origin"] = "http://evil.example"

    assert visitor.sign_in("regnskap@fjordlys.example").status_code == 403
