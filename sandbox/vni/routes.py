"""The addresses of VNI."""

from __future__ import annotations

from sandbox.pages import own_pages_only
from sandbox.state import Route
from sandbox.vni import activation, authorize, context, token
from sandbox.vni.authorize import HOME

SECURITY = "/API/security/api"
CONTEXT = "/API/resources/v1/context"

ROUTES = [
    Route("vni.authorize", "GET", f"{HOME}/authorize", authorize.begin),
    Route("vni.signin", "POST", f"{HOME}/signin", own_pages_only(authorize.sign_in)),
    Route("vni.allow", "POST", f"{HOME}/allow", own_pages_only(authorize.decide)),
    Route("vni.activate", "GET", f"{HOME}/activate", activation.show_link),
    Route("vni.activate", "POST", f"{HOME}/activate", own_pages_only(activation.activate)),
    Route("vni.token", "POST", f"{SECURITY}/v2/token", token.issue_token),
    Route("vni.revoke", "DELETE", f"{SECURITY}/v1/token", token.revoke_token),
    Route("vni.ping", "GET", f"{SECURITY}/v1/testconnection", token.test_connection),
    Route(
        "vni.context",
        "GET",
        f"{SECURITY}/v1/token/usercontexts",
        context.for_token(context.list_contexts),
    ),
    Route("vni.context", "GET", CONTEXT, context.for_token(context.list_contexts)),
    Route("vni.context", "GET", f"{CONTEXT}/userdetails", context.for_token(context.show_user)),
    Route(
        "vni.context",
        "GET",
        rf"{CONTEXT}/(?P<company_id>\d+)",
        context.for_token(context.show_company),
    ),
]
