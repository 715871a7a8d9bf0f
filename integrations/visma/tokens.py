"""The header lines that carry an access token."""

from __future__ import annotations


def bearer(token: str) -> tuple[str, ...]:
    """Return the header lines of an authorized request. Raises ValueError for an odd token."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("The access token holds characters a header can't carry.")
    return (f"Authorization: Bearer {token}", "Accept: application/json")
