"""Encryption of secrets at rest: AES-256-GCM, bound to its owner, several keys at once.

A sealed value is ``key id (8) | nonce (12) | ciphertext and tag``. The owner is associated data:
a value moved to another owner's row does not open (SP 800-38D, 5.2).
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_ID_LENGTH, NONCE_LENGTH = 8, 12


class KeyRingFault(Exception):
    """ENCRYPTION_KEYS is malformed."""


class Unreadable(Exception):
    """A sealed value does not open: its key is gone, it was altered, or it is another owner's."""


class Unsealed(str):
    """A secret in clear. A text like any other, but its repr, and so an error report, is silent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unsealed>"


def new_key() -> str:
    """An entry for ENCRYPTION_KEYS: ``id:key``, both random; put it first, keep the others."""
    key_id = secrets.token_hex(KEY_ID_LENGTH // 2)
    return f"{key_id}:{base64.urlsafe_b64encode(os.urandom(32)).decode()}"


@lru_cache(maxsize=4)
def _keys(ring: str) -> dict[str, AESGCM]:
    keys: dict[str, AESGCM] = {}
    for entry in filter(None, (part.strip() for part in ring.split(","))):
        key_id, _, encoded = entry.partition(":")
        try:
            raw = base64.urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            raw = b""
        if len(key_id) != KEY_ID_LENGTH or len(raw) != 32 or key_id in keys:
            raise KeyRingFault(
                "ENCRYPTION_KEYS must be entries made by './run manage new_key', "
                "separated by commas, each once."
            )
        keys[key_id] = AESGCM(raw)
    if not keys:
        raise KeyRingFault("ENCRYPTION_KEYS holds no key; './run manage new_key' makes one.")
    return keys


def check_ring() -> None:
    """Raise KeyRingFault when the ring can't be used."""
    _keys(settings.ENCRYPTION_KEYS)


def newest_key_id() -> str:
    """The id of the key that encrypts."""
    return next(iter(_keys(settings.ENCRYPTION_KEYS)))


def seal(value: str, *, owner: str) -> bytes:
    """Encrypt with the newest key for one owner, such as ``grant/<id>/refresh_token``."""
    key_id = newest_key_id()
    nonce = os.urandom(NONCE_LENGTH)
    ciphertext = _keys(settings.ENCRYPTION_KEYS)[key_id].encrypt(
        nonce, value.encode(), owner.encode()
    )
    return key_id.encode() + nonce + ciphertext


def unseal(sealed: bytes | memoryview, *, owner: str) -> Unsealed:
    """Decrypt; raises Unreadable and never says more, so that it can be logged."""
    blob = bytes(sealed)
    key = _keys(settings.ENCRYPTION_KEYS).get(key_id_of(blob))
    body = blob[KEY_ID_LENGTH:]
    if key is None or len(body) <= NONCE_LENGTH:
        raise Unreadable(f"the key of {owner} is not on the ring")
    try:
        opened = key.decrypt(body[:NONCE_LENGTH], body[NONCE_LENGTH:], owner.encode())
    except InvalidTag:
        raise Unreadable(f"the sealed value does not belong to {owner}") from None
    return Unsealed(opened.decode())


def key_id_of(sealed: bytes | memoryview) -> str:
    """The id of the key a value was sealed with; what a rotation counts."""
    return bytes(sealed)[:KEY_ID_LENGTH].decode("ascii", "replace")
