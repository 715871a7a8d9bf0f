"""What a person sees on the way through sign-in, company and consent."""

from __future__ import annotations

import base64
import hmac
import time

from tests.sandbox.clients import advance, change, verified
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import SCOPES, WEB, Visitor, redeem
from tests.sandbox_process import SandboxProcess

ONE_COMPANY = "nordhandel@fjordlys.example"
TWO_COMPANIES = "regnskap@fjordlys.example"
SECRET = base64.b32encode(b"twelve and eight too").decode()
MFA = "urn:idp:vismaconnect:mfa"
CONSENT = "Nordhandel Orders asks for access to Fjordlys AS"


@point("I5.rejected")
def test_a_rejected_step_shows_the_same_page_with_status_200(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    _second_step(sandbox)
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY, "wrong")
    assert (visitor.shown.status_code, visitor.heading) == (200, "Sign in")
    assert 'role="alert"' in visitor.shown.text

    visitor.sign_in(ONE_COMPANY)
    visitor.press(code="000000" if _code(sandbox) != "000000" else "111111")
    assert (visitor.shown.status_code, visitor.heading) == (200, "Enter your code")
    assert 'role="alert"' in visitor.shown.text


@point("I5.steps")
def test_e_mail_and_password_are_on_one_page(visitor: Visitor) -> None:
    visitor.authorize()

    assert 'name="email"' in visitor.shown.text
    assert 'name="password"' in visitor.shown.text


def test_with_the_switch_the_password_has_a_page_of_its_own(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(sign_in_pages="two")
    visitor.authorize()
    assert 'name="password"' not in visitor.shown.text

    visitor.press(email=ONE_COMPANY)
    assert visitor.heading == "Sign in"
    visitor.press(password="sandbox")

    assert visitor.heading == CONSENT


@point("I5.second_step")
def test_a_user_with_two_steps_types_a_code_that_works_once(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    _second_step(sandbox)
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    assert visitor.heading == "Enter your code"
    code = _code(sandbox)
    visitor.press(code=code)
    assert visitor.heading == CONSENT
    visitor.press(decision="allow")
    tokens = redeem(sandbox.url, visitor.answer["code"]).json()
    claims = verified(sandbox, tokens["id_token"], WEB[0])
    assert (claims["amr"], claims["acr"]) == (["pwd", "otp", "mfa"], MFA)

    visitor.authorize(prompt="login")
    visitor.sign_in(ONE_COMPANY)
    visitor.press(code=code)
    assert visitor.heading == "Enter your code"


def test_a_session_begun_with_the_password_alone_owes_the_code(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    _second_step(sandbox)

    visitor.authorize()

    assert visitor.heading == "Enter your code"


@point("I5.session")
def test_a_living_session_skips_the_sign_in(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.authorize()

    assert visitor.heading == CONSENT


@point("I5.selector")
def test_only_a_user_of_several_companies_chooses_one(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    denmark = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    visitor.authorize()
    visitor.sign_in(TWO_COMPANIES)
    assert visitor.heading == "Choose a company"
    assert len(visitor.choices("tenant_id")) == 2
    visitor.press(tenant_id=denmark)
    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys Danmark ApS"

    other = Visitor(sandbox.url)
    other.authorize()
    other.sign_in(ONE_COMPANY)
    assert other.heading == CONSENT


@point("I5.consent")
def test_the_consent_page_names_application_organisation_and_rights(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    assert visitor.heading == CONSENT
    for scope in SCOPES.split():
        assert f"({scope})" in visitor.shown.text
    assert ">Allow<" in visitor.shown.text
    assert ">Deny<" in visitor.shown.text


@point("I5.partner")
def test_an_application_of_no_partner_comes_with_a_warning(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    assert 'class="logo"' in visitor.shown.text
    assert "not by a Visma partner" not in visitor.shown.text
    visitor.press(decision="allow")

    change(sandbox, partner=False, created_at=1_700_000_000)
    visitor.authorize()

    warning = "not by a Visma partner. It was made on 14 November 2023. People who use it: 1."
    assert warning in visitor.shown.text


@point("I5.denied")
def test_tells_the_application_of_a_denial(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.press(decision="deny")

    assert visitor.answer == {"error": "access_denied", "state": "state-1", "iss": visitor.url}


def test_with_the_switch_a_denial_ends_on_a_page(sandbox: SandboxProcess, visitor: Visitor) -> None:
    sandbox.switch(interaction_errors="shown")
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.press(decision="deny")

    assert visitor.heading == "This sign-in can't start"


@point("I5.remembered")
def test_asks_for_consent_every_time(visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    visitor.press(decision="allow")

    visitor.authorize()

    assert visitor.heading == CONSENT


def test_a_remembered_consent_can_be_asked_for_again(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.switch(remembers_consent=True)
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    visitor.press(decision="allow")

    visitor.authorize(prompt="none")
    assert "code" in visitor.answer
    visitor.authorize(prompt="consent")
    assert visitor.heading == CONSENT


@point("I9.lifetime")
def test_a_session_lives_ten_hours(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    cookies = {cookie.name: cookie for cookie in visitor.session.cookies}
    assert cookies["sandbox_idp"].has_nonstandard_attr("HttpOnly")

    for _ in range(9):
        advance(sandbox, 3_600)
        visitor.authorize()
        assert visitor.heading == CONSENT
    advance(sandbox, 3_601)
    visitor.authorize()
    assert visitor.heading == "Sign in"


@point("I9.idle")
def test_a_session_may_be_left_alone_for_nine_hours(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    advance(sandbox, 9 * 3_600)

    visitor.authorize()
    assert visitor.heading == CONSENT


def _second_step(sandbox: SandboxProcess) -> None:
    """Stop the clock, so that the code stays the same, and let the user have one."""
    sandbox.control("POST", "clock", {"freeze": True})
    sandbox.control("POST", "users", {"email": ONE_COMPANY, "totp_secret": SECRET})


def _code(sandbox: SandboxProcess) -> str:
    """What an authenticator app shows now (RFC 6238), reckoned apart from the sandbox."""
    offset = float(sandbox.control("GET", "mode")["clock_offset"])
    counter = int((time.time() + offset) // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(SECRET), counter, "sha1")
    start = digest[19] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
