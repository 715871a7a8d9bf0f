"""VNI's token endpoint and the few services beside it."""

from __future__ import annotations

from typing import Any

from sandbox.connect.clients import presented_credentials
from sandbox.draws import drawn_hex, drawn_uuid
from sandbox.erp.errors import gateway_error
from sandbox.http import NO_STORE, Request, Response, json_response
from sandbox.state import Sandbox
from sandbox.vni.callers import SCOPE, dead_token, retired, vni_token
from sandbox.vni.store import Code, Token
from sandbox.world.applications import Application


class TokenRefused(Exception):
    """The text is an error code of RFC 6749, section 5.2."""


def issue_token(sandbox: Sandbox, request: Request) -> Response:
    """``token`` carries the access token; it has no end and no refresh token."""
    if sandbox.switches.vni_retired:
        return retired(sandbox)
    try:
        application = _application(sandbox, request)
        code = _code(sandbox, application, request.form)
    except TokenRefused as refusal:
        return _refused(sandbox, str(refusal))
    return json_response(_new_token(sandbox, code), headers=[NO_STORE])


def revoke_token(sandbox: Sandbox, request: Request) -> Response:
    """DELETE ends the token it is sent with, and answers nothing."""
    token = vni_token(sandbox, request)
    if token is None:
        return dead_token(sandbox)
    del sandbox.vni.tokens[token.value]
    return Response(200)


def test_connection(sandbox: Sandbox, request: Request) -> Response:
    """Needs no token."""
    if sandbox.switches.vni_retired:
        return retired(sandbox)
    return Response(200, b"OK", [("Content-Type", "text/plain; charset=utf-8")])


def _application(sandbox: Sandbox, request: Request) -> Application:
    """Credentials in the header, in the form, or in both, where they must be the same."""
    form = request.form
    client_id, secret = presented_credentials(request, form)
    request.entry.client_id = client_id or None
    application = sandbox.world.applications.get(client_id)
    if application is None or application.vni == "off" or not secret:
        raise TokenRefused("invalid_client")
    now = sandbox.clock.seconds()
    secrets = {secret, form.get("client_secret") or secret}
    if form.get("client_id", client_id) != client_id or not all(
        application.takes_secret(one, now) for one in secrets
    ):
        raise TokenRefused("invalid_client")
    return application


def _code(sandbox: Sandbox, application: Application, form: dict[str, str]) -> Code:
    if form.get("grant_type") != "authorization_code":
        # ``password`` was withdrawn; new clients get codes only.
        raise TokenRefused("unsupported_grant_type")
    code = sandbox.vni.redeem(form.get("code", ""), sandbox.clock.seconds())
    fits = code is not None and (code.client_id, code.redirect_uri) == (
        application.client_id,
        form.get("redirect_uri"),
    )
    if code is None or not fits:
        raise TokenRefused("invalid_grant")
    return code


def _new_token(sandbox: Sandbox, code: Code) -> dict[str, Any]:
    chance = sandbox.random
    opaque = sandbox.switches.vni_token_form == "hex"  # noqa: S105 - a choice, not a secret
    value = drawn_hex(chance, 64) if opaque else drawn_uuid(chance)
    sandbox.vni.hand_out(Token(value, code.client_id, code.sub, sandbox.clock.seconds()))
    content = {"token": value, "token_type": "Bearer", "scope": SCOPE}
    if sandbox.switches.vni_refresh_token:
        content["refresh_token"] = drawn_uuid(chance)
    return content


def _refused(sandbox: Sandbox, error: str) -> Response:
    if sandbox.switches.vni_token_error == "exception":  # noqa: S105 - a choice, not a secret
        return gateway_error(sandbox, 400, "", error)
    return json_response({"error": error}, 400, [NO_STORE])
