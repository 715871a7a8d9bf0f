"""The token endpoint: credentials, codes, client credentials, refusals."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.sandbox.clients import (
    advance,
    approve,
    by_credentials,
    call,
    change,
    tokens_of,
    verified,
)
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import CALLBACK, ORDERS, SERVICE, VERIFIER, WEB, consent, redeem, refresh
from tests.sandbox_process import SandboxProcess

READ, WRITE = ORDERS.split()
NOWHERE = "00000000-0000-0000-0000-000000000000"


@point("I11.code")
def test_a_code_brings_these_members(sandbox: SandboxProcess) -> None:
    answer = redeem(sandbox.url, consent(sandbox.url)["code"])

    assert answer.status_code == 200
    assert answer.json().keys() == {
        "access_token",
        "id_token",
        "refresh_token",
        "expires_in",
        "token_type",
        "scope",
    }
    assert answer.json()["token_type"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"


@point("I11.refresh")
def test_a_refresh_brings_these_members(sandbox: SandboxProcess) -> None:
    answer = refresh(sandbox.url, tokens_of(sandbox)["refresh_token"])

    assert answer.json().keys() == {
        "access_token",
        "id_token",
        "refresh_token",
        "expires_in",
        "token_type",
    }


@point("I11.lifetime")
@pytest.mark.parametrize(("minutes", "seconds"), [(15, 900), (60, 3600), (90, 3600)])
def test_a_token_lives_as_the_application_says_and_never_over_an_hour(
    sandbox: SandboxProcess, minutes: int, seconds: int
) -> None:
    change(sandbox, token_minutes=minutes)

    tokens = tokens_of(sandbox)

    assert tokens["expires_in"] == seconds
    claims = verified(sandbox, tokens["access_token"])
    assert claims["exp"] - claims["nbf"] == seconds


@point("I11.offline")
def test_without_offline_access_there_is_no_refresh_token(sandbox: SandboxProcess) -> None:
    assert "refresh_token" not in tokens_of(sandbox, scope="openid email")


@point("I14.tenant")
def test_a_tenant_id_is_ignored_with_codes_and_refresh_tokens(sandbox: SandboxProcess) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]

    code = redeem(sandbox.url, consent(sandbox.url)["code"], tenant_id=NOWHERE).json()
    form = {"grant_type": "refresh_token", "refresh_token": code["refresh_token"]}
    later = call(sandbox, "token", **form, tenant_id=NOWHERE).json()

    for tokens in (code, later):
        assert verified(sandbox, tokens["access_token"])["tenant_id"] == tenant_id


@point("I14.client")
@pytest.mark.parametrize("auth", [(SERVICE[0], "wrong"), ("isv_unknown", "wrong"), None])
def test_a_wrong_secret_or_an_unknown_client_is_an_invalid_client(
    sandbox: SandboxProcess, auth: Any
) -> None:
    answer = by_credentials(sandbox, auth)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


@point("I14.grant")
def test_what_does_not_fit_the_code_is_an_invalid_grant(sandbox: SandboxProcess) -> None:
    for changes in (
        {"code": "unknown"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"code_verifier": "w" * 64},
        {"code_verifier": VERIFIER[:42]},
    ):
        answer = redeem(sandbox.url, **{"code": consent(sandbox.url)["code"]} | changes)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    answer = refresh(sandbox.url, "unknown")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


@point("I14.grant_type")
def test_a_grant_type_that_is_off_is_an_unauthorized_client(sandbox: SandboxProcess) -> None:
    answer = call(sandbox, "token", SERVICE, grant_type="authorization_code", code="x")

    assert (answer.status_code, answer.json()) == (400, {"error": "unauthorized_client"})


@point("I14.words")
def test_an_error_is_told_without_a_description(sandbox: SandboxProcess) -> None:
    refusals = [by_credentials(sandbox), by_credentials(sandbox, ("isv_unknown", "x"))]

    assert [answer.json().keys() for answer in refusals] == [{"error"}, {"error"}]


@point("I14.request")
def test_an_unreadable_request_is_an_invalid_request(sandbox: SandboxProcess) -> None:
    twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token")]
    address = f"{sandbox.url}/connect/token"

    answers = [
        requests.post(address, data=twice, auth=WEB, timeout=10),
        requests.post(address, json={"grant_type": "refresh_token"}, auth=WEB, timeout=10),
        call(sandbox, "token", scope="openid"),
    ]

    assert [answer.json()["error"] for answer in answers] == ["invalid_request"] * 3
    unknown = call(sandbox, "token", grant_type="magic")
    assert (unknown.status_code, unknown.json()) == (400, {"error": "unsupported_grant_type"})


@point("E1.errors")
def test_token_errors_are_400_with_an_error_member(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [READ])

    answers = [
        by_credentials(sandbox, (SERVICE[0], "wrong"), tenant_id=tenant_id),
        by_credentials(sandbox, tenant_id=NOWHERE),
        by_credentials(sandbox, tenant_id=tenant_id, scope=WRITE),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert [answer.json()["error"] for answer in answers] == [
        "invalid_client",
        "invalid_tenant",
        "invalid_scope",
    ]


@point("E1.delay")
def test_a_token_comes_at_once(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, [READ])
    began = time.monotonic()

    by_credentials(sandbox, tenant_id=tenant_id)

    assert time.monotonic() - began < 1.5


@point("E1.recorded")
def test_the_ledger_tells_token_calls_by_client_tenant_and_grant_type(
    sandbox: SandboxProcess,
) -> None:
    tenant_id = approve(sandbox, [READ])
    by_credentials(sandbox, tenant_id=tenant_id)
    tokens = tokens_of(sandbox)
    refresh(sandbox.url, tokens["refresh_token"])

    calls = sandbox.control("GET", "requests?kind=token")["requests"]

    assert [(call["client_id"], call["tenant_id"], call["detail"]) for call in calls] == [
        (SERVICE[0], tenant_id, "client_credentials"),
        (WEB[0], tenant_id, "authorization_code"),
        (WEB[0], tenant_id, "refresh_token"),
    ]


@point("I15.skew")
def test_a_moved_clock_makes_tokens_of_another_time(sandbox: SandboxProcess) -> None:
    advance(sandbox, 7_200)

    claims = sandbox.control("GET", "mode")["clock_offset"], tokens_of(sandbox)

    assert claims[0] == pytest.approx(7_200, abs=1)
    with pytest.raises(Exception, match="not yet valid"):
        verified(sandbox, claims[1]["access_token"])
