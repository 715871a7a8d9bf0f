"""Which application is calling: client_secret_basic and client_secret_post (RFC 6749, 2.3.1)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from sandbox.http import NO_STORE, Request, Response, json_response
from sandbox.state import Sandbox
from sandbox.world.applications import Application


class OAuthError(Exception):
    """An answer of the token endpoint in the shape of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        content = {"error": self.error}
        if self.description:
            content["error_description"] = self.description
        return json_response(content, self.status, [NO_STORE])


def calling_application(sandbox: Sandbox, request: Request, form: dict[str, str]) -> Application:
    """Raises OAuthError(invalid_client) for an unknown client or a wrong secret."""
    client_id, secret = presented_credentials(request, form)
    request.entry.client_id = client_id or None
    application = sandbox.world.applications.get(client_id)
    if application is None or not _is_proved(application, secret, sandbox.clock.seconds()):
        raise OAuthError("invalid_client", status=sandbox.switches.invalid_client_status)
    return application


def presented_credentials(request: Request, form: dict[str, str]) -> tuple[str, str | None]:
    """Client id and secret as sent, in the header or in the form; not checked."""
    return _basic(request) or (form.get("client_id", ""), form.get("client_secret"))


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
