"""What VNI has handed out. Its tokens never expire; only a newer one ends them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Ask:
    """An authorization request on its way through the pages."""

    id: str
    client_id: str
    redirect_uri: str
    state: str | None
    signed_in: bool = False


@dataclass(slots=True)
class Code:
    value: str
    client_id: str
    sub: str
    redirect_uri: str
    expires_at: float


@dataclass(slots=True)
class Token:
    """It belongs to a person, not to a company."""

    value: str
    client_id: str
    sub: str
    made_at: float


@dataclass(slots=True)
class Activation:
    """The link in the mail to a new client. ``ends_at`` is seconds since the epoch."""

    code: str
    client_id: str
    kind: str
    ends_at: float


@dataclass(slots=True)
class VniBook:
    asks: dict[str, Ask] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)

    def redeem(self, value: str, now: float) -> Code | None:
        """Take the code; it works once."""
        code = self.codes.pop(value, None)
        return code if code is not None and code.expires_at >= now else None

    def hand_out(self, token: Token) -> None:
        """Every older token of this client and person is dead from now on, in all companies."""
        for old in [one for one in self.tokens.values() if _same_owner(one, token)]:
            del self.tokens[old.value]
        self.tokens[token.value] = token


def _same_owner(one: Token, other: Token) -> bool:
    return (one.client_id, one.sub) == (other.client_id, other.sub)
