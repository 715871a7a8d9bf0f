"""Which application is calling: client_secret_basic and client_secret_post (RFC 6749, 2.3.1)."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from sandbox.http import (
    FORM,
    NO_STORE,
    RepeatedParameter,
    Request,
    Response,
    json_response,
    single_parameters,
)
from sandbox.state import Sandbox
from sandbox.world.applications import Application

NO_PROOF = "The application is unknown, or its secret is wrong"


class OAuthError(Exception):
    """An answer of the token endpoint in the shape of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    def response(self, sandbox: Sandbox) -> Response:
        content = {"error": self.error}
        if self.description and sandbox.switches.error_descriptions:
            content["error_description"] = self.description
        headers = [NO_STORE, ("Pragma", "no-cache")]
        if self.status == 401:
            headers.append(("WWW-Authenticate", 'Basic realm="Visma Connect"'))
        return json_response(content, self.status, headers)


def read_form(request: Request) -> dict[str, str]:
    """The form of a call to an OAuth endpoint. Raises OAuthError(invalid_request)."""
    if request.content_type != FORM:
        raise OAuthError("invalid_request", "The body is not a form")
    try:
        return single_parameters(request.body.decode("utf-8", "replace"))
    except RepeatedParameter as error:
        raise OAuthError("invalid_request", f"{error} came twice") from error


def calling_application(sandbox: Sandbox, request: Request, form: dict[str, str]) -> Application:
    """Raises OAuthError(invalid_client) for an unknown client or a wrong secret."""
    if _contradicts(sandbox, request, form):
        raise OAuthError("invalid_request", "The credentials came in two ways")
    client_id, secret = presented_credentials(request, form)
    request.entry.client_id = client_id or None
    application = sandbox.world.applications.get(client_id)
    if application is None or not _is_proved(application, secret, sandbox.clock.seconds()):
        raise OAuthError("invalid_client", NO_PROOF, sandbox.switches.invalid_client_status)
    return application


def presented_credentials(request: Request, form: dict[str, str]) -> tuple[str, str | None]:
    """Client id and secret as sent, in the header or in the form; not checked."""
    return _basic(request) or (form.get("client_id", ""), form.get("client_secret"))


def _contradicts(sandbox: Sandbox, request: Request, form: dict[str, str]) -> bool:
    """Header and form may say the same; RFC 6749, 2.3, would have only one of them."""
    basic = _basic(request)
    if basic is None or "client_secret" not in form:
        return False
    same = basic == (form.get("client_id", basic[0]), form["client_secret"])
    return not same or sandbox.switches.credentials_twice == "refused"


def _is_proved(application: Application, secret: str | None, now: float) -> bool:
    """A public client proves nothing; its code verifier does (RFC 6749, 3.2.1)."""
    if application.is_public:
        return not secret
    return secret is not None and application.takes_secret(secret, now)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)


def no_store(content: dict[str, Any]) -> Response:
    return json_response(content, headers=[NO_STORE, ("Pragma", "no-cache")])
