"""Signing keys (RS256) and JWTs (RFC 7515, RFC 7519)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_SIZE = 2048


class SigningKey:
    """``kid`` is 40 hex digits and the algorithm, as Visma Connect names its keys."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
        public = self._private.public_key()
        # What a certificate's thumbprint is at Visma; only the shape matters here.
        thumbprint = hashlib.sha1(  # noqa: S324 - an identifier, not a protection
            public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        self.kid = thumbprint.hexdigest().upper() + "RS256"
        self.x5t = base64url(thumbprint.digest())
        numbers = public.public_numbers()
        self._modulus, self._exponent = numbers.n, numbers.e

    def jwk(self) -> dict[str, Any]:
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "x5t": self.x5t,
            "n": base64url(self._modulus.to_bytes(KEY_SIZE // 8, "big")),
            "e": base64url(self._exponent.to_bytes(3, "big")),
        }

    def sign(self, claims: dict[str, Any], *, typ: str) -> str:
        header = {"alg": "RS256", "kid": self.kid, "x5t": self.x5t, "typ": typ}
        signed = f"{_segment(header)}.{_segment(claims)}"
        signature = self._private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"


class KeyRing:
    """Two keys are published; the first signs. Rotating brings a new one in front."""

    def __init__(self) -> None:
        self._keys = [SigningKey(), SigningKey()]

    def rotate(self, *, drop_old: bool = False) -> None:
        self._keys = [SigningKey(), *([] if drop_old else self._keys[:1])]

    def sign(self, claims: dict[str, Any], *, typ: str) -> str:
        return self._keys[0].sign(claims, typ=typ)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.jwk() for key in self._keys]}


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _segment(content: dict[str, Any]) -> str:
    return base64url(json.dumps(content, separators=(",", ":")).encode())
