"""Server metadata (OpenID Connect Discovery, RFC 8414) and the published keys."""

from __future__ import annotations

from sandbox.connect.words import LOCALES
from sandbox.http import Request, Response, json_response, problem
from sandbox.state import Sandbox

AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
ALGORITHMS = [f"{family}{size}" for family in ("RS", "PS", "ES") for size in (256, 384, 512)]
# A part of what Visma lists; the scopes of Visma.net ERP are not among them there either.
SCOPES = [
    "address",
    "profile",
    "email",
    "phone",
    "openid",
    "roles.vismanet",
    "roles",
    "tenants",
    "groups",
    "tenant_hierarchy",
    "sub_external_id",
    "visma.net.erp.blobstorageservice:api",
    "visma.net.erp.ai.mcp:execute",
    "offline_access",
]
CLAIMS = [
    "address",
    "name",
    "given_name",
    "family_name",
    "picture",
    "locale",
    "created_at",
    "updated_at",
    "name_verified",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "roles.vismanet",
    "roles",
    "built_in_roles",
    "tenant_id",
    "tenants",
    "applications",
    "features",
    "tenant_external_id",
    "tenant_owner_client_id",
    "groups",
    "tenant_hierarchy",
    "sub_external_id",
]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant's name
GRANT_TYPES = [
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "implicit",
    DEVICE_CODE,
    CIBA,
    "delegation",
    TOKEN_EXCHANGE,
]
RESPONSE_TYPES = [
    "code",
    "token",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
]


def show_metadata(sandbox: Sandbox, request: Request) -> Response:
    content = {
        "issuer": sandbox.issuer,
        "jwks_uri": sandbox.url("/.well-known/openid-configuration/jwks"),
        **{name: sandbox.url(f"/connect/{path}") for name, path in _ENDPOINTS.items()},
        **_FEATURES,
    }
    return json_response(content)


def show_keys(sandbox: Sandbox, request: Request) -> Response:
    return json_response(sandbox.keys.jwks())


def show_keys_elsewhere(sandbox: Sandbox, request: Request) -> Response:
    """The address one public client knows; the metadata name another."""
    if not sandbox.switches.keys_at_jwks_json:
        return problem(404, "Nothing is here.", instance=request.path)
    return show_keys(sandbox, request)


_ENDPOINTS = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "userinfo_endpoint": "userinfo",
    "end_session_endpoint": "endsession",
    "check_session_iframe": "checksession",
    "revocation_endpoint": "revocation",
    "introspection_endpoint": "introspect",
    "device_authorization_endpoint": "deviceauthorization",
    "backchannel_authentication_endpoint": "ciba",
}
_FEATURES = {
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "scopes_supported": SCOPES,
    "claims_supported": CLAIMS,
    "grant_types_supported": GRANT_TYPES,
    "response_types_supported": RESPONSE_TYPES,
    "response_modes_supported": ["form_post", "query", "fragment"],
    "token_endpoint_auth_methods_supported": AUTH_METHODS,
    "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
    "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
    "id_token_signing_alg_values_supported": ["RS256"],
    "userinfo_signing_alg_values_supported": ["RS256"],
    "introspection_signing_alg_values_supported": ["RS256"],
    "subject_types_supported": ["public"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "request_parameter_supported": True,
    "request_object_signing_alg_values_supported": ALGORITHMS,
    "prompt_values_supported": ["none", "login", "consent", "select_account"],
    "ui_locales_supported": list(LOCALES),
    "authorization_response_iss_parameter_supported": True,
    "backchannel_token_delivery_modes_supported": ["poll"],
    "backchannel_user_code_parameter_supported": True,
    "backchannel_authentication_request_signing_alg_values_supported": ALGORITHMS,
    "dpop_signing_alg_values_supported": ALGORITHMS,
}
