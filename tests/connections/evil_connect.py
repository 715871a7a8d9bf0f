"""An authorization server that does as Visma Connect does, and lies where a test says so.

Every answer can be replaced (``says``), and the honest ones changed: ``claims`` of the ID token,
members of the token's answer (``token``), parameters of the answer to the browser (``back``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.visma.servers import Connection, Request, Server, json_response, response

KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
COMPANY = "9d1f6c3a-1a4e-4c55-9d0e-5b2d7f1c8a01"
PERSON = "5b0c7c1e-user"
EMAIL = "nordhandel@fjordlys.example"
Say = bytes | Callable[[Connection, Request], None]


@dataclass(frozen=True)
class Asked:
    """What a code was given out for."""

    redirect_uri: str
    challenge: str
    nonce: str
    scope: str


@dataclass
class EvilConnect:
    """Honest until told otherwise. ``given_out`` holds every secret it ever made."""

    server: Server = field(init=False)
    client_id: str = "isv_nordhandel_web"
    says: dict[str, Say] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    back: dict[str, str | None] = field(default_factory=dict)
    company: str = COMPANY
    info: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=list)
    signs: Callable[[dict[str, Any]], str] | None = None
    checks_pkce: bool = True
    codes: dict[str, Asked] = field(default_factory=dict)
    given_out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys.append(public(KEY, "one"))
        self.server = Server(self._serve)

    @property
    def issuer(self) -> str:
        return self.server.url

    @property
    def host(self) -> str:
        return self.server.host

    def asked_for(self, name: str) -> list[Request]:
        """The requests that came to an endpoint, by the last part of its path."""
        return [seen for seen in self.server.seen if _name(seen) == name]

    def new_code(self, asked: Asked) -> str:
        code = self._secret()
        self.codes[code] = asked
        return code

    def id_token(self, nonce: str, access_token: str, **changes: Any) -> str:
        """The ID token, with ``claims`` and ``changes``; a claim of None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": PERSON,
            "email": EMAIL,
            "email_verified": True,
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            "at_hash": half_hash(access_token),
            **self.claims,
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        made = self.signs(kept) if self.signs else signed(kept)
        self.given_out.append(made)
        return made

    def answer(self, asked: Asked, **changes: Any) -> dict[str, Any]:
        """The token endpoint's members; one of None is left out."""
        access = signed(
            {"tenant_id": self.company, "sub": PERSON, "jti": str(uuid4())}, typ="at+jwt"
        )
        self.given_out.append(access)
        members = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": asked.scope,
            "refresh_token": self._secret(),
            "id_token": self.id_token(asked.nonce, access),
            **self.token,
            **changes,
        }
        return {name: value for name, value in members.items() if value is not None}

    def _serve(self, connection: Connection) -> None:
        while request := connection.read():
            name = _name(request)
            said = self.says.get(name)
            if callable(said):
                said(connection, request)
                return
            connection.send(said if said is not None else self._honest(name, request))

    def _honest(self, name: str, request: Request) -> bytes:
        match name:
            case "authorize":
                return self._authorize(dict(parse_qsl(urlsplit(request.target).query)))
            case "token":
                return self._token(dict(parse_qsl(request.body.decode())))
            case "jwks":
                return json_response(200, {"keys": self.keys})
            case "userinfo":
                return json_response(200, {"sub": PERSON, "email": EMAIL, **self.info})
            case "organization":
                return json_response(200, [{"name": "Fjordlys AS", "corporateId": "999111222"}])
            case "Customers":
                return json_response(200, {"value": [], "totalCount": 0})
        return response(404)

    def _authorize(self, query: dict[str, str]) -> bytes:
        asked = Asked(
            query["redirect_uri"], query["code_challenge"], query["nonce"], query["scope"]
        )
        given = {"code": self.new_code(asked), "state": query["state"], "iss": self.issuer}
        kept = {name: value for name, value in (given | self.back).items() if value is not None}
        return response(302, {"Location": f"{asked.redirect_uri}?{urlencode(kept)}"})

    def _token(self, form: dict[str, str]) -> bytes:
        if form["grant_type"] == "refresh_token":
            return json_response(200, self.answer(Asked("", "", "", "a:scope")))
        if form["grant_type"] == "client_credentials":
            return json_response(200, self.answer(Asked("", "", "", form["scope"])))
        asked = self.codes.pop(form["code"], None)
        if asked is None or form["redirect_uri"] != asked.redirect_uri:
            return json_response(400, {"error": "invalid_grant"})
        if self.checks_pkce and challenge(form["code_verifier"]) != asked.challenge:
            return json_response(400, {"error": "invalid_grant"})
        return json_response(200, self.answer(asked))

    def _secret(self) -> str:
        self.given_out.append(secrets.token_hex(32))
        return self.given_out[-1]


def hangs_up(connection: Connection, _: Request) -> None:
    """Say nothing at all."""
    connection.close()


def signed(claims: dict[str, Any], *, key: Any = KEY, alg: str = "RS256", **header: Any) -> str:
    """A JWT; a header member of None is left out."""
    members = {"kid": "one", **header}
    kept = {name: value for name, value in members.items() if value is not None}
    return jwt.api_jws.encode(json.dumps(claims).encode(), key, alg, headers=kept)


def public(key: rsa.RSAPrivateKey, kid: str | None = None, **members: Any) -> dict[str, Any]:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    named = {"kid": kid} if kid is not None else {}
    return {"kty": "RSA", "n": jwk["n"], "e": jwk["e"], **named, **members}


def half_hash(token: str) -> str:
    return base64url(hashlib.sha256(token.encode()).digest()[:16])


def challenge(verifier: str) -> str:
    return base64url(hashlib.sha256(verifier.encode()).digest())


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _name(request: Request) -> str:
    return urlsplit(request.target).path.rstrip("/").rpartition("/")[2]
