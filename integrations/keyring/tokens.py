"""Random tokens the portal hands out, and the digests it keeps of them."""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


def digest(token: str) -> str:
    """What is kept of a token: SHA-256 in hex. Tokens hold 256 bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 random bits for a link or a cookie."""
    return secrets.token_urlsafe(32)


def new_key(prefix: str) -> str:
    """A key a scanner can find: ``prefix_<43 characters><6 characters of checksum>``."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(43))
    return f"{prefix}_{body}{_checksum(body)}"


def is_well_formed(key: str, prefix: str) -> bool:
    """Whether the checksum fits; a mistyped key is refused without asking the database."""
    start, _, rest = key.rpartition("_")
    return start == prefix and len(rest) == 49 and _checksum(rest[:43]) == rest[43:]


def _checksum(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, index = divmod(number, len(ALPHABET))
        letters = ALPHABET[index] + letters
    return letters
