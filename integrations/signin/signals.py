"""Signing out here takes the session's row along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from integrations.signin.middleware import SESSION_KEY
from integrations.signin.services import endings


def end_visma_session(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    session_id = request.session.get(SESSION_KEY) if request is not None else None
    if session_id is not None:
        endings.end(session_id)
