"""Signing keys (RS256), their certificates, and JWTs (RFC 7515, RFC 7517, RFC 7519)."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

KEY_SIZE = 2048
SUBJECT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox signing key")])


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``kid`` is 40 hex digits and the algorithm, as Visma Connect names its keys.

    ``private`` is PEM, ``certificate`` is DER in base64.
    """

    kid: str
    x5t: str
    private: str
    certificate: str

    def jwk(self) -> dict[str, Any]:
        numbers = _loaded(self.private).public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "x5t": self.x5t,
            "x5c": [self.certificate],
            "n": base64url(numbers.n.to_bytes(KEY_SIZE // 8, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
        }

    def sign(self, claims: dict[str, Any], *, typ: str) -> str:
        header = {"alg": "RS256", "kid": self.kid, "x5t": self.x5t, "typ": typ}
        signed = f"{_segment(header)}.{_segment(claims)}"
        signature = _loaded(self.private).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"


def new_key() -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
    certificate = _certificate(private).public_bytes(serialization.Encoding.DER)
    # RFC 7515, 4.1.7 wants SHA-1 here: it names the certificate and protects nothing.
    thumbprint = hashlib.sha1(certificate, usedforsecurity=False)
    return SigningKey(
        kid=thumbprint.hexdigest().upper() + "RS256",
        x5t=base64url(thumbprint.digest()),
        private=private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        certificate=base64.b64encode(certificate).decode(),
    )


@dataclass(slots=True)
class KeyRing:
    """Two keys are published; the first signs. Rotating brings a new one in front."""

    keys: list[SigningKey] = field(default_factory=lambda: [new_key(), new_key()])

    def rotate(self, *, drop_old: bool = False) -> None:
        """With ``drop_old`` what was signed until now can't be verified any more."""
        self.keys = [new_key(), new_key() if drop_old else self.keys[0]]

    def sign(self, claims: dict[str, Any], *, typ: str) -> str:
        return self.keys[0].sign(claims, typ=typ)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.jwk() for key in self.keys]}


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def half_hash(value: str) -> str:
    """What at_hash and c_hash hold: the left half of the SHA-256 (OpenID Connect Core, 3.1.3.6)."""
    return base64url(hashlib.sha256(value.encode()).digest()[:16])


def _certificate(private: rsa.RSAPrivateKey) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(SUBJECT)
        .issuer_name(SUBJECT)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 12, 31, tzinfo=UTC))
        .sign(private, hashes.SHA256())
    )


@lru_cache(maxsize=16)
def _loaded(private: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(private.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("Signing keys are RSA keys.")
    return key


def _segment(content: dict[str, Any]) -> str:
    return base64url(json.dumps(content, separators=(",", ":")).encode())
