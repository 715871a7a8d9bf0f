"""What integrators register in the Developer Portal."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["web", "spa", "service"]
Decision = Literal["pending", "approved", "rejected"]


@dataclass(slots=True)
class Secret:
    """A client secret. Moments are seconds since the epoch; no ``ends_at`` is for ever."""

    value: str
    works_from: float = 0.0
    ends_at: float | None = None

    def works_at(self, now: float) -> bool:
        return self.works_from <= now and not self.is_over(now)

    def is_over(self, now: float) -> bool:
        return self.ends_at is not None and self.ends_at <= now


@dataclass(slots=True)
class Integration:
    """An application's wish to call an API; ``api`` is an id of ``sandbox.world.apis``."""

    api: str
    scopes: list[str]
    state: Decision = "pending"


@dataclass(slots=True)
class Logo:
    """A picture as a ``data:`` URI. People at Visma look at it before anybody else sees it."""

    picture: str
    state: Decision = "pending"


@dataclass(slots=True)
class Application:
    """A registration in the Developer Portal. Lives of refresh tokens are in days, 0 is off.

    ``scopes`` are those that may be asked for; the portal adds to them what an API's team
    approves. Refresh settings are stamped on a grant when it is made; later edits touch new
    grants only. ``owner`` is a developer's e-mail address. In the App Store it can be found
    when ``store`` is ``published``: by everybody, or with an invitation code only.
    """

    client_id: str
    name: str
    kind: Kind
    secrets: list[Secret]
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
    hybrid: bool = False
    identity_claims_in_id_token: bool = True
    created_at: float = 0.0
    backchannel_logout_uri: str = ""
    frontchannel_logout_uri: str = ""
    post_logout_redirect_uris: list[str] = field(default_factory=list)
    owner: str = ""
    integrations: list[Integration] = field(default_factory=list)
    logo: Logo | None = None
    privacy_uri: str = ""
    terms_uri: str = ""
    website_uri: str = ""
    audience: Literal["public", "invite_only"] = "invite_only"
    store: Literal["unpublished", "in_review", "published"] = "unpublished"
    vni: Literal["off", "test", "production"] = "off"

    @property
    def is_public(self) -> bool:
        """Runs where nothing can be kept secret, so it has no secrets (RFC 6749, 2.1)."""
        return self.kind == "spa"

    def takes_redirect(self, uri: str) -> bool:
        """Exact comparison, as Visma does; prefixes are a convenience of the sandbox."""
        return uri in self.redirect_uris or any(
            prefix and uri.startswith(prefix) for prefix in self.redirect_uri_prefixes
        )

    def takes_secret(self, typed: str, now: float) -> bool:
        """Whether one of the secrets that work now was typed."""
        return any(
            hmac.compare_digest(secret.value.encode(), typed.encode())
            for secret in self.secrets
            if secret.works_at(now)
        )


@dataclass(slots=True)
class CodeUse:
    """An approval that a code has led to; ``email`` is who gave it, ``at`` is seconds."""

    tenant_id: str
    email: str
    at: float


@dataclass(slots=True)
class InvitationCode:
    """What a customer types in the App Store. ``expires_at`` is seconds since the epoch."""

    code: str
    client_id: str
    expires_at: float
    single_use: bool = False
    withdrawn: bool = False
    uses: list[CodeUse] = field(default_factory=list)
    description: str = ""
