"""The metadata, the keys, and what is listed without being offered."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import jwt
import pytest
import requests
from cryptography import x509

from tests.sandbox.clients import call, tokens_of, verified, why
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import WEB, Visitor
from tests.sandbox_process import SandboxProcess

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
AUTHENTICATION = ["client_secret_basic", "client_secret_post"]
LISTED = {
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "grant_types_supported": [
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:openid:params:grant-type:ciba",
        "delegation",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ],
    "response_types_supported": [
        "code",
        "token",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    ],
    "response_modes_supported": ["form_post", "query", "fragment"],
    "token_endpoint_auth_methods_supported": AUTHENTICATION,
    "revocation_endpoint_auth_methods_supported": AUTHENTICATION,
    "introspection_endpoint_auth_methods_supported": AUTHENTICATION,
    "id_token_signing_alg_values_supported": ["RS256"],
    "userinfo_signing_alg_values_supported": ["RS256"],
    "introspection_signing_alg_values_supported": ["RS256"],
    "subject_types_supported": ["public"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "request_parameter_supported": True,
    "request_object_signing_alg_values_supported": ALGORITHMS,
    "prompt_values_supported": ["none", "login", "consent", "select_account"],
    "ui_locales_supported": [
        "da-DK",
        "en-GB",
        "en-US",
        "fi-FI",
        "nb-NO",
        "nl-NL",
        "sv-SE",
        "lv-LV",
    ],
    "authorization_response_iss_parameter_supported": True,
    "backchannel_token_delivery_modes_supported": ["poll"],
    "backchannel_user_code_parameter_supported": True,
    "backchannel_authentication_request_signing_alg_values_supported": ALGORITHMS,
    "dpop_signing_alg_values_supported": ALGORITHMS,
}
ENDPOINTS = {
    "authorization_endpoint": "/connect/authorize",
    "token_endpoint": "/connect/token",
    "userinfo_endpoint": "/connect/userinfo",
    "end_session_endpoint": "/connect/endsession",
    "check_session_iframe": "/connect/checksession",
    "revocation_endpoint": "/connect/revocation",
    "introspection_endpoint": "/connect/introspect",
    "device_authorization_endpoint": "/connect/deviceauthorization",
    "backchannel_authentication_endpoint": "/connect/ciba",
    "jwks_uri": "/.well-known/openid-configuration/jwks",
}


@point("I1.discovery")
def test_both_well_known_addresses_serve_the_same_document(sandbox: SandboxProcess) -> None:
    other = requests.get(f"{sandbox.url}/.well-known/oauth-authorization-server", timeout=10)

    assert other.json() == _metadata(sandbox)
    assert other.json()["issuer"] == sandbox.url
    assert not sandbox.url.endswith("/")


@point("I1.endpoints")
def test_lists_the_endpoints_that_visma_lists(sandbox: SandboxProcess) -> None:
    metadata = _metadata(sandbox)

    assert {name: metadata[name] for name in ENDPOINTS} == {
        name: sandbox.url + path for name, path in ENDPOINTS.items()
    }


@point("I1.members")
def test_lists_all_that_visma_lists_and_nothing_else(sandbox: SandboxProcess) -> None:
    metadata = _metadata(sandbox)

    assert {name: metadata[name] for name in LISTED} == LISTED
    assert metadata.keys() == {
        *LISTED,
        *ENDPOINTS,
        "issuer",
        "scopes_supported",
        "claims_supported",
    }


@point("I1.scopes")
def test_lists_no_scope_of_the_erp(sandbox: SandboxProcess) -> None:
    metadata = _metadata(sandbox)

    listed = " ".join(metadata["scopes_supported"])
    assert "vismanet_erp" not in listed
    assert "salesorder" not in listed
    assert {"openid", "profile", "email", "tenants", "offline_access"} <= set(listed.split())
    assert {"tenant_id", "tenants", "sub_external_id"} <= set(metadata["claims_supported"])


@point("I1.jwks")
def test_the_keys_are_only_where_the_metadata_say(sandbox: SandboxProcess) -> None:
    elsewhere = requests.get(f"{sandbox.url}/.well-known/jwks.json", timeout=10)

    assert elsewhere.status_code == 404
    assert len(_keys(sandbox)) == 2


@point("I1.unoffered")
def test_what_is_listed_but_not_offered_is_refused_properly(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    for name in ("deviceauthorization", "ciba"):
        answer = call(sandbox, name, scope="openid")
        assert (answer.status_code, answer.json()) == (400, {"error": "unauthorized_client"})
        stranger = call(sandbox, name, ("isv_unknown", "x"), scope="openid")
        assert stranger.json() == {"error": "invalid_client"}
    for grant_type in LISTED["grant_types_supported"][3:]:  # type: ignore[index]  # a list
        answer = call(sandbox, "token", grant_type=grant_type)
        assert (answer.status_code, answer.json()) == (400, {"error": "unauthorized_client"})
    for response_type in ("token", "id_token", "id_token token", "code token"):
        visitor.authorize(response_type=response_type)
        assert "unsupported_response_type" in why(visitor)
    visitor.authorize(request="e30.e30.")
    assert "request_not_supported" in why(visitor)


@point("I2.keys")
def test_publishes_two_keys_named_by_their_certificates(sandbox: SandboxProcess) -> None:
    for key in _keys(sandbox):
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
        assert re.fullmatch(r"[0-9A-F]{40}RS256", key["kid"])
        der = base64.b64decode(key["x5c"][0])
        thumbprint = hashlib.sha1(der, usedforsecurity=False)
        assert thumbprint.hexdigest().upper() == key["kid"].removesuffix("RS256")
        assert thumbprint.digest() == base64.urlsafe_b64decode(key["x5t"] + "=")
        public = x509.load_der_x509_certificate(der).public_key()
        assert public == jwt.PyJWK(key).key


@point("I2.rotation")
def test_rotated_keys_still_verify_until_they_are_dropped(sandbox: SandboxProcess) -> None:
    token = tokens_of(sandbox)["id_token"]

    sandbox.control("POST", "keys/rotate")
    assert verified(sandbox, token, WEB[0])
    assert _signer(tokens_of(sandbox)["id_token"]) != _signer(token)

    sandbox.control("POST", "keys/rotate", {"drop_old": True})
    assert len(_keys(sandbox)) == 2
    with pytest.raises(jwt.PyJWKClientError):
        verified(sandbox, token, WEB[0])


@point("I2.types")
def test_access_tokens_say_what_they_are(sandbox: SandboxProcess) -> None:
    tokens = tokens_of(sandbox)

    access = jwt.get_unverified_header(tokens["access_token"])
    identity = jwt.get_unverified_header(tokens["id_token"])
    signer = _keys(sandbox)[0]
    common = {"alg": "RS256", "kid": signer["kid"], "x5t": signer["x5t"]}
    assert access == common | {"typ": "at+jwt"}
    assert identity == common | {"typ": "JWT"}


def _metadata(sandbox: SandboxProcess) -> Any:
    return requests.get(f"{sandbox.url}/.well-known/openid-configuration", timeout=10).json()


def _keys(sandbox: SandboxProcess) -> Any:
    address = f"{sandbox.url}/.well-known/openid-configuration/jwks"
    return requests.get(address, timeout=10).json()["keys"]


def _signer(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])
