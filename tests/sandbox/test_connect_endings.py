"""Revoking, asking about tokens, signing out, and telling others of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import requests

from tests.sandbox.clients import (
    advance,
    approve,
    by_credentials,
    call,
    change,
    tokens_of,
    verified,
)
from tests.sandbox.fidelity import point
from tests.sandbox.listener import Listener, listening
from tests.sandbox.visitor import ASKED, CALLBACK, SCOPES, SERVICE, WEB, Visitor, redeem, refresh
from tests.sandbox_process import SandboxProcess

USER = "nordhandel@fjordlys.example"
AFTER = "http://portal.example/bye"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
DEAD = {"error": "invalid_grant"}


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@point("I16.revocation")
def test_revocation_ends_a_refresh_token_and_leaves_access_tokens_alone(
    sandbox: SandboxProcess,
) -> None:
    tokens = tokens_of(sandbox)

    answer = _revoke(sandbox, tokens["refresh_token"])

    assert (answer.status_code, answer.content) == (200, b"")
    assert refresh(sandbox.url, tokens["refresh_token"]).json() == DEAD
    assert _userinfo_status(sandbox, tokens) == 200

    other = tokens_of(sandbox)
    assert _revoke(sandbox, other["access_token"]).status_code == 200
    assert _userinfo_status(sandbox, other) == 200
    assert refresh(sandbox.url, other["refresh_token"]).status_code == 200


@point("I16.unknown")
def test_revoking_an_unknown_token_is_no_fault(sandbox: SandboxProcess) -> None:
    assert _revoke(sandbox, "unknown").status_code == 200
    stranger = call(sandbox, "revocation", (WEB[0], "wrong"), token="unknown")
    assert (stranger.status_code, stranger.json()) == (400, {"error": "invalid_client"})


@point("I16.empty_secret")
def test_a_public_client_revokes_with_an_empty_secret(sandbox: SandboxProcess) -> None:
    change(sandbox, "isv_spa", kind="spa", scopes=["openid"], redirect_uris=[CALLBACK])

    assert call(sandbox, "revocation", ("isv_spa", ""), token="unknown").status_code == 200


@point("I16.foreign")
def test_another_clients_token_may_not_be_revoked(sandbox: SandboxProcess) -> None:
    tokens = tokens_of(sandbox)

    answer = call(sandbox, "revocation", SERVICE, token=tokens["refresh_token"])

    assert answer.status_code == 401
    assert refresh(sandbox.url, tokens["refresh_token"]).status_code == 200


@point("I16.introspection")
def test_an_application_asks_about_its_own_tokens(sandbox: SandboxProcess) -> None:
    tokens = tokens_of(sandbox)
    tenant_id = approve(sandbox, ["visma.net.erp.salesorder:read"])
    service = by_credentials(sandbox, tenant_id=tenant_id).json()["access_token"]

    access = _introspect(sandbox, tokens["access_token"])
    assert access["active"] is True
    assert access["scope"].split() == sorted(SCOPES.split())
    assert (access["client_id"], access["tenant_id"]) == (WEB[0], tenant_id)
    assert _introspect(sandbox, tokens["refresh_token"])["active"] is True
    assert _introspect(sandbox, service) == {"active": False}
    assert _introspect(sandbox, "unknown") == {"active": False}

    _revoke(sandbox, tokens["refresh_token"])
    assert _introspect(sandbox, tokens["refresh_token"]) == {"active": False}
    advance(sandbox, 3_601)
    assert _introspect(sandbox, tokens["access_token"]) == {"active": False}


@point("I16.endsession")
def test_signing_out_leads_back_to_a_registered_address(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    change(sandbox, post_logout_redirect_uris=[AFTER])
    tokens = _signed_in(sandbox, visitor)

    hint = {"id_token_hint": tokens["id_token"], "state": "s 1"}
    answer = _sign_out(visitor, post_logout_redirect_uri=AFTER, **hint)
    assert answer.headers["Location"] == f"{AFTER}?state=s+1"
    visitor.authorize()
    assert visitor.heading == "Sign in"

    elsewhere = _sign_out(visitor, post_logout_redirect_uri=CALLBACK, **hint)
    assert (elsewhere.status_code, "Location" in elsewhere.headers) == (200, False)
    forged = tokens["id_token"][:-8] + "AAAAAAAA"
    answer = _sign_out(visitor, post_logout_redirect_uri=AFTER, id_token_hint=forged)
    assert "Location" not in answer.headers


@point("I16.logout_client")
def test_a_client_id_says_as_well_who_signs_out(sandbox: SandboxProcess, visitor: Visitor) -> None:
    change(sandbox, post_logout_redirect_uris=[AFTER])

    answer = _sign_out(visitor, post_logout_redirect_uri=AFTER, client_id=WEB[0])

    assert answer.headers.get("Location") == AFTER


@point("I16.front_channel")
def test_signing_out_opens_the_addresses_of_the_front_channel(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    address = "http://portal.example/forget?app=1"
    change(sandbox, frontchannel_logout_uri=address)
    sid = verified(sandbox, _signed_in(sandbox, visitor)["id_token"], WEB[0])["sid"]

    page = _sign_out(visitor)

    query = urlencode({"app": "1", "iss": sandbox.url, "sid": sid}).replace("&", "&amp;")
    assert f'src="http://portal.example/forget?{query}"' in page.text
    assert "frame-src http://portal.example" in page.headers["Content-Security-Policy"]


@point("I16.back_channel")
def test_signing_out_posts_a_logout_token(
    sandbox: SandboxProcess, visitor: Visitor, listener: Listener
) -> None:
    change(sandbox, backchannel_logout_uri=listener.url)
    identity = verified(sandbox, _signed_in(sandbox, visitor)["id_token"], WEB[0])

    _sign_out(visitor)

    form = listener.next()
    assert form.keys() == {"logout_token"}
    assert jwt.get_unverified_header(form["logout_token"])["typ"] == "logout+jwt"
    claims = verified(sandbox, form["logout_token"], WEB[0])
    assert claims.keys() == {"iss", "aud", "iat", "nbf", "exp", "sub", "sid", "jti", "events"}
    assert claims["exp"] == claims["iat"] + 300
    assert (claims["sub"], claims["sid"]) == (identity["sub"], identity["sid"])
    assert claims["events"] == {EVENT: {}}


@point("I16.session_end")
def test_the_end_of_a_session_posts_a_logout_token_too(
    sandbox: SandboxProcess, visitor: Visitor, listener: Listener
) -> None:
    change(sandbox, backchannel_logout_uri=listener.url)
    identity = verified(sandbox, _signed_in(sandbox, visitor)["id_token"], WEB[0])

    advance(sandbox, 36_001)

    token = listener.next()["logout_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["sid"] == identity["sid"]


def test_a_restored_session_ends_as_the_first_would_have(
    sandbox: SandboxProcess, visitor: Visitor, listener: Listener
) -> None:
    change(sandbox, backchannel_logout_uri=listener.url)
    _signed_in(sandbox, visitor)
    state = sandbox.control("GET", "state")
    sandbox.reset()

    sandbox.control("PUT", "state", state)
    visitor.authorize()
    assert visitor.heading.startswith("Nordhandel Orders asks")
    advance(sandbox, 36_001)

    assert listener.next().keys() == {"logout_token"}


def test_a_logout_notice_that_nobody_takes_is_recorded(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    change(sandbox, backchannel_logout_uri="http://192.0.2.1/logged-out")
    _signed_in(sandbox, visitor)

    _sign_out(visitor)

    [notice] = sandbox.control("GET", "logouts")["notices"]
    assert (notice["client_id"], notice["url"]) == (WEB[0], "http://192.0.2.1/logged-out")
    assert notice["status"] in {None, 0}


@point("I16.check_session")
def test_the_session_state_can_be_checked_in_a_frame(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    visitor.authorize()
    visitor.sign_in(USER)
    visitor.press(decision="allow")
    told, _, salt = visitor.answer["session_state"].partition(".")
    state = visitor.session.cookies["sandbox_idp_state"]
    text = f"{ASKED['client_id']} http://portal.example {state} {salt}"

    assert told == hashlib.sha256(text.encode()).hexdigest()
    frame = requests.get(f"{sandbox.url}/connect/checksession", timeout=10)
    assert '<script src="/connect/checksession.js">' in frame.text
    assert "frame-ancestors" not in frame.headers["Content-Security-Policy"]
    script = requests.get(f"{sandbox.url}/connect/checksession.js", timeout=10)
    assert script.headers["Content-Type"].startswith("text/javascript")


def _signed_in(sandbox: SandboxProcess, visitor: Visitor) -> Any:
    visitor.authorize()
    visitor.sign_in(USER)
    visitor.press(decision="allow")
    return redeem(sandbox.url, visitor.answer["code"]).json()


def _sign_out(visitor: Visitor, **asked: str) -> requests.Response:
    address = f"{visitor.url}/connect/endsession"
    return visitor.session.get(address, params=asked, allow_redirects=False)


def _revoke(sandbox: SandboxProcess, token: str) -> requests.Response:
    return call(sandbox, "revocation", token=token, token_type_hint="refresh_token")


def _introspect(sandbox: SandboxProcess, token: str) -> Any:
    return call(sandbox, "introspect", token=token).json()


def _userinfo_status(sandbox: SandboxProcess, tokens: Any) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return requests.get(f"{sandbox.url}/connect/userinfo", headers=headers, timeout=10).status_code
