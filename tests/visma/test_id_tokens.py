from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from integrations.visma.errors import BadAnswer, BadIdToken, Outage
from integrations.visma.oauth import (
    Client,
    Endpoints,
    IdToken,
    KeySet,
    Transport,
    tenant_of,
    verify_id_token,
    verify_refreshed,
)
from tests.visma.conftest import StartServer
from tests.visma.servers import Connection, Server, always, json_response, response

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ISSUER = "https://connect.visma.test"
TRANSPORT = Transport(timeout=5, plain_http_hosts=frozenset({"127.0.0.1"}))
CLIENT = Client("isv_portal", "s", "basic", Endpoints("", "", "", "", "", ISSUER), TRANSPORT)
FIRST = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
SECOND = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
SHORT = rsa.generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505 - too short on purpose
CURVE = ec.generate_private_key(ec.SECP256R1())
CLAIMS = {
    "iss": ISSUER,
    "aud": "isv_portal",
    "sub": "4c6f3c1e",
    "nonce": "the-nonce",
    "iat": int(NOW.timestamp()) - 5,
    "exp": int(NOW.timestamp()) + 300,
    "email": "kari@example.test",
    "email_verified": True,
    "name": "Kari Nordmann",
}
IN_A_WHILE, A_WHILE_AGO = int(NOW.timestamp()) + 61, int(NOW.timestamp()) - 61


def public(key: rsa.RSAPrivateKey, kid: str | None = None, **members: Any) -> dict[str, Any]:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    named = {"kid": kid} if kid is not None else {}
    return {"kty": jwk["kty"], "n": jwk["n"], "e": jwk["e"], **named, **members}


def signed(
    changes: dict[str, Any] | None = None,
    *,
    key: Any = FIRST,
    algorithm: str = "RS256",
    **header: Any,
) -> str:
    claims = {**CLAIMS, **(changes or {})}
    kept = {name: value for name, value in claims.items() if value is not None}
    content = json.dumps(kept).encode()
    return jwt.api_jws.encode(content, key, algorithm, headers={"kid": "one", **header})


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def serve(start: StartServer, *keys: dict[str, Any]) -> tuple[KeySet, Server]:
    server = start(always(json_response(200, {"keys": list(keys)})))
    return KeySet(f"{server.url}/jwks", TRANSPORT), server


@pytest.fixture
def keys(start: StartServer) -> KeySet:
    return serve(start, public(FIRST, "one", use="sig", alg="RS256"), public(SECOND, "two"))[0]


def verify(token: str, keys: KeySet, nonce: str = "the-nonce") -> IdToken:
    return verify_id_token(CLIENT, token, nonce=nonce, access_token="access-1", keys=keys, now=NOW)


def refused(token: str, keys: KeySet) -> str:
    with pytest.raises(BadIdToken) as refusal:
        verify(token, keys)
    return refusal.value.reason


def test_says_who_signed_in(keys: KeySet) -> None:
    assert verify(signed(), keys) == IdToken(
        "4c6f3c1e", "kari@example.test", True, "Kari Nordmann", CLAIMS
    )


def test_takes_a_token_with_little_more_than_it_must(keys: KeySet) -> None:
    bare = signed({"email": None, "email_verified": None, "name": None})

    who = verify(bare, keys)

    assert (who.sub, who.email, who.email_verified, who.name) == ("4c6f3c1e", "", False, "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": None}, "issuer"),
        ({"iss": f"{ISSUER}/"}, "issuer"),
        ({"iss": "https://evil.test"}, "issuer"),
        ({"iss": [ISSUER]}, "issuer"),
        ({"aud": None}, "audience"),
        ({"aud": "isv_other"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": ["isv_other"]}, "audience"),
        ({"aud": ["isv_portal", "isv_other"]}, "azp"),
        ({"aud": ["isv_portal", "isv_other"], "azp": "isv_other"}, "azp"),
        ({"azp": "isv_other"}, "azp"),
        ({"exp": None}, "exp"),
        ({"exp": A_WHILE_AGO}, "exp"),
        ({"exp": int(NOW.timestamp()) - 60}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": IN_A_WHILE}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": int(NOW.timestamp()) - 661}, "iat"),
        ({"nbf": IN_A_WHILE}, "nbf"),
        ({"nbf": "now"}, "nbf"),
        ({"nonce": None}, "nonce"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": ["the-nonce"]}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "s" * 256}, "sub"),
        ({"sub": "a\0b"}, "sub"),
        ({"sub": "\ud800"}, "sub"),
        ({"sub": "å"}, "sub"),
        ({"nonce": "\ud800"}, "nonce"),
        ({"at_hash": ""}, "at_hash"),
        ({"at_hash": "IgSbYf-other"}, "at_hash"),
        ({"at_hash": 7}, "at_hash"),
    ],
    ids=repr,
)
def test_refuses_a_claim_that_is_off(keys: KeySet, changes: dict[str, Any], reason: str) -> None:
    assert refused(signed(changes), keys) == reason


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["isv_portal"]},
        {"aud": ["isv_other", "isv_portal"], "azp": "isv_portal"},
        {"azp": "isv_portal"},
        {"exp": int(NOW.timestamp()) - 59},
        {"iat": int(NOW.timestamp()) + 59},
        {"nbf": int(NOW.timestamp()) + 59},
        {"exp": NOW.timestamp() + 0.5},
        {"iat": int(NOW.timestamp()) - 659},
        {"at_hash": "9MKET0Y7WpOlF96BtnoJyA"},
    ],
    ids=repr,
)
def test_takes_a_claim_at_the_edge(keys: KeySet, changes: dict[str, Any]) -> None:
    assert verify(signed(changes), keys).sub == "4c6f3c1e"


