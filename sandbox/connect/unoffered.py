"""Endpoints that Visma lists and no ISV is known to have; the sandbox refuses them properly."""

from __future__ import annotations

from sandbox.connect.clients import OAuthError, calling_application, read_form
from sandbox.http import Request, Response
from sandbox.state import Sandbox


def refuse(sandbox: Sandbox, request: Request) -> Response:
    """Device authorization (RFC 8628) and CIBA: known, and off for every application."""
    try:
        calling_application(sandbox, request, read_form(request))
    except OAuthError as error:
        return error.response(sandbox)
    refusal = OAuthError("unauthorized_client", "The flow is off for the application")
    return refusal.response(sandbox)
