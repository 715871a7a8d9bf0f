"""Visma says that somebody signed out there: what began with that session ends here."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.services import visma_clients
from integrations.signin import tasks
from integrations.signin.models import LogoutNotice, SignInTry, VismaSession, VismaUser
from integrations.tenants.models import User
from tests.connections.evil_connect import OTHER_KEY, PERSON, EvilConnect, signed
from tests.sandbox.listener import listening
from tests.sandbox_process import SandboxProcess
from tests.signin.conftest import Visitor, link_to_sandbox

EVENTS: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}


def logout_token(
    evil: EvilConnect, *, key: Any = None, typ: str = "logout+jwt", **changes: Any
) -> str:
    now = int(time.time())
    claims = {
        "iss": evil.issuer, "aud": evil.client_id, "iat": now, "nbf": now, "exp": now + 300,
        "jti": str(uuid4()), "sub": PERSON, "sid": "S-1", "events": EVENTS, **changes,
    }  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    return signed(kept, typ=typ, **({"key": key} if key else {}))


def says(token: str, **more: Any) -> int:
    """Visma's call; the status of our answer. It has no cookie and no CSRF token."""
    answer = Client(enforce_csrf_checks=True).post(
        "/signin/visma/logout", f"logout_token={token}",
        content_type="application/x-www-form-urlencoded", **more,
    )  # fmt: skip
    assert answer["Cache-Control"].split(",")[0] == "no-store"
    return answer.status_code


@pytest.fixture
def inside(visitor: Visitor, linked: VismaUser, evil: EvilConnect) -> Visitor:
    """Signed in, in the session Visma calls S-1."""
    evil.claims = {"sid": "S-1"}
    visitor.get(visitor.at_evil())
    assert visitor.who() == linked.user.email
    return visitor


def test_ends_the_session_it_names_at_the_next_look(inside: Visitor, evil: EvilConnect) -> None:
    assert says(logout_token(evil)) == 200

    assert inside.get("/t/fjordlys/") == "Sign in"
    assert inside.who() is None


def test_a_session_whose_key_was_changed_meanwhile_ends_too(
    inside: Visitor, evil: EvilConnect
) -> None:
    session = inside.client.session
    session.cycle_key()
    session.save()
    inside.client.cookies["__Host-session"] = str(session.session_key)

    says(logout_token(evil))

    assert inside.get("/t/fjordlys/") == "Sign in"


@pytest.mark.parametrize(
    ("named", "ended"),
    [
        ({"sid": "S-1"}, True),
        ({"sid": None}, True),
        ({"sub": None}, True),
        ({"sid": "S-2"}, False),
        ({"sub": "somebody-else"}, False),
        ({"sub": "somebody-else", "sid": None}, False),
    ],
    ids=str,
)
def test_ends_that_session_or_all_of_that_person_and_no_other(
    inside: Visitor, evil: EvilConnect, named: dict[str, Any], ended: bool
) -> None:
    assert says(logout_token(evil, **named)) == 200

    assert VismaSession.objects.exists() is not ended


def test_a_session_that_began_with_a_password_goes_on(linked: VismaUser, evil: EvilConnect) -> None:
    client = Client()
    client.force_login(linked.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    says(logout_token(evil))

    assert client.get("/signin/").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"typ": "at+jwt"},
        {"key": OTHER_KEY},
        {"iss": "https://connect.visma.com"},
        {"iss": None},
        {"aud": "isv_somebody_else"},
        {"aud": None},
        {"iat": None},
        {"iat": int(time.time()) + 600, "exp": int(time.time()) + 900},
        {"exp": None},
        {"exp": int(time.time()) - 125, "iat": int(time.time()) - 400},
        {"exp": int(time.time()) + 86_400},
        {"nbf": int(time.time()) + 600},
        {"events": None},
        {"events": {}},
        {"events": []},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": "yes"}},
        {"nonce": "any"},
        {"sid": None, "sub": None},
        {"sid": 7},
        {"sub": ["a"]},
        {"sid": "x" * 300},
        {"jti": None},
        {"jti": 7},
    ],
    ids=str,
)
def test_a_token_with_a_fault_ends_nothing(
    inside: Visitor, evil: EvilConnect, changes: dict[str, Any]
) -> None:
    assert says(logout_token(evil, **changes)) == 400

    assert VismaSession.objects.exists()
    assert not LogoutNotice.objects.exists()


