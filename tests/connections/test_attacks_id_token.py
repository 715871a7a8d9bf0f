"""Each fault an ID token can have (the OpenID Basic RP and refresh plans), on the whole way."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from integrations.connections.models import Connection, Grant
from integrations.connections.services import custody
from tests.connections.attacks import CONFIRM, UNREADABLE, UNTRUSTED, at_visma, is_refused
from tests.connections.conftest import Person
from tests.connections.evil_connect import (
    KEY,
    OTHER_KEY,
    EvilConnect,
    Say,
    base64url,
    half_hash,
    hangs_up,
    public,
    signed,
)
from tests.visma.servers import response

Claims = dict[str, Any]
Sign = Callable[[Claims], str]
NOW = int(time.time())
CURVE = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
SECRET = b"sandbox-web-secret"

# Claims that are off; None leaves one out.
CLAIMS: dict[str, Claims] = {
    "iss missing": {"iss": None},
    "iss foreign": {"iss": "https://elsewhere.example"},
    "iss a list": {"iss": ["https://elsewhere.example"]},
    "aud missing": {"aud": None},
    "aud another's": {"aud": "isv_other"},
    "aud empty": {"aud": []},
    "aud several without azp": {"aud": ["isv_nordhandel_web", "isv_other"]},
    "aud several, azp another's": {"aud": ["isv_nordhandel_web", "isv_other"], "azp": "isv_other"},
    "azp another's": {"azp": "isv_other"},
    "exp missing": {"exp": None},
    "exp past": {"exp": NOW - 120},
    "exp a text": {"exp": "tomorrow"},
    "exp true": {"exp": True},
    "iat missing": {"iat": None},
    "iat in the future": {"iat": NOW + 3600},
    "iat in the past": {"iat": NOW - 7200, "exp": NOW + 7200},
    "iat a text": {"iat": "now"},
    "nbf in the future": {"nbf": NOW + 3600},
    "nonce missing": {"nonce": None},
    "nonce wrong": {"nonce": "another"},
    "nonce empty": {"nonce": ""},
    "nonce a list": {"nonce": ["another"]},
    "nonce half a character": {"nonce": "\ud800"},
    "sub missing": {"sub": None},
    "sub empty": {"sub": ""},
    "sub a number": {"sub": 7},
    "sub over-long": {"sub": "s" * 256},
    "sub with NUL": {"sub": "a\0b"},
    "sub half a character": {"sub": "\ud800"},
    "sub of two lines": {"sub": "a\r\nb"},
    "at_hash wrong": {"at_hash": base64url(b"\0" * 16)},
    "at_hash empty": {"at_hash": ""},
    "at_hash a number": {"at_hash": 7},
}


def by_secret(key: bytes, alg: str) -> Sign:
    def sign(claims: Claims) -> str:
        head = base64url(json.dumps({"alg": alg, "kid": "one", "typ": "JWT"}).encode())
        content = base64url(json.dumps(claims).encode())
        mac = hmac.digest(key, f"{head}.{content}".encode(), "sha256")
        return f"{head}.{content}.{base64url(mac)}"

    return sign


def encrypted(claims: Claims) -> str:
    head = {"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "one"}
    return ".".join([base64url(json.dumps(head).encode()), *["AAAA"] * 4])


def altered(claims: Claims) -> str:
    head, _, signature = signed(claims).split(".")
    return f"{head}.{base64url(json.dumps({**claims, 'sub': 'another'}).encode())}.{signature}"


# Tokens that are off as a whole.
FORMS: dict[str, Sign] = {
    "alg none": lambda claims: signed(claims, key=None, alg="none"),
    "alg None": by_secret(b"", "None"),
    "signature cut off": lambda claims: signed(claims).rpartition(".")[0] + ".",
    "HS256 with the client's secret": by_secret(SECRET, "HS256"),
    "HS256 with the public key": by_secret(PEM, "HS256"),
    "RS256 said, HMAC done": by_secret(PEM, "RS256"),
    "RS512": lambda claims: signed(claims, alg="RS512"),
    "PS256": lambda claims: signed(claims, alg="PS256"),
    "ES256": lambda claims: signed(claims, key=CURVE, alg="ES256"),
    "by another key": lambda claims: signed(claims, key=OTHER_KEY),
    "by a key it brings": lambda claims: signed(
        claims, key=OTHER_KEY, kid=None, jwk=public(OTHER_KEY)
    ),
    "by a key it points to": lambda claims: signed(
        claims, key=OTHER_KEY, jku="https://elsewhere.example/jwks"
    ),
    "unknown kid": lambda claims: signed(claims, kid="two"),
    "kid a path": lambda claims: signed(claims, kid="../../dev/null"),
    "claims changed": altered,
    "claims no object": lambda claims: signed([claims]),  # type: ignore[arg-type]  # on purpose
    "an access token": lambda claims: signed(claims, typ="at+jwt"),
    "a logout token": lambda claims: signed(claims, typ="logout+jwt"),
    "crit": lambda claims: signed(claims, crit=["exp"]),
    "JWE": encrypted,
    "no JWT": lambda claims: "not-a-jwt",
    "dots": lambda claims: "...",
    "base64 of nothing": lambda claims: "e30.e30.e30",
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_that_is_off_ends_the_sign_in(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    evil.claims = CLAIMS[name]

    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)


@pytest.mark.parametrize("name", FORMS)
def test_a_token_that_is_off_ends_the_sign_in(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    evil.signs = FORMS[name]

    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"id_token": None}, UNTRUSTED),
        ({"id_token": ""}, UNREADABLE),
        ({"id_token": 7}, UNREADABLE),
        ({"id_token": "a" * 20_000}, UNREADABLE),
        ({"id_token": "a.b c"}, UNREADABLE),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_application_set_to_openid_gets_no_pass_without_an_id_token(
    visitor: Person, evil: EvilConnect, members: dict[str, Any], said: str
) -> None:
    evil.token = members

    is_refused(visitor, evil, at_visma(visitor), said)


# Keys


def test_a_token_without_a_key_id_is_good_where_there_is_one_key(
    visitor: Person, evil: EvilConnect
) -> None:
    evil.signs = lambda claims: signed(claims, kid=None)

    assert visitor.get(at_visma(visitor)) == CONFIRM


@pytest.mark.parametrize("second", [public(OTHER_KEY, "two"), public(OTHER_KEY)])
def test_a_token_without_a_key_id_is_nobodys_among_several(
    visitor: Person, evil: EvilConnect, second: dict[str, Any]
) -> None:
    evil.keys.append(second)
    evil.signs = lambda claims: signed(claims, kid=None)

    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)


def test_two_keys_under_one_id_are_nobodys(visitor: Person, evil: EvilConnect) -> None:
    evil.keys.insert(0, public(OTHER_KEY, "one"))

    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)


def test_new_keys_are_fetched_once_and_then_an_unknown_one_is_refused(
    visitor: Person, evil: EvilConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert visitor.get(at_visma(visitor)) == CONFIRM
    Grant.objects.all().delete()
    monkeypatch.setattr("integrations.visma.key_sets.REFETCH", -1.0)
    evil.keys[:] = [public(OTHER_KEY, "two")]

    evil.signs = lambda claims: signed(claims, key=OTHER_KEY, kid="two")
    assert visitor.get(at_visma(visitor)) == CONFIRM
    assert len(evil.asked_for("jwks")) == 2
    evil.signs = lambda claims: signed(claims, kid="three")
    assert visitor.get(at_visma(visitor)) == UNTRUSTED
    assert len(evil.asked_for("jwks")) == 3


@pytest.mark.parametrize(
    "said",
    [
        response(200, {"Content-Type": "text/html"}, b"<html>"),
        response(200, {}, b'{"keys": {}}'),
        response(302, {"Location": "https://elsewhere.example/jwks"}),
        response(503),
        hangs_up,
    ],
)
def test_keys_that_cant_be_read_end_the_sign_in(
    visitor: Person, evil: EvilConnect, said: Say
) -> None:
    evil.says["jwks"] = said

    is_refused(visitor, evil, at_visma(visitor), UNREADABLE)


# Userinfo


@pytest.mark.parametrize("sub", ["somebody-else", "", None, 7, ["5b0c7c1e-user"]])
def test_userinfo_about_somebody_else_ends_the_sign_in(
    visitor: Person, evil: EvilConnect, sub: Any
) -> None:
    evil.claims, evil.info = {"email": None}, {"sub": sub}

    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)


@pytest.mark.parametrize(
    "said",
    [response(503), response(200, {}, b"<html>"), response(200, {}, b"eyJ.eyJ.sig"), hangs_up],
)
def test_userinfo_that_cant_be_read_only_leaves_the_address_open(
    visitor: Person, evil: EvilConnect, said: Say
) -> None:
    evil.claims, evil.says["userinfo"] = {"email": None}, said

    assert visitor.get(at_visma(visitor)) == CONFIRM
    grant = Grant.objects.get()
    assert (grant.visma_user_email, grant.visma_user_email_verified) == ("", False)


@pytest.mark.parametrize(
    "email", ["a\0b@x.example", "\ud800@x.example", "a\r\nBcc: b@x", "a" * 999]
)
@pytest.mark.parametrize("place", ["claims", "info"])
def test_an_address_is_kept_as_one_line(
    visitor: Person, evil: EvilConnect, email: str, place: str
) -> None:
    evil.claims = {"email": email if place == "claims" else None}
    evil.info = {"email": email}

    assert visitor.get(at_visma(visitor)) == CONFIRM
    kept = Grant.objects.get().visma_user_email
    assert kept.isprintable()
    assert len(kept) <= 254


def test_people_whose_long_names_begin_alike_are_told_apart(
    visitor: Person, evil: EvilConnect
) -> None:
    evil.claims = {"sub": "s" * 255}

    assert visitor.get(at_visma(visitor)) == CONFIRM
    assert Grant.objects.get().visma_user == "s" * 255


# Refresh (OpenID Connect Core 12.2)


@pytest.fixture
def lapsed(visitor: Person, evil: EvilConnect) -> Grant:
    """A connection's grant whose access token has run out."""
    visitor.get(at_visma(visitor))
    visitor.confirms()
    assert Connection.objects.get().state == Connection.State.CONNECTED
    Grant.objects.update(access_expires_at=timezone.now())
    return Grant.objects.get()


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "somebody-else"},
        {"sub": None},
        {"sub": ["5b0c7c1e-user"]},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "isv_other"},
        {"aud": None},
        {"azp": "isv_other"},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_a_refresh_that_answers_for_somebody_else_is_not_stored(
    lapsed: Grant, evil: EvilConnect, claims: Claims
) -> None:
    evil.claims = claims

    assert custody.refresh(str(lapsed.pk), now=timezone.now()) is False

    after = Grant.objects.get()
    assert after.access_token() == lapsed.access_token()
    assert after.refresh_token() == lapsed.refresh_token()
    assert (after.token_number, after.ended_at) == (lapsed.token_number, None)
    assert len(evil.asked_for("token")) == 2