def test_refuses_a_signature_by_another_key(keys: KeySet) -> None:
    assert refused(signed(key=SECOND), keys) == "signature"


def test_refuses_changed_claims(keys: KeySet) -> None:
    head, _, signature = signed().split(".")
    other = signed({"sub": "someone-else"}).split(".")[1]

    assert refused(f"{head}.{other}.{signature}", keys) == "signature"


def test_refuses_a_token_without_a_signature(keys: KeySet) -> None:
    assert refused(signed(key=None, algorithm="none"), keys) == "algorithm"
    assert refused(signed().rpartition(".")[0] + ".", keys) == "signature"


def test_refuses_a_token_signed_with_what_everybody_knows(keys: KeySet) -> None:
    pem = FIRST.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = base64url(json.dumps({"alg": "HS256", "kid": "one"}).encode())
    content = base64url(json.dumps(CLAIMS).encode())
    signature = hmac.digest(pem, f"{head}.{content}".encode(), "sha256")

    assert refused(f"{head}.{content}.{base64url(signature)}", keys) == "algorithm"


@pytest.mark.parametrize(
    ("algorithm", "key"), [("ES256", CURVE), ("RS512", FIRST), ("PS256", FIRST)]
)
def test_refuses_every_other_algorithm(keys: KeySet, algorithm: str, key: Any) -> None:
    assert refused(signed(key=key, algorithm=algorithm), keys) == "algorithm"


def test_refuses_an_access_token_in_its_place(keys: KeySet) -> None:
    assert refused(signed(typ="at+jwt"), keys) == "type"


def test_refuses_extensions_it_does_not_know(keys: KeySet) -> None:
    assert refused(signed(crit=["exp"]), keys) in ("algorithm", "form")


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "....", "é.é.é", "x" * 100_000])
def test_refuses_what_is_no_token(keys: KeySet, token: str) -> None:
    assert refused(token, keys) == "form"


def test_refuses_claims_that_are_no_object(keys: KeySet) -> None:
    assert refused(jwt.api_jws.encode(b"[]", FIRST, "RS256", {"kid": "one"}), keys) == "signature"


# Keys


def test_asks_for_the_keys_once(start: StartServer) -> None:
    keys, server = serve(start, public(FIRST, "one"))

    for _ in range(3):
        verify(signed(), keys)

    (request,) = server.seen
    assert (request.method, request.target) == ("GET", "/jwks")