def test_two_minutes_of_a_slow_clock_are_forgiven(inside: Visitor, evil: EvilConnect) -> None:
    now = int(time.time())

    assert says(logout_token(evil, exp=now - 100, iat=now - 400, nbf=now - 400)) == 200


def test_a_token_counts_once(inside: Visitor, evil: EvilConnect) -> None:
    token = logout_token(evil, sid=None)
    assert says(token) == 200
    inside.get(inside.at_evil())

    assert says(token) == 400
    assert VismaSession.objects.count() == 1


def test_an_id_token_is_no_logout_token(inside: Visitor, evil: EvilConnect) -> None:
    assert says(evil.id_token("a-nonce", "access")) == 400


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/x-www-form-urlencoded"),
        ("logout_token=a&logout_token=b", "application/x-www-form-urlencoded"),
        ("logout_token=" + "a" * 20_000, "application/x-www-form-urlencoded"),
        ('{"logout_token": "a"}', "application/json"),
        ("\x00\xff", "multipart/form-data; boundary=x"),
        ("a=1&" * 2000, "application/x-www-form-urlencoded"),
        ("logout_token=not-a-token", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_such_form_is_a_400(linked: VismaUser, body: str, content_type: str) -> None:
    answer = Client().post("/signin/visma/logout", body, content_type=content_type)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_a_get_is_no_logout(linked: VismaUser) -> None:
    assert Client().get("/signin/visma/logout").status_code == 405


def test_while_the_keys_can_not_be_had_visma_may_call_again(
    inside: Visitor, evil: EvilConnect
) -> None:
    visma_clients._signing_keys.cache_clear()
    evil.says["jwks"] = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n"

    assert says(logout_token(evil)) == 503
    assert VismaSession.objects.exists()


def test_nobody_signs_in_with_a_session_that_is_over(
    visitor: Visitor, linked: VismaUser, evil: EvilConnect
) -> None:
    """The token may be here before the browser is."""
    evil.claims = {"sid": "S-1"}
    callback = visitor.at_evil()
    says(logout_token(evil))

    assert visitor.get(callback) == "You signed out at Visma meanwhile"
    assert visitor.who() is None
    assert not VismaSession.objects.exists()


def test_switched_off_it_takes_no_token(inside: Visitor, evil: EvilConnect, settings: Any) -> None:
    settings.VISMA_SIGN_IN_APPLICATION = ""

    assert says(logout_token(evil)) == 400


def test_what_nobody_comes_back_to_is_forgotten(inside: Visitor, evil: EvilConnect) -> None:
    says(logout_token(evil, sid="S-2"))
    tasks.forget_old()
    assert (SignInTry.objects.count(), LogoutNotice.objects.count()) == (1, 1)
    assert VismaSession.objects.count() == 1

    long_ago = timezone.now() - timedelta(days=3)
    SignInTry.objects.update(expires_at=long_ago)
    LogoutNotice.objects.update(taken_at=long_ago)
    VismaSession.objects.update(began_at=long_ago)
    tasks.forget_old()

    assert not SignInTry.objects.exists()
    assert not LogoutNotice.objects.exists()
    assert inside.get("/t/fjordlys/") == "Sign in"


def test_signing_out_at_the_sandbox_ends_the_session_here(
    visitor: Visitor, member: User, at_visma: SandboxProcess
) -> None:
    link_to_sandbox(member, at_visma)
    with listening() as listener:
        web = {"client_id": "isv_nordhandel_web", "backchannel_logout_uri": listener.url}
        at_visma.control("POST", "applications", web)
        visitor.get(visitor.at_sandbox(visitor.to_visma()))
        assert visitor.who() == member.email

        visitor.session.get(f"{at_visma.url}/connect/endsession", timeout=10)
        told = listener.next()["logout_token"]

    assert says(told) == 200
    assert visitor.get("/t/fjordlys/") == "Sign in"
