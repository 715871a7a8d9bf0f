"""Every malformed answer of the token endpoint, on the whole way: none accepted, none a 500."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integrations.connections.models import Connection, Grant, Incident
from integrations.connections.services import incidents
from tests.connections.attacks import (
    CONFIRM,
    NO_TOKEN,
    OURS,
    SHORT,
    UNREADABLE,
    at_visma,
    is_refused,
)
from tests.connections.conftest import SALES_ORDERS, Person
from tests.connections.evil_connect import EvilConnect, Say, hangs_up
from tests.visma import servers
from tests.visma.servers import Request, json_response, response

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
REFUSED = {"invalid_client", "unauthorized_client", "WWW-Authenticate"}
ROLE = "This Visma user lacks a role"
GOOD = {"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600}

# Members of an answer that is otherwise good; None leaves one out.
MEMBERS: dict[str, dict[str, Any]] = {
    "access_token missing": {"access_token": None},
    "access_token a number": {"access_token": 7},
    "access_token an object": {"access_token": {"value": "a-token"}},
    "access_token a list": {"access_token": ["a-token"]},
    "access_token true": {"access_token": True},
    "access_token empty": {"access_token": ""},
    "access_token of two lines": {"access_token": "a-token\r\nX-Injected: 1"},
    "access_token with NUL": {"access_token": "a\0b"},
    "access_token with a blank": {"access_token": "a b"},
    "access_token not ASCII": {"access_token": "tøken"},
    "access_token over-long": {"access_token": "a" * 16_385},
    "token_type missing": {"token_type": None},
    "token_type MAC": {"token_type": "mac"},
    "token_type DPoP": {"token_type": "DPoP"},
    "token_type N_A": {"token_type": "N_A"},
    "token_type a list": {"token_type": ["Bearer"]},
    "token_type empty": {"token_type": ""},
    "expires_in a word": {"expires_in": "an hour"},
    "expires_in negative": {"expires_in": -1},
    "expires_in a negative text": {"expires_in": "-1"},
    "expires_in zero": {"expires_in": 0},
    "expires_in a fraction": {"expires_in": 0.5},
    "expires_in huge": {"expires_in": 10**18},
    "expires_in endless digits": {"expires_in": "9" * 5000},
    "expires_in 1e300": {"expires_in": 1e300},
    "expires_in a list": {"expires_in": [3600]},
    "expires_in true": {"expires_in": True},
    "expires_in empty": {"expires_in": ""},
    "scope a list": {"scope": ["openid"]},
    "scope an object": {"scope": {"openid": True}},
    "scope a number": {"scope": 7},
    "scope with NUL": {"scope": "openid\0"},
    "scope of two lines": {"scope": "openid\nvisma.net.erp.salesorder:read"},
    "scope not ASCII": {"scope": "öpenid"},
    "scope over-long": {"scope": "s" * 16_385},
    "scope empty": {"scope": ""},
    "scope blank": {"scope": "  "},
    "refresh_token empty": {"refresh_token": ""},
    "refresh_token a number": {"refresh_token": 7},
    "refresh_token an object": {"refresh_token": {}},
    "refresh_token over-long": {"refresh_token": "r" * 16_385},
    "error beside tokens": {"error": {"code": 1}},
}


def drips(connection: servers.Connection, _: Request) -> None:
    """A byte now and then, for ever."""
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
    connection.socket.settimeout(0.05)
    while True:
        connection.send(b" ")
        try:
            if not connection.socket.recv(1):
                return
        except TimeoutError:
            continue


def never_answers(connection: servers.Connection, _: Request) -> None:
    connection.wait_for_the_client()


def resets(connection: servers.Connection, _: Request) -> None:
    connection.reset()


def sends(*parts: bytes) -> Callable[[servers.Connection, Request], None]:
    def script(connection: servers.Connection, _: Request) -> None:
        connection.send(*parts)
        connection.close()

    return script


def chunked(*chunks: bytes) -> bytes:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


BODY = json.dumps(GOOD).encode()
BOMB = gzip.compress(b" " * 50_000_000 + BODY)
WHOLE: dict[str, tuple[Say, str]] = {
    "200 with a page": (response(200, HTML, b"<html><script>alert(1)</script>"), UNREADABLE),
    "200 with JSON called a page": (response(200, HTML, BODY), UNREADABLE),
    "200 with JSON called text": (response(200, {"Content-Type": "text/json"}, BODY), UNREADABLE),
    "200 without a type": (response(200, {}, BODY), UNREADABLE),
    "200 empty": (response(200, JSON), UNREADABLE),
    "200 form-encoded": (response(200, JSON, b"access_token=a&token_type=Bearer"), UNREADABLE),
    "200 cut JSON": (response(200, JSON, BODY[:-9]), UNREADABLE),
    "200 two values": (response(200, JSON, BODY + BODY), UNREADABLE),
    "200 a list": (json_response(200, [GOOD]), UNREADABLE),
    "200 a number": (json_response(200, 7), UNREADABLE),
    "200 null": (json_response(200, None), UNREADABLE),
    "200 a text": (json_response(200, "a-token"), UNREADABLE),
    "200 an empty object": (json_response(200, {}), UNREADABLE),
    "200 not UTF-8": (
        response(200, JSON, b'{"access_token":"\xff\xfe","token_type":"Bearer"}'),
        UNREADABLE,
    ),
    "200 UTF-16": (response(200, JSON, BODY.decode().encode("utf-16")), UNREADABLE),
    "200 NaN": (response(200, JSON, b'{"access_token":"a","expires_in":NaN}'), UNREADABLE),
    "200 deep": (response(200, JSON, b"[" * 100_000), UNREADABLE),
    "200 a member twice": (
        response(
            200, JSON, b'{"access_token":"a","access_token":"b","token_type":"Bearer"}'
        ),
        UNREADABLE,
    ),
    "200 with an error": (json_response(200, {"error": "invalid_grant"}), NO_TOKEN),
    "201": (json_response(201, GOOD), UNREADABLE),
    "204": (response(204), UNREADABLE),
    "206": (json_response(206, GOOD), UNREADABLE),
    "400 without JSON": (response(400, HTML, b"<html>"), UNREADABLE),
    "400 with an empty object": (json_response(400, {}), UNREADABLE),
    "400 invalid_grant": (json_response(400, {"error": "invalid_grant"}), NO_TOKEN),
    "400 invalid_scope": (json_response(400, {"error": "invalid_scope"}), OURS),
    "400 invalid_client": (json_response(400, {"error": "invalid_client"}), OURS),
    "400 unauthorized_client": (json_response(400, {"error": "unauthorized_client"}), OURS),
    "400 unsupported_grant_type": (json_response(400, {"error": "unsupported_grant_type"}), OURS),
    "400 invalid_request": (json_response(400, {"error": "invalid_request"}), OURS),
    "400 invalid_tenant": (json_response(400, {"error": "invalid_tenant"}), ROLE),
    "400 made up": (json_response(400, {"error": "<script>alert(1)</script>"}), NO_TOKEN),
    "400 error empty": (json_response(400, {"error": ""}), UNREADABLE),
    "400 error null": (json_response(400, {"error": None}), UNREADABLE),
    "401 with WWW-Authenticate": (
        json_response(401, {"error": "invalid_client"}, {"WWW-Authenticate": "Basic realm=x"}),
        OURS,
    ),
    "401 without a word": (response(401, {"WWW-Authenticate": "Negotiate"}), UNREADABLE),
    "403": (response(403, HTML, b"<html>"), UNREADABLE),
    "404": (response(404, HTML, b"<html>"), UNREADABLE),
    "407": (response(407, {"Proxy-Authenticate": "Basic realm=x"}), UNREADABLE),
    "408": (json_response(408, GOOD), UNREADABLE),
    "429": (json_response(429, {"error": "slow_down"}, {"Retry-After": "99999999"}), UNREADABLE),
    "500": (json_response(500, GOOD), UNREADABLE),
    "502": (response(502, HTML, b"<html>"), UNREADABLE),
    "503": (response(503, {"Retry-After": "nonsense"}), UNREADABLE),
    "599": (response(599), UNREADABLE),
    "100 and no more": (sends(b"HTTP/1.1 100 Continue\r\n\r\n"), UNREADABLE),
    "101": (sends(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + BODY), UNREADABLE),
    "103 and no more": (sends(b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"), UNREADABLE),
    "1xx without end": (sends(b"HTTP/1.1 103 Early\r\n\r\n" * 50_000), UNREADABLE),
    "999": (json_response(999, GOOD), UNREADABLE),
    "no HTTP": (sends(b"SSH-2.0-OpenSSH\r\n"), UNREADABLE),
    "HTTP/0.9": (sends(BODY), UNREADABLE),
    "nothing": (hangs_up, UNREADABLE),
    "reset": (resets, UNREADABLE),
    "headers cut": (sends(b"HTTP/1.1 200 OK\r\nContent-Type: applic"), UNREADABLE),
    "headers without end": (sends(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200_000), UNREADABLE),
    "body cut": (sends(json_response(200, GOOD)[:-5]), UNREADABLE),
    "chunks cut": (sends(chunked(BODY)[:-4]), UNREADABLE),
    "10 MB": (sends(response(200, JSON, BODY[:-1] + b" " * 10_000_000 + b"}")), UNREADABLE),
    "10 MB in chunks": (
        sends(chunked(BODY[:-1], *[b" " * 1_000_000] * 10, b"}")),
        UNREADABLE,
    ),
    "gzip bomb": (response(200, {**JSON, "Content-Encoding": "gzip"}, BOMB), UNREADABLE),
    "gzip not asked for": (
        response(200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(BODY)),
        UNREADABLE,
    ),
    "two lengths": (
        sends(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
              b"Content-Length: 9\r\nContent-Length: 200\r\n\r\n" + BODY),
        UNREADABLE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_off_ends_the_sign_in(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    evil.token = MEMBERS[name]

    is_refused(visitor, evil, at_visma(visitor), UNREADABLE)


@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_that_is_off_ends_the_sign_in(
    visitor: Person, evil: EvilConnect, settings: Any, name: str
) -> None:
    settings.VISMA_TOKEN_TIMEOUT = timedelta(seconds=3)
    evil.says["token"], said = WHOLE[name]

    is_refused(visitor, evil, at_visma(visitor), said)

    assert len(evil.asked_for("token")) == 1
    assert Incident.objects.exists() is (said == OURS)
    # Only a refusal of the application itself stops its orders.
    assert bool(incidents.held_applications()) is (name.rpartition(" ")[2] in REFUSED)
    page = visitor.client.get("/connect/").content.decode()
    assert "alert(1)" not in page


@pytest.mark.parametrize("script", [drips, never_answers])
def test_an_answer_that_takes_too_long_ends_the_sign_in(
    visitor: Person, evil: EvilConnect, settings: Any, script: Say
) -> None:
    settings.VISMA_TOKEN_TIMEOUT = timedelta(seconds=0.6)
    evil.says["token"] = script

    is_refused(visitor, evil, at_visma(visitor), UNREADABLE)


def test_a_token_endpoint_that_isnt_there_ends_the_sign_in(
    visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)
    evil.server.stop_listening()

    is_refused(visitor, evil, callback, UNREADABLE)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_no_redirect_takes_the_secret_along(
    visitor: Person, evil: EvilConnect, status: int
) -> None:
    elsewhere = EvilConnect()
    target = {"Location": f"{elsewhere.issuer}/connect/token", "Refresh": "0; url=/"}
    evil.says["token"] = json_response(status, GOOD, target)

    is_refused(visitor, evil, at_visma(visitor), UNREADABLE)

    assert (len(evil.asked_for("token")), elsewhere.server.seen) == (1, [])
    elsewhere.server.close()


def test_a_code_isnt_tried_again_after_an_outage(visitor: Person, evil: EvilConnect) -> None:
    callback = at_visma(visitor)
    evil.says["token"] = response(503)
    is_refused(visitor, evil, callback, UNREADABLE)
    del evil.says["token"]

    is_refused(visitor, evil, callback, UNREADABLE)
    assert len(evil.asked_for("token")) == 1
    assert visitor.get(at_visma(visitor)) == CONFIRM


# What is good enough


@pytest.mark.parametrize(
    "members",
    [
        {"expires_in": "3600"},
        {"expires_in": None},
        {"token_type": "bearer"},
        {"unknown": {"member": [1]}},
        {"scope": None},
    ],
    ids=str,
)
def test_an_odd_but_harmless_answer_is_taken(
    visitor: Person, evil: EvilConnect, members: dict[str, Any]
) -> None:
    evil.token = members

    assert visitor.get(at_visma(visitor)) == CONFIRM
    assert visitor.confirms() == "Fjordlys AS is connected"


def test_access_that_cant_be_renewed_is_said_and_not_kept(
    visitor: Person, evil: EvilConnect
) -> None:
    evil.token = {"refresh_token": None}

    is_refused(visitor, evil, at_visma(visitor), SHORT)


# Scopes: fewer or more than asked


@pytest.mark.parametrize("missing", SALES_ORDERS)
def test_fewer_rights_than_asked_are_said_and_nothing_is_sent(
    visitor: Person, evil: EvilConnect, missing: str
) -> None:
    asked = ["openid", *SALES_ORDERS]
    evil.token = {"scope": " ".join(scope for scope in asked if scope != missing)}

    visitor.get(at_visma(visitor))
    assert visitor.confirms() == "One thing is in the way"

    connection = Connection.objects.get()
    assert (connection.state, connection.problem) == ("broken", "scopes_missing")
    assert connection.proven_at is None
    page = visitor.shown.content.decode()
    assert "Visma gave us less than we asked for" in page
    assert evil.asked_for("Customers") == []


def test_none_of_the_rights_asked_for_is_not_taken_for_all_of_them(
    visitor: Person, evil: EvilConnect
) -> None:
    evil.token = {"scope": "nothing:at:all"}

    visitor.get(at_visma(visitor))
    assert visitor.confirms() == "One thing is in the way"
    assert Connection.objects.get().problem == "scopes_missing"


def test_more_rights_than_asked_are_written_down_and_shown(
    visitor: Person, evil: EvilConnect
) -> None:
    more = [f"another.api:{number}" for number in range(200)]
    evil.token = {"scope": " ".join(["openid", *SALES_ORDERS, *more, "<b>bold</b>"])}

    visitor.get(at_visma(visitor))
    assert visitor.confirms() == "Fjordlys AS is connected"

    assert set(Grant.objects.get().scopes.split()) >= {*SALES_ORDERS, *more}
    page = visitor.shown.content.decode()
    assert "another.api:7" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold</b>" not in page


def test_no_thread_is_left_behind(visitor: Person, evil: EvilConnect) -> None:
    visitor.get(at_visma(visitor))
    names = {thread.name for thread in threading.enumerate() if not thread.daemon}

    assert names == {"MainThread"}
