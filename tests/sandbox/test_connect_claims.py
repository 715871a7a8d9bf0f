"""What access tokens, ID tokens and userinfo say."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.clients import (
    approve,
    by_credentials,
    change,
    tokens_of,
    verified,
)
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import ORDERS, SCOPES, SERVICE, WEB, refresh
from tests.sandbox_process import SandboxProcess

USER = "nordhandel@fjordlys.example"
OF_A_USER = {
    "iss",
    "nbf",
    "exp",
    "aud",
    "scope",
    "client_id",
    "sub",
    "auth_time",
    "tenant_id",
}


@point("I15.user")
def test_a_users_access_token_has_these_claims(sandbox: SandboxProcess) -> None:
    claims = _access(sandbox)

    assert claims.keys() >= OF_A_USER
    assert claims["scope"] == SCOPES.split()
    assert claims["client_id"] == WEB[0]
    assert isinstance(claims["aud"], list)
    assert claims["tenant_id"] == sandbox.company("Fjordlys AS")["tenant_id"]
    assert claims["sub"] == _user(sandbox)["sub"]


@point("I15.more")
def test_an_access_token_has_no_claims_but_those(sandbox: SandboxProcess) -> None:
    assert _access(sandbox).keys() == OF_A_USER


@point("I15.service")
def test_a_services_access_token_names_no_person(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, ORDERS.split())

    claims = verified(sandbox, by_credentials(sandbox, tenant_id=tenant_id).json()["access_token"])

    assert claims.keys() >= OF_A_USER - {"sub", "auth_time"}
    assert not {"sub", "auth_time", "sid", "idp"} & claims.keys()
    assert (claims["tenant_id"], claims["client_id"]) == (tenant_id, SERVICE[0])


@point("I15.jti")
def test_a_token_id_is_there_when_the_application_wants_it(sandbox: SandboxProcess) -> None:
    assert "jti" not in _access(sandbox)

    change(sandbox, token_id=True)

    assert _access(sandbox)["jti"] != _access(sandbox)["jti"]


@point("I15.external")
def test_the_external_id_is_there_when_it_is_asked_for(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "users", {"email": USER, "external_id": "EMP-17"})
    change(sandbox, scopes=[*SCOPES.split(), "sub_external_id"])

    assert "sub_external_id" not in _access(sandbox)
    assert _access(sandbox, scope=f"{SCOPES} sub_external_id")["sub_external_id"] == "EMP-17"


@point("I15.tenant")
def test_the_tenant_is_told_without_being_asked_for(sandbox: SandboxProcess) -> None:
    assert "tenant_id" in _access(sandbox, scope="openid email")


def test_with_the_switch_no_token_tells_the_tenant(sandbox: SandboxProcess) -> None:
    sandbox.switch(tenant_claim="never")
    tokens = tokens_of(sandbox)

    assert "tenant_id" not in verified(sandbox, tokens["access_token"])
    assert "tenant_id" not in verified(sandbox, tokens["id_token"], WEB[0])


@point("I15.audience")
def test_the_audience_is_the_erp(sandbox: SandboxProcess) -> None:
    keys = tokens_of(sandbox)["access_token"]

    assert verified(sandbox, keys, "visma.net.erp")["aud"] == ["visma.net.erp"]


@point("I15.identity")
def test_an_id_token_has_these_claims(sandbox: SandboxProcess) -> None:
    tokens = tokens_of(sandbox, scope="openid")
    claims = verified(sandbox, tokens["id_token"], WEB[0])

    assert claims.keys() == {
        "iss",
        "nbf",
        "iat",
        "exp",
        "aud",
        "sub",
        "auth_time",
        "sid",
        "idp",
        "acr",
        "amr",
        "llt",
        "nonce",
        "at_hash",
        "tenant_id",
    }
    assert (claims["idp"], claims["amr"], claims["nonce"]) == ("Visma Connect", ["pwd"], "nonce-1")
    assert claims["sub"] == verified(sandbox, tokens["access_token"])["sub"]


@point("I15.refreshed")
def test_the_id_token_of_a_refresh_is_of_the_same_sign_in(sandbox: SandboxProcess) -> None:
    tokens = tokens_of(sandbox)
    first = verified(sandbox, tokens["id_token"], WEB[0])

    later = refresh(sandbox.url, tokens["refresh_token"]).json()["id_token"]

    claims = verified(sandbox, later, WEB[0])
    assert [claims[name] for name in ("sub", "sid", "auth_time")] == [
        first[name] for name in ("sub", "sid", "auth_time")
    ]
    assert "nonce" not in claims


@point("I15.core")
def test_an_id_token_tells_the_person_when_the_application_wants_it(
    sandbox: SandboxProcess,
) -> None:
    scope = "openid email profile"
    told = verified(sandbox, tokens_of(sandbox, scope=scope)["id_token"], WEB[0])
    assert (told["email"], told["name"]) == (USER, "Nordhandel Integrasjon")

    change(sandbox, identity_claims_in_id_token=False)
    claims = verified(sandbox, tokens_of(sandbox, scope=scope)["id_token"], WEB[0])
    assert not {"email", "name", "given_name", "locale"} & claims.keys()


@point("I15.identity_life")
def test_an_id_token_lives_five_minutes(sandbox: SandboxProcess) -> None:
    claims = verified(sandbox, tokens_of(sandbox)["id_token"], WEB[0])

    assert claims["exp"] - claims["iat"] == 300


@point("I16.userinfo")
@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid profile", {"name", "given_name", "family_name", "locale"}),
        ("openid roles phone", {"roles", "phone_number", "phone_number_verified"}),
    ],
)
def test_userinfo_tells_what_the_scopes_open(
    sandbox: SandboxProcess, scope: str, told: set[str]
) -> None:
    sandbox.control("POST", "users", {"email": USER, "phone_number": "+4722000000"})
    change(sandbox, scopes=[*SCOPES.split(), "roles", "phone"])

    answer = _userinfo(sandbox, tokens_of(sandbox, scope=scope)["access_token"])

    claims = answer.json()
    assert claims.keys() == {"sub", "idp", "auth_time", "sid"} | told
    assert (claims["sub"], claims["idp"]) == (_user(sandbox)["sub"], "Visma Connect")
    assert isinstance(claims["auth_time"], str)
    assert claims.get("roles", ["API User"]) == ["API User"]


@point("I16.userinfo_refused")
def test_userinfo_is_for_people_who_signed_in(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox, ORDERS.split())
    service = by_credentials(sandbox, tenant_id=tenant_id).json()["access_token"]
    without = tokens_of(sandbox, scope="vismanet_erp_interactive_api:read")["access_token"]

    assert _userinfo(sandbox, "unknown").status_code == 401
    assert _userinfo(sandbox, service).status_code == 401
    assert _userinfo(sandbox, without).status_code == 403


def _access(sandbox: SandboxProcess, **asked: str) -> Any:
    return verified(sandbox, tokens_of(sandbox, **asked)["access_token"])


def _user(sandbox: SandboxProcess) -> Any:
    return next(user for user in sandbox.world()["users"] if user["email"] == USER)


def _userinfo(sandbox: SandboxProcess, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{sandbox.url}/connect/userinfo", headers=headers, timeout=10)
