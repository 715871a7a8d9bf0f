"""The addresses of Visma Connect."""

from __future__ import annotations

from sandbox.connect import authorize, discovery, signin, token, userinfo
from sandbox.state import Route

ROUTES = [
    Route("token", "POST", "/connect/token", token.issue_token),
    Route("userinfo", "GET", "/connect/userinfo", userinfo.show_userinfo),
    Route("userinfo", "POST", "/connect/userinfo", userinfo.show_userinfo),
    Route("revocation", "POST", "/connect/revocation", userinfo.revoke_token),
    Route("discovery", "GET", "/.well-known/openid-configuration", discovery.show_metadata),
    Route("discovery", "GET", "/.well-known/oauth-authorization-server", discovery.show_metadata),
    Route("jwks", "GET", "/.well-known/openid-configuration/jwks", discovery.show_keys),
    Route("authorize", "GET", "/connect/authorize", authorize.begin),
    Route("authorize", "POST", "/connect/authorize", authorize.begin),
    Route("signin", "GET", "/connect/signin", signin.show_sign_in),
    Route("signin", "POST", "/connect/signin", signin.sign_in),
    Route("company", "GET", "/connect/company", authorize.show_companies),
    Route("company", "POST", "/connect/company", authorize.choose_company),
    Route("consent", "GET", "/connect/consent", authorize.show_consent),
    Route("consent", "POST", "/connect/consent", authorize.decide),
    Route("endsession", "GET", "/connect/endsession", signin.sign_out),
    Route("debugger", "GET", "/connect/debugger", authorize.show_error),
]
