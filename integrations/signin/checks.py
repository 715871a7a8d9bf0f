"""A setting that names what there is not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as Advice
from django.db import DatabaseError

from integrations.signin.services import configuration


def application_is_there(**kwargs: Any) -> list[CheckMessage]:
    """Signing in with Visma stays off until its application is registered here."""
    try:
        if not settings.VISMA_SIGN_IN_APPLICATION or configuration.application() is not None:
            return []
    except DatabaseError:
        return []
    return [
        Advice(
            "VISMA_SIGN_IN_APPLICATION names no application of kind connect that is set to OpenID.",
            hint="Members sign in with their password until it does.",
            id="signin.W001",
        )
    ]
