"""The addresses of Visma Connect."""

from __future__ import annotations

from sandbox.connect import (
    authorize,
    checksession,
    discovery,
    logout,
    mishaps,
    records,
    revocation,
    signin,
    token,
    unoffered,
    userinfo,
)
from sandbox.connect.crossorigin import allow, shared
from sandbox.control.answers import controlled
from sandbox.state import Route

ROUTES = [
    Route("discovery", "GET", "/.well-known/openid-configuration", shared(discovery.show_metadata)),
    Route(
        "discovery",
        "GET",
        "/.well-known/oauth-authorization-server",
        shared(discovery.show_metadata),
    ),
    Route("jwks", "GET", "/.well-known/openid-configuration/jwks", shared(discovery.show_keys)),
    Route("jwks", "GET", "/.well-known/jwks.json", discovery.show_keys_elsewhere),
    Route("authorize", "GET", "/connect/authorize", authorize.begin),
    Route("authorize", "POST", "/connect/authorize", authorize.begin),
    Route("signin", "GET", "/connect/signin", signin.show_sign_in),
    Route("signin", "POST", "/connect/signin", signin.sign_in),
    Route("signin", "GET", "/connect/code", signin.show_code),
    Route("signin", "POST", "/connect/code", signin.check_code),
    Route("company", "GET", "/connect/company", authorize.show_companies),
    Route("company", "POST", "/connect/company", authorize.choose_company),
    Route("consent", "GET", "/connect/consent", authorize.show_consent),
    Route("consent", "POST", "/connect/consent", authorize.decide),
    Route("page", "GET", "/connect/answer.js", checksession.script("answer.js")),
    Route("page", "GET", "/connect/twice.js", checksession.script("twice.js")),
    Route("debugger", "GET", mishaps.DEBUGGER, mishaps.show_debugger),
    Route("token", "POST", "/connect/token", shared(token.issue_token)),
    Route("userinfo", "GET", "/connect/userinfo", shared(userinfo.show_userinfo)),
    Route("userinfo", "POST", "/connect/userinfo", shared(userinfo.show_userinfo)),
    Route("revocation", "POST", "/connect/revocation", shared(revocation.revoke_token)),
    Route("introspection", "POST", "/connect/introspect", revocation.introspect),
    Route("deviceauthorization", "POST", "/connect/deviceauthorization", unoffered.refuse),
    Route("ciba", "POST", "/connect/ciba", unoffered.refuse),
    Route("endsession", "GET", "/connect/endsession", logout.sign_out),
    Route("endsession", "POST", "/connect/endsession", logout.sign_out),
    Route("checksession", "GET", "/connect/checksession", checksession.show_check_session),
    Route("page", "GET", "/connect/checksession.js", checksession.script("checksession.js")),
    Route("control.logouts", "GET", "/_control/logouts", controlled(records.list_notices)),
    *[
        Route("preflight", "OPTIONS", f"/connect/{name}", allow)
        for name in ("token", "userinfo", "revocation")
    ],
]
