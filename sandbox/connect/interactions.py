"""One authorization request on its way through the pages."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

from sandbox.draws import drawn_hex

LIFETIME = 3600

ResponseMode = Literal["query", "fragment", "form_post"]


@dataclass(slots=True)
class Interaction:
    """What the client asked, and how far the person has come.

    ``half_signed_in`` is the sub of somebody whose password was right and who owes the code.
    """

    id: str
    client_id: str
    redirect_uri: str
    scopes: list[str]
    state: str | None
    nonce: str | None
    hybrid: bool
    response_mode: ResponseMode
    challenge: str
    challenge_method: str
    prompt: list[str]
    max_age: int | None
    second_step: bool
    tenant_hint: str
    login_hint: str
    locale: str
    began_at: float
    signed_in: bool = False
    half_signed_in: str = ""
    consented: bool = False
    tenant_id: str | None = None
    without_tenant: bool = False


@dataclass(slots=True)
class Mishap:
    """What the debugger tells of an Error-ID; ``error`` is OAuth's word for it."""

    error: str
    reason: str
    client_id: str
    at: float


@dataclass(slots=True)
class InteractionBook:
    going_on: dict[str, Interaction] = field(default_factory=dict)
    mishaps: dict[str, Mishap] = field(default_factory=dict)

    def add(self, interaction: Interaction) -> None:
        """Keep it, and forget those that nobody finished in time."""
        for known in [*self.going_on.values()]:
            if interaction.began_at <= known.began_at + LIFETIME:
                break
            self.end(known)
        self.going_on[interaction.id] = interaction

    def find(self, interaction_id: str, now: float) -> Interaction | None:
        found = self.going_on.get(interaction_id)
        return found if found and now <= found.began_at + LIFETIME else None

    def end(self, interaction: Interaction) -> None:
        self.going_on.pop(interaction.id, None)

    def record(self, mishap: Mishap, chance: random.Random) -> str:
        """Keep it for the debugger and return its Error-ID."""
        error_id = drawn_hex(chance, 32)
        self.mishaps[error_id] = mishap
        return error_id
