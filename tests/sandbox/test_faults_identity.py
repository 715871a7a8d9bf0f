"""What may go wrong at Visma Connect."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests

from tests.sandbox.fidelity import point
from tests.sandbox.visitor import CALLBACK, SERVICE, Visitor, consent, redeem, refresh
from tests.sandbox_process import SandboxProcess


def tokens_of(sandbox: SandboxProcess) -> dict[str, Any]:
    return dict(redeem(sandbox.url, consent(sandbox.url)["code"]).json())


def approve(sandbox: SandboxProcess) -> str:
    """Approve the service for a company and return the tenant id."""
    tenant_id = str(sandbox.company("Fjordlys AS")["tenant_id"])
    sandbox.control("POST", "approvals", {"client_id": SERVICE[0], "tenant_id": tenant_id})
    return tenant_id


def ask(sandbox: SandboxProcess, tenant_id: str, client: tuple[str, str] = SERVICE) -> Any:
    form = {"grant_type": "client_credentials", "tenant_id": tenant_id}
    return requests.post(f"{sandbox.url}/connect/token", data=form, auth=client, timeout=10)


@point("I29.rotated")
def test_the_answer_is_lost_after_a_refresh_token_was_used(sandbox: SandboxProcess) -> None:
    first = tokens_of(sandbox)["refresh_token"]
    sandbox.fault("commit_then_drop", on="token", grant_type="refresh_token")

    with pytest.raises(requests.ConnectionError):
        refresh(sandbox.url, first)

    # The one-time token is spent, and its successor nobody has.
    assert refresh(sandbox.url, first).json()["error"] == "invalid_grant"


def test_a_fault_may_be_of_one_grant_type(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox)
    sandbox.fault("status", on="token", grant_type="refresh_token")

    assert ask(sandbox, tenant_id).status_code == 200
    assert refresh(sandbox.url, "x").status_code == 503


@point("I29.slow")
def test_the_token_endpoint_may_be_slow(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox)
    sandbox.fault("slow", on="token", seconds=0.2)

    answer = ask(sandbox, tenant_id)

    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


@pytest.mark.parametrize("status", [500, 502, 503])
@point("I29.5xx")
def test_the_token_endpoint_may_fail(sandbox: SandboxProcess, status: int) -> None:
    tenant_id = approve(sandbox)
    sandbox.fault("status", on="token", status=status, shape="html")

    assert [ask(sandbox, tenant_id).status_code for _ in range(2)] == [status, 200]


@point("I29.rotation")
def test_keys_may_change_between_the_keys_and_the_token(sandbox: SandboxProcess) -> None:
    address = f"{sandbox.url}/.well-known/openid-configuration/jwks"
    code = consent(sandbox.url)["code"]
    cached = jwt.PyJWKSet.from_dict(requests.get(address, timeout=10).json())
    sandbox.fault("rotate_keys", drop_old=True)

    kid = jwt.get_unverified_header(redeem(sandbox.url, code).json()["id_token"])["kid"]

    fresh = jwt.PyJWKSet.from_dict(requests.get(address, timeout=10).json())
    assert kid not in [key.key_id for key in cached.keys]
    assert kid in [key.key_id for key in fresh.keys]


@pytest.mark.parametrize("seconds", [200, -200])
@point("I29.skew")
def test_tokens_may_be_made_by_a_clock_that_is_wrong(sandbox: SandboxProcess, seconds: int) -> None:
    code = consent(sandbox.url)["code"]
    now = sandbox.clock(freeze=True)["now"]
    sandbox.fault("skew_clock", seconds=seconds)

    token = redeem(sandbox.url, code).json()["id_token"]

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["iat"] == int(moment(now) + seconds)
    assert sandbox.control("GET", "clock")["now"] == now


@point("I29.callback")
def test_the_redirect_may_be_made_twice(sandbox: SandboxProcess, visitor: Visitor) -> None:
    sandbox.fault("double_callback")
    visitor.authorize()
    visitor.sign_in("nordhandel@fjordlys.example")
    visitor.press(decision="allow")

    addresses = re.findall(
        r'(?:src|href|url)="?=?(http[^"]+)"|url=(http[^"]+)"', visitor.shown.text
    )
    called = {unescape(one or other) for one, other in addresses}

    assert visitor.shown.status_code == 200
    [address] = called
    assert address.startswith(CALLBACK)
    answer = dict(parse_qsl(urlsplit(address).query))
    assert redeem(sandbox.url, answer["code"]).status_code == 200
    assert redeem(sandbox.url, answer["code"]).json()["error"] == "invalid_grant"


def posted(visitor: Visitor) -> list[dict[str, str]]:
    """The forms of a page that goes back to the application."""
    forms = re.findall(rf'<form [^>]*action="{CALLBACK}"[^>]*>(.*?)</form>', visitor.shown.text)
    found = [re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', one) for one in forms]
    return [{name: unescape(value) for name, value in one} for one in found]


@pytest.mark.parametrize("deed", ["double_callback", "double_code"])
def test_the_answer_may_be_posted_twice(
    sandbox: SandboxProcess, visitor: Visitor, deed: str
) -> None:
    sandbox.fault(deed)
    visitor.authorize(response_mode="form_post")
    visitor.sign_in("nordhandel@fjordlys.example")
    visitor.press(decision="allow")

    first, second = posted(visitor)

    assert (first == second) is (deed == "double_callback")
    assert first | {"code": ""} == second | {"code": ""}
    assert redeem(sandbox.url, first["code"]).status_code == 200


@point("I29.double_code")
def test_one_consent_may_bring_two_codes(sandbox: SandboxProcess, visitor: Visitor) -> None:
    sandbox.fault("double_code")
    visitor.authorize()
    visitor.sign_in("nordhandel@fjordlys.example")
    visitor.press(decision="allow")

    text = visitor.shown.text
    addresses = re.findall(r'src="([^"]+)"', text) + re.findall(r'href="([^"]+)"', text)
    first, second = (dict(parse_qsl(urlsplit(unescape(one)).query)) for one in addresses)

    assert first["code"] != second["code"]
    assert (first["state"], second["state"]) == ("state-1", "state-1")
    assert redeem(sandbox.url, first["code"]).status_code == 200
    assert redeem(sandbox.url, second["code"]).status_code == 200


def moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
