"""What a request may ask of the sign-in: a company, a language, a new one, a second step."""

from __future__ import annotations

import base64
import hmac
import time

import pytest

from tests.sandbox.clients import advance
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import Visitor
from tests.sandbox_process import SandboxProcess

ONE_COMPANY = "nordhandel@fjordlys.example"
TWO_COMPANIES = "regnskap@fjordlys.example"
NO_ROLE = "uten.rolle@fjordlys.example"
SECRET = base64.b32encode(b"twelve and eight too").decode()
MFA = "urn:idp:vismaconnect:mfa"
CONSENT = "Nordhandel Orders asks for access to Fjordlys AS"
HEADINGS = {
    "da-DK": "Log ind",
    "en-GB": "Sign in",
    "en-US": "Sign in",
    "fi-FI": "Kirjaudu sisään",
    "nb-NO": "Logg inn",
    "nl-NL": "Inloggen",
    "sv-SE": "Logga in",
    "lv-LV": "Pierakstīties",
}


@point("I6.role")
def test_a_user_without_the_role_ends_at_the_selector(visitor: Visitor) -> None:
    visitor.authorize()

    visitor.sign_in(NO_ROLE)

    assert visitor.heading == "You have no company to choose"


@point("I7.tenant_hint")
def test_the_tenant_hint_skips_the_selector(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize(tenant_hint=sandbox.company("Fjordlys Danmark ApS")["tenant_id"])

    visitor.sign_in(TWO_COMPANIES)

    assert visitor.heading == "Nordhandel Orders asks for access to Fjordlys Danmark ApS"


@point("I7.unusable_hint")
def test_a_hint_of_a_company_that_is_not_the_users_is_ignored(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize(tenant_hint=sandbox.company("Fjordlys Sverige AB")["tenant_id"])

    visitor.sign_in(ONE_COMPANY)

    assert visitor.heading == CONSENT


@point("I7.tenant_id")
def test_a_tenant_id_means_nothing_to_the_authorization_endpoint(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize(tenant_id=sandbox.company("Fjordlys Danmark ApS")["tenant_id"])

    visitor.sign_in(TWO_COMPANIES)

    assert visitor.heading == "Choose a company"


@point("I7.locales")
@pytest.mark.parametrize("locale", HEADINGS)
def test_speaks_the_eight_languages(visitor: Visitor, locale: str) -> None:
    visitor.authorize(ui_locales=f"xx-XX {locale} en-GB")

    assert visitor.heading == HEADINGS[locale]
    assert f'<html lang="{locale}">' in visitor.shown.text
    visitor.sign_in(TWO_COMPANIES)
    assert f'<html lang="{locale}">' in visitor.shown.text
    visitor.press(tenant_id=visitor.choices("tenant_id")[0])
    assert f'<html lang="{locale}">' in visitor.shown.text


@point("I7.prompt")
@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
def test_signs_in_again_when_asked_to(visitor: Visitor, prompt: str) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)

    visitor.authorize(prompt=prompt)
    assert visitor.heading == "Sign in"

    visitor.sign_in(ONE_COMPANY)
    assert visitor.heading == CONSENT


@point("I7.silent")
def test_a_silent_request_is_told_what_it_would_take(visitor: Visitor) -> None:
    visitor.authorize(prompt="none")
    assert visitor.answer["error"] == "login_required"

    visitor.authorize()
    visitor.sign_in(TWO_COMPANIES)
    visitor.authorize(prompt="none")
    assert visitor.answer["error"] == "interaction_required"

    visitor.authorize(prompt="login")
    visitor.sign_in(ONE_COMPANY)
    visitor.authorize(prompt="none")
    assert visitor.answer["error"] == "consent_required"


@point("I7.max_age")
def test_a_session_older_than_max_age_signs_in_again(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize()
    visitor.sign_in(ONE_COMPANY)
    advance(sandbox, 120)

    visitor.authorize(max_age="600")
    assert visitor.heading == CONSENT
    visitor.authorize(max_age="60")
    assert visitor.heading == "Sign in"


@point("I7.mfa")
def test_acr_values_ask_for_the_second_step(sandbox: SandboxProcess, visitor: Visitor) -> None:
    visitor.authorize(acr_values=MFA)
    visitor.sign_in(ONE_COMPANY)
    assert visitor.heading == "You need a second step"

    _second_step(sandbox)
    visitor.authorize(acr_values=MFA)
    assert visitor.heading == "Enter your code"
    visitor.press(code=_code(sandbox))
    assert visitor.heading == CONSENT
    visitor.authorize(acr_values=MFA)
    assert visitor.heading == CONSENT


@point("I7.login_hint")
def test_the_login_hint_fills_in_the_address(visitor: Visitor) -> None:
    visitor.authorize(login_hint=ONE_COMPANY)

    assert f'type="email" value="{ONE_COMPANY}"' in visitor.shown.text


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