def test_asks_again_for_a_key_it_does_not_know_but_not_at_once(
    start: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = [public(FIRST, "one")]

    def rotate(connection: Connection) -> None:
        while connection.read():
            connection.send(json_response(200, {"keys": published}))

    server = start(rotate)
    keys = KeySet(server.url, TRANSPORT)
    verify(signed(), keys)
    published.append(public(SECOND, "two"))

    assert refused(signed(key=SECOND, kid="two"), keys) == "key"
    assert len(server.seen) == 1

    monkeypatch.setattr("integrations.visma.key_sets.REFETCH", -1.0)
    assert verify(signed(key=SECOND, kid="two"), keys).sub == "4c6f3c1e"
    assert len(server.seen) == 2


def test_two_keys_under_one_id_are_nobodys(start: StartServer) -> None:
    keys, _ = serve(start, public(FIRST, "one"), public(SECOND, "one"), public(SECOND, "two"))

    assert refused(signed(), keys) == "key"
    assert verify(signed(key=SECOND, kid="two"), keys).sub == "4c6f3c1e"


def test_forgets_a_key_that_was_withdrawn(
    start: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = [public(FIRST, "one"), public(SECOND, "two")]

    def withdraw(connection: Connection) -> None:
        while connection.read():
            connection.send(json_response(200, {"keys": published}))

    keys = KeySet(start(withdraw).url, TRANSPORT)
    verify(signed(), keys)
    published.pop(0)
    monkeypatch.setattr("integrations.visma.key_sets.OLD", -1.0)

    assert refused(signed(), keys) == "key"


def test_goes_on_with_old_keys_while_visma_is_away(
    start: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, server = serve(start, public(FIRST, "one"))
    verify(signed(), keys)
    server.close()
    monkeypatch.setattr("integrations.visma.key_sets.OLD", -1.0)

    assert verify(signed(), keys).sub == "4c6f3c1e"


def test_takes_a_token_without_a_key_id_where_there_is_one_key(start: StartServer) -> None:
    keys, _ = serve(start, public(FIRST))

    assert verify(jwt.encode(CLAIMS, FIRST, "RS256"), keys).sub == "4c6f3c1e"


def test_refuses_a_token_without_a_key_id_among_several(keys: KeySet) -> None:
    assert refused(jwt.encode(CLAIMS, FIRST, "RS256"), keys) == "key"


@pytest.mark.parametrize(
    "key",
    [
        public(SHORT, "one"),
        public(FIRST, "one", use="enc"),
        public(FIRST, "one", alg="RS512"),
        {"kty": "oct", "kid": "one", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "one"},
        {"kty": "RSA", "kid": "one", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "kid": "one", "n": 7, "e": 7},
    ],
    ids=lambda key: f"{key['kty']} {sorted(key)}",
)
def test_uses_no_key_that_is_not_for_this(start: StartServer, key: dict[str, Any]) -> None:
    keys, _ = serve(start, key)

    assert refused(signed(), keys) == "key"


def test_reads_past_keys_of_another_kind(start: StartServer) -> None:
    curve = {"kty": "EC", "kid": "c", "crv": "P-256", "x": "AA", "y": "AA"}
    keys, _ = serve(start, curve, public(FIRST, "one"))

    assert verify(signed(), keys).sub == "4c6f3c1e"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (response(200, {}, b"<html>"), BadAnswer),
        (json_response(200, {"keys": None}), BadAnswer),
        (json_response(200, []), BadAnswer),
        (response(302, {"Location": "/"}), BadAnswer),
        (response(503), Outage),
    ],
)
def test_says_when_the_keys_cannot_be_had(
    start: StartServer, sent: bytes, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        verify(signed(), KeySet(start(always(sent)).url, TRANSPORT))


# Of a refresh


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sub": "another"}, "sub"),
        ({"sub": None}, "sub"),
        ({"iss": "https://evil.test"}, "issuer"),
        ({"aud": "isv_other"}, "audience"),
        ({"azp": "isv_other"}, "azp"),
        ({"at_hash": "wrong"}, "at_hash"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("with_keys", [True, False])
def test_a_refresh_is_for_the_same_person_at_the_same_issuer(
    start: StartServer, keys: KeySet, changes: dict[str, Any], reason: str, with_keys: bool
) -> None:
    away = KeySet(start(always(response(503))).url, TRANSPORT)

    with pytest.raises(BadIdToken) as refusal:
        refreshed(signed(changes), keys if with_keys else away)

    assert refusal.value.reason == reason


def test_a_refresh_needs_no_nonce_and_no_clock(keys: KeySet) -> None:
    old = signed({"nonce": None, "iat": 1, "exp": 2})

    assert refreshed(old, keys).sub == "4c6f3c1e"


@pytest.mark.parametrize("away", [response(503), response(200, {}, b"<html>")])
def test_a_refresh_is_believed_without_keys_but_not_with_a_wrong_one(
    start: StartServer, keys: KeySet, away: bytes
) -> None:
    forged = signed(key=SECOND)

    assert refreshed(forged, KeySet(start(always(away)).url, TRANSPORT)).sub == "4c6f3c1e"
    with pytest.raises(BadIdToken, match="signature"):
        refreshed(forged, keys)


def refreshed(token: str, keys: KeySet) -> IdToken:
    return verify_refreshed(CLIENT, token, sub="4c6f3c1e", access_token="access-1", keys=keys)


# Tenant


def test_reads_the_tenant_of_an_access_token() -> None:
    assert tenant_of(signed({"tenant_id": "7d2c"}, typ="at+jwt")) == "7d2c"


@pytest.mark.parametrize(
    "token",
    [
        signed(),
        signed({"tenant_id": 7}),
        signed({"tenant_id": ""}),
        signed({"tenant_id": "t" * 65}),
        "1f4c-opaque",
        "",
        "a.b.c",
        "é.é.é",
        ".".join(
            base64url(json.dumps(part).encode()) for part in ({"alg": "RS256"}, ["tenant_id"], "s")
        ),
    ],
    ids=lambda token: token[:5] + token[-5:],
)
def test_reads_no_tenant_where_there_is_none(token: str) -> None:
    assert tenant_of(token) is None


def test_counts_by_the_clock_it_is_given(keys: KeySet) -> None:
    later = NOW + timedelta(hours=1)

    with pytest.raises(BadIdToken):
        verify_id_token(
            CLIENT, signed(), nonce="the-nonce", access_token="access-1", keys=keys, now=later
        )
