"""What comes back from Visma and must sign nobody in."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.test import Client
from django.utils import timezone

from integrations.signin.models import SignInTry, VismaSession, VismaUser
from integrations.tenants.models import User
from tests.connections.attacks import Changes, changed
from tests.connections.evil_connect import OTHER_KEY, EvilConnect, signed
from tests.signin.conftest import Visitor
from tests.visma.servers import json_response
from tests.workspace.conftest import signed_in

STATUS = {
    "We don’t know this sign-in": 400,
    "We can’t trust this answer": 400,
    "Visma did not complete the sign-in": 400,
    "This sign-in was used already": 410,
    "The sign-in took too long": 410,
    "This sign-in began in another browser": 403,
}
UNTRUSTED = "We can’t trust this answer"


def is_refused(visitor: Visitor, callback: str, said: str, evil: EvilConnect) -> None:
    assert visitor.get(callback) == said
    assert visitor.shown.status_code == STATUS.get(said, 200)
    assert visitor.who() is None
    assert not VismaSession.objects.exists()
    addresses = " ".join(address for address, _ in visitor.shown.redirect_chain)
    page = visitor.shown.content.decode() + addresses + str(visitor.shown.headers)
    assert [secret for secret in evil.given_out if secret in page] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": None}, "We don’t know this sign-in"),
        ({"state": "A" * 43}, "We don’t know this sign-in"),
        ({"state": ["A" * 43, "B" * 43]}, "We don’t know this sign-in"),
        ({"iss": None}, UNTRUSTED),
        ({"iss": "https://connect.visma.com"}, UNTRUSTED),
        ({"code": ["a", "b"]}, UNTRUSTED),
        ({"code": None}, UNTRUSTED),
        ({"code": "x" * 5000}, UNTRUSTED),
        ({"error": "access_denied"}, UNTRUSTED),
        ({"code": None, "error": "access_denied"}, "You said no at Visma"),
        ({"code": None, "error": "server_error"}, "Visma does not answer"),
        ({"code": None, "error": "invalid_scope"}, "Something of ours is set up wrong"),
        ({"code": None, "error": "made_up"}, "Visma did not complete the sign-in"),
        ({"code": "0" * 64}, "Visma did not complete the sign-in"),
    ],
)
def test_an_answer_that_was_tampered_with(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect, changes: Changes, said: str
) -> None:
    is_refused(visitor, changed(visitor.at_evil(), changes), said, evil)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://connect.visma.com"},
        {"aud": "isv_somebody_else"},
        {"aud": ["isv_nordhandel_web", "isv_somebody_else"]},
        {"azp": "isv_somebody_else"},
        {"exp": 1},
        {"exp": None},
        {"iat": 1},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "another"},
    ],
    ids=str,
)
def test_an_id_token_with_a_fault(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect, claims: dict[str, Any]
) -> None:
    evil.claims = claims

    is_refused(visitor, visitor.at_evil(), UNTRUSTED, evil)


@pytest.mark.parametrize(
    "signs",
    [
        lambda claims: signed(claims, key=OTHER_KEY),
        lambda claims: signed(claims, kid="unknown"),
        lambda claims: signed(claims, typ="logout+jwt"),
        lambda claims: signed(claims, key="x" * 64, alg="HS256"),
        lambda claims: signed(claims)[:-8] + "AAAAAAAA",
        lambda claims: "not.a.token",
    ],
    ids=["other_key", "other_kid", "other_type", "hs256", "cut", "odd"],
)
def test_an_id_token_that_visma_did_not_sign(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect, signs: Any
) -> None:
    evil.signs = signs

    is_refused(visitor, visitor.at_evil(), UNTRUSTED, evil)


def test_no_id_token_is_no_sign_in(visitor: Visitor, linked: VismaUser, evil: EvilConnect) -> None:
    evil.token = {"id_token": None}

    is_refused(visitor, visitor.at_evil(), UNTRUSTED, evil)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (json_response(503, {}), "Visma does not answer"),
        (json_response(200, []), "Visma does not answer"),
        (json_response(400, {"error": "invalid_grant"}), "Visma did not complete the sign-in"),
        (json_response(401, {"error": "invalid_client"}), "Something of ours is set up wrong"),
    ],
)
def test_a_token_endpoint_that_gives_nothing(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect, answer: bytes, said: str
) -> None:
    evil.says["token"] = answer

    is_refused(visitor, visitor.at_evil(), said, evil)


def test_a_second_arrival_signs_nobody_in(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    callback = visitor.at_evil()
    cookie = visitor.client.cookies["__Host-signin"].value
    visitor.get(callback)
    assert visitor.who() == linked.user.email
    visitor.client.logout()
    visitor.client.cookies["__Host-signin"] = cookie

    assert visitor.get(callback) == "This sign-in was used already"
    assert visitor.who() is None
    assert len(evil.asked_for("token")) == 1


def test_another_browser_ends_no_sign_in_and_spends_none(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    callback = visitor.at_evil()
    thief = Visitor()
    thief.to_visma()

    is_refused(thief, callback, "This sign-in began in another browser", evil)

    visitor.get(callback)
    assert visitor.who() == linked.user.email


def test_another_sessions_code_is_refused_by_pkce_and_where_that_fails_by_nonce(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    for checks_pkce, said in [(True, "Visma did not complete the sign-in"), (False, UNTRUSTED)]:
        evil.checks_pkce = checks_pkce
        stolen = Visitor().at_evil().partition("code=")[2].partition("&")[0]
        is_refused(visitor, changed(visitor.at_evil(), {"code": stolen}), said, evil)


def test_an_answer_counts_for_half_an_hour(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    callback = visitor.at_evil()
    SignInTry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    is_refused(visitor, callback, "The sign-in took too long", evil)


def test_an_answer_of_the_issuer_from_before_the_settings_changed(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect, settings: Any
) -> None:
    callback = visitor.at_evil()
    settings.VISMA_CONNECT_ISSUER = "https://connect.visma.com"

    is_refused(visitor, callback, UNTRUSTED, evil)
    assert evil.asked_for("token") == []


def test_a_head_redeems_no_code_and_a_post_none_either(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    callback = visitor.at_evil()

    assert visitor.client.head(callback).status_code == 405
    assert visitor.client.post(callback).status_code == 405
    assert evil.asked_for("token") == []
    assert SignInTry.objects.filter(consumed_at=None).count() == 1


def test_a_sign_in_begins_by_a_press_on_our_own_page(linked: VismaUser) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/signin/visma/").status_code == 403
    assert strict.post("/signin/visma/link/").status_code == 403
    assert strict.get("/signin/visma/").status_code == 405
    assert not SignInTry.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/", "//evil.test/", "/\\evil.test/", "\\\\evil.test", "/\t/evil.test",
        "javascript:alert(1)", " //evil.test", "t/fjordlys", "/" + "x" * 600, "///evil.test",
    ],
)  # fmt: skip
def test_next_leads_nowhere_else(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect, address: str
) -> None:
    answer = visitor.client.get(visitor.at_evil(next=address))

    assert (answer.status_code, answer["Location"]) == (303, "/")


def test_who_began_a_link_must_be_who_ends_it(
    visitor: Visitor, offered: Any, evil: EvilConnect, member: User
) -> None:
    other = User.objects.create_user("bo@granitt.test", "correct horse battery")
    visitor.client = signed_in(other)
    address = visitor.to_visma("/signin/visma/link/")
    visitor.client.force_login(
        member, backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    back = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
    said = visitor.get("/" + back.split("/", 3)[3])

    assert said == "You are not signed in as who began this"
    assert not VismaUser.objects.exists()


def test_a_link_that_was_begun_signs_nobody_in_after_signing_out(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    visitor.client = signed_in(linked.user)

    address = visitor.to_visma("/signin/visma/link/")
    back = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
    cookie = visitor.client.cookies["__Host-signin"].value
    visitor.client.logout()
    visitor.client.cookies["__Host-signin"] = cookie

    said = visitor.get("/" + back.split("/", 3)[3])

    assert (said, visitor.who()) == ("You are not signed in as who began this", None)


def test_nothing_secret_is_kept_or_asked_for(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    visitor.get(visitor.at_evil())

    (asked,) = evil.asked_for("authorize")
    assert "scope=openid+email+profile&" in asked.target
    assert "offline_access" not in asked.target
    rows = repr(list(SignInTry.objects.values())) + repr(list(VismaSession.objects.values()))
    assert [secret for secret in evil.given_out if secret in rows] == []
