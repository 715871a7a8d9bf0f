"""What can go wrong in a call to Visma, named by what the caller may do next.

No text here ever holds a token, a secret, a code or a verifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from integrations.visma.headers import RateLimit


class VismaError(Exception):
    """Visma did not do what we asked.

    ``rate_limit`` and ``answered_at`` are what the answer's headers said, if they came.
    """

    rate_limit: RateLimit | None = None
    answered_at: datetime | None = None


class Outage(VismaError):
    """Nothing was learnt; try again.

    ``sent`` is True when bytes of the request may have reached Visma. ``answered`` is True when
    the server itself said in a whole answer that it failed, so that nothing was done; a gateway
    that only got no answer (502, 504) can't say so. ``own_set_up`` is True when the cause is on
    our side (CA file, host name).
    """

    def __init__(
        self,
        detail: str,
        *,
        sent: bool,
        answered: bool = False,
        own_set_up: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.sent = sent
        self.answered = answered
        self.own_set_up = own_set_up
        self.retry_after = retry_after

    @property
    def may_have_spent(self) -> bool:
        """Whether a one-time refresh token or a code may be spent."""
        return self.sent and not self.answered


class Refused(VismaError):
    """An OAuth error answer (RFC 6749 section 5.2). ``error`` is its code, as in invalid_grant."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(f"{error} (HTTP {status})")
        self.error = error
        self.description = description
        self.status = status


class BadAnswer(VismaError):
    """Visma answered, but not in a form we accept."""


class Malformed(BadAnswer):
    """The body of a read is not what the API promises."""


class ListMoved(Malformed):
    """A list changed between two of its pages: rows may have been missed, so begin anew."""


class BadIdToken(BadAnswer):
    """The ID token fails a check. ``reason`` is one word: signature, issuer, audience, nonce, …"""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The ID token fails a check: {reason}")
        self.reason = reason


class BadCallback(VismaError):
    """The callback's parameters can't be trusted.

    ``reason`` is repeated, issuer_missing, issuer_wrong, state_missing, empty, mixed, odd or
    too_long.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"The callback is refused: {reason}")
        self.reason = reason


class Unauthorized(VismaError):
    """401: the access token isn't taken, or it belongs to the contract instead of the company."""


class Forbidden(VismaError):
    """403: the token is good, but not for this."""


class Throttled(VismaError):
    """429: wait ``retry_after`` seconds (None: Visma didn't say)."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("Visma asks us to wait")
        self.retry_after = retry_after


class Faulted(VismaError):
    """An ERP fault (IPPException). ``code`` is ExceptionFaultCode: 12002 no such company for this
    user, 12027 no licence or no API User role."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The ERP answered fault {code}")
        self.code = code
