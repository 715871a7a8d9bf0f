"""Server metadata (OpenID Connect Discovery, RFC 8414) and the published keys."""

from __future__ import annotations

from sandbox.http import Request, Response, json_response
from sandbox.state import Sandbox

AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
# A part of what Visma lists; the scopes of Visma.net ERP are not among them there either.
SCOPES = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "roles",
    "roles.vismanet",
    "groups",
    "tenants",
    "tenant_hierarchy",
    "sub_external_id",
    "offline_access",
    "visma.net.erp.blobstorageservice:api",
]
CLAIMS = [
    "sub",
    "name",
    "given_name",
    "family_name",
    "picture",
    "locale",
    "email",
    "email_verified",
    "phone_number",
    "address",
    "created_at",
    "updated_at",
    "roles",
    "roles.vismanet",
    "built_in_roles",
    "groups",
    "tenant_id",
    "tenants",
    "tenant_hierarchy",
    "tenant_external_id",
    "tenant_owner_client_id",
    "applications",
    "features",
    "sub_external_id",
]
GRANT_TYPES = ["authorization_code", "client_credentials", "refresh_token"]


def show_metadata(sandbox: Sandbox, request: Request) -> Response:
    def connect(name: str) -> str:
        return sandbox.url(f"/connect/{name}")

    return json_response(
        {
            "issuer": sandbox.issuer,
            "jwks_uri": sandbox.url("/.well-known/openid-configuration/jwks"),
            "authorization_endpoint": connect("authorize"),
            "token_endpoint": connect("token"),
            "userinfo_endpoint": connect("userinfo"),
            "end_session_endpoint": connect("endsession"),
            "revocation_endpoint": connect("revocation"),
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "scopes_supported": SCOPES,
            "claims_supported": CLAIMS,
            "grant_types_supported": GRANT_TYPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["form_post", "query"],
            "token_endpoint_auth_methods_supported": AUTH_METHODS,
            "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
            "id_token_signing_alg_values_supported": ["RS256"],
            "userinfo_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "code_challenge_methods_supported": ["plain", "S256"],
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
        }
    )


def show_keys(sandbox: Sandbox, request: Request) -> Response:
    return json_response(sandbox.keys.jwks())
