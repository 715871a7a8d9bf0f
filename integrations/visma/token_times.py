"""From when to when an access token counts, as it says itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt


@dataclass(frozen=True, slots=True)
class TokenTimes:
    """By Visma's clock. ``begins`` is the later of nbf and iat; None: the token doesn't say."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the token counts at a moment of the clock that judges it."""
        return not (self.begins and at < self.begins) and not (self.ends and at >= self.ends)


def times_of(access_token: str) -> TokenTimes:
    """Read a JWT's nbf, iat and exp; an opaque token says nothing.

    Unverified: only for a token the token endpoint has given us.
    """
    with contextlib.suppress(jwt.PyJWTError, ValueError, RecursionError):
        claims = jwt.decode(access_token, options={"verify_signature": False})
        begins = [moment for name in ("nbf", "iat") if (moment := _moment(claims.get(name)))]
        return TokenTimes(max(begins, default=None), _moment(claims.get("exp")))
    return TokenTimes()


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        return None
    return datetime.fromtimestamp(value, UTC)
