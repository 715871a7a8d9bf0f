"""Ids, tokens and codes drawn from the sandbox's seeded chances.

Same seed, same run: whoever knows the seed can guess them all, which is what a stand-in is for.
"""

from __future__ import annotations

import base64
import random
from uuid import UUID


def drawn_hex(chance: random.Random, length: int) -> str:
    """Lower-case hexadecimal digits."""
    return f"{chance.getrandbits(length * 4):0{length}x}"


def drawn_token(chance: random.Random, size: int = 32) -> str:
    """URL-safe text of ``size`` random bytes, without padding."""
    return base64.urlsafe_b64encode(chance.randbytes(size)).rstrip(b"=").decode()


def drawn_uuid(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
