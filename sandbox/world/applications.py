"""What integrators register in the Developer Portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class Application:
    """A registration in the Developer Portal. Lives of refresh tokens are in days, 0 is off.

    Refresh settings are stamped on a grant when it is made; later edits touch new grants only.
    """

    client_id: str
    name: str
    kind: Literal["web", "service"]
    secrets: list[str]
    redirect_uris: list[str] = field(default_factory=list)
    redirect_uri_prefixes: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    grant_types: list[str] = field(default_factory=list)
    offline_access: bool = True
    pkce: bool = True
    refresh: Literal["one_time", "reuse"] = "one_time"
    refresh_grace: int = 0
    refresh_days: int = 90
    refresh_sliding_days: int = 0
    token_minutes: int = 60
    token_id: bool = False
    partner: bool = True
    description: str = ""

    def takes_redirect(self, uri: str) -> bool:
        """Exact comparison, as Visma does; prefixes are a convenience of the sandbox."""
        return uri in self.redirect_uris or any(
            prefix and uri.startswith(prefix) for prefix in self.redirect_uri_prefixes
        )


@dataclass(slots=True)
class InvitationCode:
    """What a customer types in the App Store. ``expires_at`` is seconds since the epoch."""

    code: str
    client_id: str
    expires_at: float
    single_use: bool = False
    used_by: list[str] = field(default_factory=list)
