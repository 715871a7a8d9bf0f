"""One-time codes of an authenticator app (RFC 6238: SHA-1, 30 seconds, six digits)."""

from __future__ import annotations

import base64
import binascii
import hmac

STEP = 30
DIGITS = 6


def fitting_step(secret: str, typed: str, now: float, after: int) -> int | None:
    """The time step whose code was typed, later than ``after`` and at most one off.

    ``secret`` is base32, as authenticator apps take it.
    """
    current = int(now) // STEP
    code = typed.replace(" ", "")
    if len(code) != DIGITS:
        return None
    for step in (current - 1, current, current + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def code_at(secret: str, step: int) -> str:
    """The code of one time step; empty when the secret is no base32."""
    padded = secret.upper() + "=" * (-len(secret) % 8)
    try:
        key = base64.b32decode(padded)
    except binascii.Error:
        return ""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"
