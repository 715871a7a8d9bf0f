"""What the token endpoint gives and refuses."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
import requests

from tests.sandbox.visitor import ORDERS, SCOPES, SERVICE, WEB, consent, redeem, refresh
from tests.sandbox_process import SandboxProcess


def test_redeems_a_code_once(sandbox: SandboxProcess) -> None:
    code = consent(sandbox.url)["code"]

    first, second = redeem(sandbox.url, code), redeem(sandbox.url, code)

    assert first.status_code == 200
    assert first.json().keys() == {
        "access_token",
        "id_token",
        "refresh_token",
        "expires_in",
        "token_type",
        "scope",
    }
    assert first.json()["scope"] == SCOPES
    assert first.headers["Cache-Control"] == "no-store"
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant"})


def test_the_tokens_say_who_for_which_company(sandbox: SandboxProcess) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    tokens = redeem(sandbox.url, consent(sandbox.url)["code"]).json()

    access = _verified(sandbox, tokens["access_token"], audience="visma.net.erp")
    identity = _verified(sandbox, tokens["id_token"], audience=WEB[0])

    assert jwt.get_unverified_header(tokens["access_token"])["typ"] == "at+jwt"
    assert access["tenant_id"] == tenant_id
    assert access["scope"] == SCOPES.split()
    assert access["client_id"] == WEB[0]
    assert "jti" not in access
    assert identity["nonce"] == "nonce-1"
    assert identity["email"] == "nordhandel@fjordlys.example"
    assert identity["sub"] == access["sub"]
    assert {"auth_time", "sid", "iat", "exp", "amr"} <= identity.keys()


@pytest.mark.parametrize("claim", ["never", "with_tenants_scope"])
def test_the_tenant_claim_follows_its_switch(sandbox: SandboxProcess, claim: str) -> None:
    sandbox.switch(tenant_claim=claim)
    asked = SCOPES.replace("tenants ", "")

    tokens = redeem(sandbox.url, consent(sandbox.url, scope=asked)["code"]).json()

    assert "tenant_id" not in _verified(sandbox, tokens["access_token"], audience="visma.net.erp")


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://portal.example/other"},
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
    ],
)
def test_refuses_a_code_that_does_not_fit(sandbox: SandboxProcess, changes: dict[str, str]) -> None:
    answer = redeem(sandbox.url, consent(sandbox.url)["code"], **changes)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_refuses_an_unknown_code(sandbox: SandboxProcess) -> None:
    assert redeem(sandbox.url, "unknown").json() == {"error": "invalid_grant"}


def test_a_code_lives_five_minutes(sandbox: SandboxProcess) -> None:
    code = consent(sandbox.url)["code"]
    sandbox.control("POST", "clock", {"advance": 301})

    assert redeem(sandbox.url, code).json() == {"error": "invalid_grant"}


def test_without_offline_access_there_is_no_refresh_token(sandbox: SandboxProcess) -> None:
    asked = SCOPES.replace("offline_access ", "")

    tokens = redeem(sandbox.url, consent(sandbox.url, scope=asked)["code"]).json()

    assert "refresh_token" not in tokens


def test_a_one_time_refresh_token_brings_the_next_one(sandbox: SandboxProcess) -> None:
    first = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]

    second = refresh(sandbox.url, first).json()["refresh_token"]

    assert second != first
    assert refresh(sandbox.url, second).status_code == 200


def test_a_replayed_refresh_token_revokes_the_users_grants(sandbox: SandboxProcess) -> None:
    other = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]
    first = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]
    second = refresh(sandbox.url, first).json()["refresh_token"]

    replayed = refresh(sandbox.url, first)

    assert (replayed.status_code, replayed.json()) == (400, {"error": "invalid_grant"})
    assert refresh(sandbox.url, second).json() == {"error": "invalid_grant"}
    assert refresh(sandbox.url, other).json() == {"error": "invalid_grant"}


def test_within_its_grace_a_spent_refresh_token_still_works(sandbox: SandboxProcess) -> None:
    _change(sandbox, refresh_grace=30)
    first = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]
    refresh(sandbox.url, first)

    assert refresh(sandbox.url, first).status_code == 200
    sandbox.control("POST", "clock", {"advance": 31})
    assert refresh(sandbox.url, first).json() == {"error": "invalid_grant"}


def test_a_reusable_refresh_token_comes_back_as_it_was(sandbox: SandboxProcess) -> None:
    _change(sandbox, refresh="reuse")
    token = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]

    assert refresh(sandbox.url, token).json()["refresh_token"] == token
    assert refresh(sandbox.url, token).json()["refresh_token"] == token


def test_refresh_settings_are_those_of_the_day_of_consent(sandbox: SandboxProcess) -> None:
    token = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]
    _change(sandbox, refresh="reuse")

    assert refresh(sandbox.url, token).json()["refresh_token"] != token


def test_a_refresh_token_ends_after_its_days(sandbox: SandboxProcess) -> None:
    _change(sandbox, refresh_days=2)
    token = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]
    sandbox.control("POST", "clock", {"advance": 2 * 86_400 + 1})

    assert refresh(sandbox.url, token).json() == {"error": "invalid_grant"}


def test_a_revoked_refresh_token_is_dead(sandbox: SandboxProcess) -> None:
    token = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]

    answer = requests.post(
        f"{sandbox.url}/connect/revocation",
        data={"token": token, "token_type_hint": "refresh_token"},
        auth=WEB,
        timeout=10,
    )

    assert answer.status_code == 200
    assert refresh(sandbox.url, token).json() == {"error": "invalid_grant"}


def test_revoking_an_unknown_token_is_no_fault(sandbox: SandboxProcess) -> None:
    answer = requests.post(
        f"{sandbox.url}/connect/revocation", data={"token": "x"}, auth=WEB, timeout=10
    )

    assert answer.status_code == 200


def test_a_service_gets_a_token_for_an_approved_company(sandbox: SandboxProcess) -> None:
    tenant_id = _approve(sandbox, "Fjordlys AS", ORDERS.split())

    answer = _by_credentials(sandbox, tenant_id=tenant_id, scope=ORDERS)

    assert answer.json().keys() == {"access_token", "expires_in", "token_type", "scope"}
    claims = _verified(sandbox, answer.json()["access_token"], audience="visma.net.erp")
    assert claims["tenant_id"] == tenant_id
    assert "sub" not in claims


def test_without_a_scope_all_approved_ones_are_given(sandbox: SandboxProcess) -> None:
    tenant_id = _approve(sandbox, "Fjordlys AS", ORDERS.split())

    assert _by_credentials(sandbox, tenant_id=tenant_id).json()["scope"] == ORDERS


@pytest.mark.parametrize("tenant_id", ["", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_or_missing_tenant_is_invalid(sandbox: SandboxProcess, tenant_id: str) -> None:
    answer = _by_credentials(sandbox, tenant_id=tenant_id, scope=ORDERS)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_tenant"})


def test_a_company_that_has_not_approved_is_invalid(sandbox: SandboxProcess) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]

    answer = _by_credentials(sandbox, tenant_id=tenant_id, scope=ORDERS)

    assert answer.json() == {"error": "invalid_tenant"}


def test_a_scope_that_is_switched_off_is_invalid(sandbox: SandboxProcess) -> None:
    tenant_id = _approve(sandbox, "Fjordlys AS", ORDERS.split()[:1])

    answer = _by_credentials(sandbox, tenant_id=tenant_id, scope=ORDERS)

    assert answer.json() == {"error": "invalid_scope"}


def test_takes_credentials_in_the_body_too(sandbox: SandboxProcess) -> None:
    tenant_id = _approve(sandbox, "Fjordlys AS", ORDERS.split())
    form = {
        "grant_type": "client_credentials",
        "tenant_id": tenant_id,
        "client_id": SERVICE[0],
        "client_secret": SERVICE[1],
    }

    assert requests.post(f"{sandbox.url}/connect/token", data=form, timeout=10).status_code == 200


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_secret_is_an_invalid_client(sandbox: SandboxProcess, status: int) -> None:
    sandbox.switch(invalid_client_status=status)

    answer = requests.post(
        f"{sandbox.url}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(SERVICE[0], "wrong"),
        timeout=10,
    )

    assert (answer.status_code, answer.json()) == (status, {"error": "invalid_client"})


def test_a_service_may_not_redeem_codes(sandbox: SandboxProcess) -> None:
    answer = requests.post(
        f"{sandbox.url}/connect/token",
        data={"grant_type": "authorization_code", "code": "x"},
        auth=SERVICE,
        timeout=10,
    )

    assert answer.json() == {"error": "unauthorized_client"}


def test_a_parameter_may_not_come_twice(sandbox: SandboxProcess) -> None:
    answer = requests.post(
        f"{sandbox.url}/connect/token",
        data=[("grant_type", "refresh_token"), ("grant_type", "refresh_token")],
        auth=WEB,
        timeout=10,
    )

    assert answer.json()["error"] == "invalid_request"


def test_takes_only_forms(sandbox: SandboxProcess) -> None:
    answer = requests.post(f"{sandbox.url}/connect/token", json={}, auth=WEB, timeout=10)

    assert answer.json()["error"] == "invalid_request"


def test_userinfo_names_the_user(sandbox: SandboxProcess) -> None:
    token = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["access_token"]

    answer = requests.get(
        f"{sandbox.url}/connect/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )

    assert answer.json()["email"] == "nordhandel@fjordlys.example"
    assert requests.get(f"{sandbox.url}/connect/userinfo", timeout=10).status_code == 401


def test_rotated_keys_still_verify_until_they_are_dropped(sandbox: SandboxProcess) -> None:
    token = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["id_token"]

    sandbox.control("POST", "keys/rotate")
    assert _verified(sandbox, token, audience=WEB[0])

    sandbox.control("POST", "keys/rotate", {"drop_old": True})
    with pytest.raises(jwt.PyJWKClientError):
        _verified(sandbox, token, audience=WEB[0])


def test_discovery_describes_what_is_served(sandbox: SandboxProcess) -> None:
    paths = ("openid-configuration", "oauth-authorization-server")
    found = [requests.get(f"{sandbox.url}/.well-known/{path}", timeout=10).json() for path in paths]

    assert found[0] == found[1]
    assert found[0]["issuer"] == sandbox.url
    assert found[0]["token_endpoint"] == f"{sandbox.url}/connect/token"
    assert found[0]["authorization_response_iss_parameter_supported"] is True
    assert not [scope for scope in found[0]["scopes_supported"] if "vismanet_erp" in scope]


def _verified(sandbox: SandboxProcess, token: str, *, audience: str) -> dict[str, Any]:
    keys = jwt.PyJWKClient(f"{sandbox.url}/.well-known/openid-configuration/jwks")
    key = keys.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], audience=audience, issuer=sandbox.url)


def _change(sandbox: SandboxProcess, **changes: Any) -> None:
    sandbox.control("POST", "applications", {"client_id": WEB[0], **changes})


def _approve(sandbox: SandboxProcess, company: str, scopes: list[str]) -> str:
    tenant_id = sandbox.company(company)["tenant_id"]
    sandbox.control(
        "POST",
        "approvals",
        {"client_id": SERVICE[0], "tenant_id": tenant_id, "scopes": scopes},
    )
    return str(tenant_id)


def _by_credentials(sandbox: SandboxProcess, **form: str) -> requests.Response:
    return requests.post(
        f"{sandbox.url}/connect/token",
        data={"grant_type": "client_credentials", **form},
        auth=SERVICE,
        timeout=10,
    )
