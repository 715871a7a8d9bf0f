"""One authorization request on its way through the pages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

LIFETIME = 3600


@dataclass(slots=True)
class Interaction:
    """What the client asked, and how far the person has come."""

    id: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    response_mode: str
    challenge: str
    challenge_method: str
    prompt: frozenset[str]
    max_age: int | None
    tenant_hint: str
    login_hint: str
    began_at: float
    signed_in: bool = False
    consented: bool = False
    tenant_id: str | None = None
    without_tenant: bool = False


@dataclass(slots=True)
class InteractionBook:
    _interactions: dict[str, Interaction] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, interaction: Interaction) -> None:
        self._interactions[interaction.id] = interaction

    def find(self, interaction_id: str, now: float) -> Interaction | None:
        found = self._interactions.get(interaction_id)
        return found if found and now <= found.began_at + LIFETIME else None

    def end(self, interaction: Interaction) -> None:
        self._interactions.pop(interaction.id, None)

    def record_error(self, reason: str) -> str:
        """Keep the reason for the debugger and return its Error-ID."""
        error_id = secrets.token_hex(16)
        self.errors[error_id] = reason
        return error_id


def new_id() -> str:
    return secrets.token_urlsafe(24)
