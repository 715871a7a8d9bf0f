"""Two authorization servers: an answer counts only for the one it was asked of (RFC 9700, 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from integrations.connections.models import Application, PendingConsent
from integrations.connections.models.applications import Kind
from integrations.connections.services import addresses, consent, visma_clients
from integrations.connections.services.consent import ConsentRefused
from integrations.connections.services.findings import Finding
from tests.connections.attacks import (
    CONFIRM,
    NO_TOKEN,
    UNTRUSTED,
    Changes,
    at_visma,
    changed,
    is_refused,
    nothing_was_kept,
)
from tests.connections.conftest import Person
from tests.connections.evil_connect import OTHER_KEY, Asked, EvilConnect, public, signed
from tests.visma.servers import json_response


@pytest.fixture
def other() -> Iterator[EvilConnect]:
    """A second issuer, under somebody else's hand."""
    server = EvilConnect()
    yield server
    server.server.close()


def code_of(other: EvilConnect, callback: str) -> str:
    """A code of the second issuer, for the very sign-in that waits at the first."""
    asked = dict(parse_qsl(urlsplit(callback).query))
    return other.new_code(Asked("", "", asked["state"], "openid"))


@pytest.mark.parametrize("error", [False, True])
def test_an_answer_that_names_the_other_issuer_is_refused(
    visitor: Person, evil: EvilConnect, other: EvilConnect, error: bool
) -> None:
    callback = at_visma(visitor)
    changes: Changes = {"iss": other.issuer, "code": code_of(other, callback)}
    if error:
        changes = {"iss": other.issuer, "code": None, "error": "access_denied"}

    is_refused(visitor, evil, changed(callback, changes), UNTRUSTED)

    assert evil.asked_for("token") == other.server.seen == []


def test_the_other_issuers_name_beside_the_right_one_is_refused(
    visitor: Person, evil: EvilConnect, other: EvilConnect
) -> None:
    both: Changes = {"iss": [evil.issuer, other.issuer]}

    is_refused(visitor, evil, changed(at_visma(visitor), both), UNTRUSTED)


def test_the_other_issuers_code_reaches_neither_the_other_nor_a_grant(
    visitor: Person, evil: EvilConnect, other: EvilConnect, settings: Any
) -> None:
    # The worst case: nobody says whose answer it is.
    settings.VISMA_CONNECT_ISS_ADVERTISED = False
    callback = at_visma(visitor)
    code = code_of(other, callback)

    is_refused(visitor, evil, changed(callback, {"iss": None, "code": code}), NO_TOKEN)

    assert other.server.seen == []
    (sent,) = evil.asked_for("token")
    assert dict(parse_qsl(sent.body.decode()))["redirect_uri"].endswith("/callback/connect")


def test_our_own_code_never_leaves_for_the_other_issuer(
    visitor: Person, evil: EvilConnect, other: EvilConnect, settings: Any
) -> None:
    callback = at_visma(visitor)
    settings.VISMA_CONNECT_ISSUER = other.issuer
    settings.VISMA_CONNECT_TOKEN_URL = f"{other.issuer}/connect/token"
    settings.VISMA_PLAIN_HTTP_HOSTS = [evil.host, other.host]

    # Begun at one issuer, come back when the portal is set to another, whoever it names.
    is_refused(visitor, evil, changed(callback, {"iss": other.issuer}), UNTRUSTED)
    assert other.server.seen == []


def test_an_id_token_of_the_other_issuer_is_refused(
    visitor: Person, evil: EvilConnect, other: EvilConnect
) -> None:
    evil.claims = {"iss": other.issuer}
    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)

    other.keys[:] = [public(OTHER_KEY, "one")]
    evil.claims = {}
    evil.signs = lambda claims: signed(claims, key=OTHER_KEY)
    is_refused(visitor, evil, at_visma(visitor), UNTRUSTED)
    assert other.asked_for("jwks") == []


def test_each_kind_comes_back_to_an_address_of_its_own() -> None:
    given_out = [addresses.redirect_uri(kind) for kind in addresses.CALLBACKS]

    assert len(set(given_out)) == len(given_out) > 0
    assert addresses.redirect_uri(Kind.SERVICE) == ""


@pytest.mark.parametrize("path_of", [kind for kind in Kind if kind != Kind.CONNECT])
def test_an_answer_at_another_kinds_address_is_unknown(
    visitor: Person, evil: EvilConnect, path_of: Kind
) -> None:
    callback = at_visma(visitor)
    answer = consent.Answered(
        {name: [value] for name, value in parse_qsl(urlsplit(callback).query)}
    )
    browser = visitor.cookie.partition(".")[2]

    with pytest.raises(ConsentRefused) as refusal:
        consent.finish(answer, kind=path_of, browser=browser, now=timezone.now())
    with pytest.raises(ConsentRefused) as posted:
        consent.keep_post(answer, kind=path_of, now=timezone.now())

    assert refusal.value.finding is posted.value.finding is Finding.STATE_UNKNOWN
    assert PendingConsent.objects.get().consumed_at is None
    nothing_was_kept()
    assert visitor.get(callback) == CONFIRM


def test_a_sign_in_of_another_kind_is_unknown_at_this_address(
    visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)
    Application.objects.update(kind=Kind.SERVICE)

    assert visitor.get(callback) == "We don’t know this sign-in"
    assert evil.asked_for("token") == []
    nothing_was_kept()


def test_a_sign_in_keeps_whom_it_was_sent_to(visitor: Person, evil: EvilConnect) -> None:
    at_visma(visitor)

    pending = PendingConsent.objects.get()
    assert pending.issuer == evil.issuer == visma_clients.endpoints(Kind.CONNECT).issuer
    assert pending.redirect_uri == addresses.redirect_uri(Kind.CONNECT)


def test_what_discovery_would_say_is_never_asked(
    visitor: Person, evil: EvilConnect, other: EvilConnect
) -> None:
    """Endpoints come from the settings: no answer can move them."""
    elsewhere = f"{other.issuer}/connect/token"
    evil.says["openid-configuration"] = json_response(200, {"token_endpoint": elsewhere})
    callback = changed(at_visma(visitor), {"token_endpoint": elsewhere, "jwks_uri": elsewhere})

    assert visitor.get(callback) == CONFIRM
    assert other.server.seen == []
    assert {seen.target.partition("?")[0] for seen in evil.server.seen} == {
        "/connect/authorize",
        "/connect/token",
        "/connect/jwks",
        "/v1/organization",
    }