@pytest.mark.parametrize("name", FORMS)
def test_a_refresh_with_a_token_that_is_off_is_not_stored(
    lapsed: Grant, evil: EvilConnect, name: str
) -> None:
    evil.signs = FORMS[name]

    assert custody.refresh(str(lapsed.pk), now=timezone.now()) is False
    assert Grant.objects.get().token_number == lapsed.token_number


@pytest.mark.parametrize(
    "claims",
    [{}, {"nonce": None}, {"at_hash": None}, {"iat": NOW - 7200, "exp": NOW - 3600}],
    ids=str,
)
def test_a_refresh_that_answers_for_the_same_person_is_stored(
    lapsed: Grant, evil: EvilConnect, claims: Claims
) -> None:
    evil.claims = claims

    assert custody.refresh(str(lapsed.pk), now=timezone.now()) is True
    assert Grant.objects.get().access_token() != lapsed.access_token()


def test_a_refresh_needs_no_id_token(lapsed: Grant, evil: EvilConnect) -> None:
    evil.token = {"id_token": None}

    assert custody.refresh(str(lapsed.pk), now=timezone.now()) is True


@pytest.mark.parametrize(("sub", "stored"), [("5b0c7c1e-user", True), ("somebody-else", False)])
def test_a_refresh_is_not_lost_because_the_keys_cant_be_had(
    lapsed: Grant, evil: EvilConnect, monkeypatch: pytest.MonkeyPatch, sub: str, stored: bool
) -> None:
    evil.says["jwks"] = response(503)
    evil.claims = {"sub": sub}
    evil.signs = lambda claims: signed(claims, key=OTHER_KEY, kid="two")
    monkeypatch.setattr("integrations.visma.key_sets.REFETCH", -1.0)

    assert custody.refresh(str(lapsed.pk), now=timezone.now()) is stored


def test_the_half_hash_is_that_of_the_specification() -> None:
    # OpenID Connect Core A.3: the access token and the at_hash of the example.
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"
