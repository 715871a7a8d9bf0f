from __future__ import annotations

import base64
import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from integrations.visma.errors import BadAnswer, Outage, Refused, Unauthorized
from integrations.visma.oauth import (
    Client,
    Endpoints,
    TokenAnswer,
    Transport,
    authorization_url,
    client_credentials,
    new_state,
    new_verifier,
    redeem,
    refresh,
    revoke,
    userinfo,
)
from tests.visma.conftest import StartServer
from tests.visma.servers import Connection, Server, always, json_response, once, response

LOOPBACK = frozenset({"127.0.0.1"})
GOOD = {
    "access_token": "access-1",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "openid orders:read",
    "refresh_token": "refresh-2",
    "id_token": "a.b.c",
}
Flow = Callable[[Client], TokenAnswer]
FLOWS: dict[str, Flow] = {
    "redeem": lambda client: redeem(
        client, code="the-code", redirect_uri="https://portal.test/cb", verifier="v" * 64
    ),
    "refresh": lambda client: refresh(client, "refresh-1", ["orders:read"]),
    "client_credentials": lambda client: client_credentials(
        client, tenant_id="tenant-1", scopes=["orders:read", "orders:write"]
    ),
}


@pytest.fixture(params=FLOWS)
def flow(request: pytest.FixtureRequest) -> Flow:
    return FLOWS[request.param]


def client_of(
    url: str, *, auth_method: Any = "basic", ca_file: str | None = None, timeout: float = 5.0
) -> Client:
    endpoints = Endpoints(
        authorize=f"{url}/connect/authorize",
        token=f"{url}/connect/token",
        userinfo=f"{url}/connect/userinfo",
        revocation=f"{url}/connect/revocation",
        jwks=f"{url}/jwks",
        issuer=url,
    )
    transport = Transport(ca_file, timeout, 2.0, LOOPBACK)
    return Client("isv_portal", "s&cret +ü", auth_method, endpoints, transport)


def form(server: Server) -> dict[str, str]:
    (request,) = server.seen
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    return dict(parse_qsl(request.body.decode(), strict_parsing=True))


# Where the browser goes


def test_sends_the_browser_to_consent_with_pkce_and_query() -> None:
    client = client_of("https://connect.visma.test")

    url = authorization_url(
        client,
        redirect_uri="https://portal.test/connect/callback",
        scopes=["openid", "visma.net.erp.salesorder:read"],
        state="the-state",
        verifier="v" * 64,
        nonce="the-nonce",
        ui_locales="nb-NO",
        tenant_hint="tenant-1",
        prompt="select_account",
    )

    digest = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 64).digest()).decode().rstrip("=")
    assert urlsplit(url)[:3] == ("https", "connect.visma.test", "/connect/authorize")
    assert parse_qs(urlsplit(url).query, strict_parsing=True) == {
        "response_type": ["code"],
        "client_id": ["isv_portal"],
        "redirect_uri": ["https://portal.test/connect/callback"],
        "scope": ["openid visma.net.erp.salesorder:read"],
        "state": ["the-state"],
        "code_challenge": [digest],
        "code_challenge_method": ["S256"],
        "response_mode": ["query"],
        "nonce": ["the-nonce"],
        "ui_locales": ["nb-NO"],
        "tenant_hint": ["tenant-1"],
        "prompt": ["select_account"],
    }


def test_leaves_out_of_the_address_what_was_not_given() -> None:
    url = authorization_url(
        client_of("http://127.0.0.1:8100"),
        redirect_uri="http://127.0.0.1:8000/cb",
        scopes=["openid"],
        state="s",
        verifier=new_verifier(),
        nonce="n",
    )

    assert url.startswith("http://127.0.0.1:8100/connect/authorize?")
    assert not {"ui_locales", "tenant_hint", "prompt"} & set(parse_qs(urlsplit(url).query))


def test_sends_nobody_to_a_plain_http_address() -> None:
    with pytest.raises(Outage) as refusal:
        authorization_url(
            client_of("http://connect.visma.test"),
            redirect_uri="https://portal.test/cb",
            scopes=[],
            state="s",
            verifier=new_verifier(),
            nonce="n",
        )

    assert (refusal.value.sent, refusal.value.own_set_up) == (False, True)


def test_makes_verifiers_and_states_that_nobody_guesses() -> None:
    verifiers, states = {new_verifier() for _ in range(100)}, {new_state() for _ in range(100)}

    assert (len(verifiers), len(states)) == (100, 100)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{64}", verifier) for verifier in verifiers)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", state) for state in states)


# What goes to the token endpoint


def test_redeems_a_code(start: StartServer) -> None:
    server = start(always(json_response(200, GOOD)))

    answer = FLOWS["redeem"](client_of(server.url))

    assert answer == TokenAnswer(
        "access-1", 3600, frozenset({"openid", "orders:read"}), "refresh-2", "a.b.c"
    )
    assert form(server) == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "https://portal.test/cb",
        "code_verifier": "v" * 64,
    }


def test_refreshes_a_token(start: StartServer) -> None:
    server = start(always(json_response(200, GOOD)))

    answer = FLOWS["refresh"](client_of(server.url))

    assert (answer.access_token, answer.refresh_token) == ("access-1", "refresh-2")
    assert form(server) == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}


def test_asks_for_a_company_by_its_tenant_id(start: StartServer) -> None:
    server = start(always(json_response(200, {"access_token": "a", "token_type": "bearer"})))

    answer = FLOWS["client_credentials"](client_of(server.url))

    scopes = frozenset({"orders:read", "orders:write"})
    assert answer == TokenAnswer("a", None, scopes, None, None)
    assert form(server) == {
        "grant_type": "client_credentials",
        "scope": "orders:read orders:write",
        "tenant_id": "tenant-1",
    }


def test_authenticates_by_a_form_encoded_header(start: StartServer, flow: Flow) -> None:
    server = start(always(json_response(200, GOOD)))

    flow(client_of(server.url))

    kind, _, credentials = server.seen[0].headers["authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(credentials) == b"isv_portal:s%26cret+%2B%C3%BC"
    assert not {"client_id", "client_secret"} & set(form(server))


def test_authenticates_in_the_body(start: StartServer, flow: Flow) -> None:
    server = start(always(json_response(200, GOOD)))

    flow(client_of(server.url, auth_method="post"))

    assert "authorization" not in server.seen[0].headers
    body = form(server)
    assert (body["client_id"], body["client_secret"]) == ("isv_portal", "s&cret +ü")


def test_speaks_tls_with_our_own_authority(
    start: StartServer, flow: Flow, ca_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(always(json_response(200, GOOD)), tls=True)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")

    assert flow(client_of(server.url, ca_file=ca_file)).access_token == "access-1"


def test_keeps_the_old_refresh_token_when_none_comes(start: StartServer) -> None:
    without = {key: value for key, value in GOOD.items() if key != "refresh_token"}
    server = start(always(json_response(200, without)))

    assert FLOWS["refresh"](client_of(server.url)).refresh_token is None


def test_takes_the_scopes_it_asked_for_when_the_answer_names_none(start: StartServer) -> None:
    without = {key: value for key, value in GOOD.items() if key != "scope"}
    server = start(always(json_response(200, without)))

    assert FLOWS["refresh"](client_of(server.url)).scopes == {"orders:read"}


@pytest.mark.parametrize("granted", ["openid", "openid more:than asked:for", "x"])
def test_reads_scopes_that_differ_from_those_asked_for(
    start: StartServer, flow: Flow, granted: str
) -> None:
    server = start(always(json_response(200, {**GOOD, "scope": granted})))

    assert flow(client_of(server.url)).scopes == frozenset(granted.split())


def test_takes_a_token_of_the_older_server(start: StartServer, flow: Flow) -> None:
    older = {"token": "1f4c", "token_type": "Bearer", "scope": "financialstasks"}
    server = start(always(json_response(200, older)))

    answer = flow(client_of(server.url))

    assert answer == TokenAnswer("1f4c", None, frozenset({"financialstasks"}), None, None)


# Answers that are not to be believed


def changed(**members: Any) -> bytes:
    kept = {**GOOD, **members}
    return json_response(200, {key: value for key, value in kept.items() if value is not None})


JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
BAD_ANSWERS: dict[str, tuple[bytes, type[Exception]]] = {
    "301": (response(301, {"Location": "https://portal.test/"}), BadAnswer),
    "302": (response(302, {"Location": "https://portal.test/"}), BadAnswer),
    "307": (response(307, {"Location": "https://portal.test/"}), BadAnswer),
    "308 with tokens": (json_response(308, GOOD), BadAnswer),
    "html 200": (response(200, HTML, b"<html>Log in</html>"), Outage),
    "json called html": (response(200, HTML, b'{"access_token":"a"}'), Outage),
    "no content type": (response(200, {}, b'{"access_token":"a"}'), Outage),
    "empty 200": (response(200, JSON), BadAnswer),
    "204": (response(204, JSON), BadAnswer),
    "201": (json_response(201, GOOD), BadAnswer),
    "400 without a code": (json_response(400, {"message": "no"}), BadAnswer),
    "403 page": (response(403, HTML, b"<html>"), Outage),
    "404 page": (response(404, HTML, b"<html>"), Outage),
    "408": (json_response(408, {"error": "x"}), Outage),
    "429": (json_response(429, {"error": "slow_down"}), Outage),
    "500": (json_response(500, {"error": "invalid_grant"}), Outage),
    "502": (response(502, HTML, b"<html>Bad gateway"), Outage),
    "503": (response(503), Outage),
    "server_error": (json_response(400, {"error": "server_error"}), Outage),
    "unavailable": (json_response(400, {"error": "temporarily_unavailable"}), Outage),
    "error that is no text": (json_response(400, {"error": {"code": 1}}), BadAnswer),
    "mac": (changed(token_type="mac"), BadAnswer),
    "no type": (changed(token_type=None), BadAnswer),
    "type that is no text": (changed(token_type=["Bearer"]), BadAnswer),
    "no token": (changed(access_token=None), BadAnswer),
    "empty token": (changed(access_token=""), BadAnswer),
    "token that is no text": (changed(access_token=7), BadAnswer),
    "token of two lines": (changed(access_token="a\r\nX-Injected: 1"), BadAnswer),
    "token with a blank": (changed(access_token="a b"), BadAnswer),
    "token of 20 KB": (changed(access_token="a" * 20_000), BadAnswer),
    "odd refresh token": (changed(refresh_token=["r"]), BadAnswer),
    "odd id token": (changed(id_token=1), BadAnswer),
    "negative": (changed(expires_in=-1), BadAnswer),
    "zero": (changed(expires_in=0), BadAnswer),
    "two years": (changed(expires_in=2 * 365 * 86_400), BadAnswer),
    "fraction": (changed(expires_in=0.5), BadAnswer),
    "1e300": (changed(expires_in=1e300), BadAnswer),
    "true": (changed(expires_in=True), BadAnswer),
    "words": (changed(expires_in="an hour"), BadAnswer),
    "long digits": (changed(expires_in="9" * 5000), BadAnswer),
    "scope list": (changed(scope=["openid"]), BadAnswer),
    "array": (json_response(200, [GOOD]), BadAnswer),
    "text": (json_response(200, "access-1"), BadAnswer),
    "cut json": (response(200, JSON, b'{"access_token":"secret-1","token_ty'), BadAnswer),
    "key twice": (
        response(200, JSON, b'{"access_token":"a","token_type":"Bearer","access_token":"b"}'),
        BadAnswer,
    ),
    "bad utf-8": (response(200, JSON, b'{"access_token":"\xff","token_type":"Bearer"}'), BadAnswer),
    "NaN": (response(200, JSON, b'{"access_token":"a","expires_in":NaN}'), BadAnswer),
    "deep": (response(200, JSON, b"[" * 100_000), BadAnswer),
    "3 MB": (response(200, JSON, b" " * 3_000_000), Outage),
    "cut headers": (json_response(200, GOOD).partition(b"\r\n\r\n")[0] + b"\r\n", Outage),
    "cut body": (json_response(200, GOOD)[:-5], Outage),
    "not http": (b"SSH-2.0-OpenSSH\r\n", Outage),
    "nothing": (b"", Outage),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_refuses_a_bad_answer(start: StartServer, flow: Flow, name: str) -> None:
    sent, expected = BAD_ANSWERS[name]
    server = start(once(sent))

    with pytest.raises(expected) as refusal:
        flow(client_of(server.url))

    assert getattr(refusal.value, "sent", True)
    assert len(server.seen) == 1
    assert "secret-1" not in repr(refusal.value)


@pytest.mark.parametrize("status", [400, 401, 200])
def test_names_the_error_visma_gave(start: StartServer, flow: Flow, status: int) -> None:
    body = {"error": "invalid_grant", "error_description": "the-code\r\nwas used"}
    server = start(always(json_response(status, body)))

    with pytest.raises(Refused) as refusal:
        flow(client_of(server.url))

    refused = refusal.value
    assert (refused.error, refused.status) == ("invalid_grant", status)
    assert refused.description == "the-code was used"
    assert str(refused) == f"invalid_grant (HTTP {status})"


@pytest.mark.parametrize(
    ("text", "seconds"), [("60", 60), ("3600", 3600), (31_536_000, 31_536_000)]
)
def test_takes_a_lifetime_as_number_or_digits(
    start: StartServer, flow: Flow, text: object, seconds: int
) -> None:
    server = start(once(changed(expires_in=text)))

    assert flow(client_of(server.url)).expires_in == seconds


def test_hands_on_how_long_the_token_endpoint_wants_us_to_wait(
    start: StartServer, flow: Flow
) -> None:
    server = start(always(response(429, {"Retry-After": "30"})))

    with pytest.raises(Outage) as outage:
        flow(client_of(server.url))

    assert (outage.value.sent, outage.value.retry_after) == (True, 30.0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_follows_no_redirect_with_a_secret_in_hand(
    start: StartServer, flow: Flow, status: int
) -> None:
    elsewhere = start(always(json_response(200, GOOD)))
    target = f"{elsewhere.url}/connect/token"
    server = start(always(response(status, {"Location": target})))

    with pytest.raises(BadAnswer, match="redirect"):
        flow(client_of(server.url))

    assert (len(server.seen), elsewhere.seen) == (1, [])


def test_says_that_nothing_was_sent_when_nobody_listens(start: StartServer, flow: Flow) -> None:
    server = start(always(json_response(200, GOOD)))
    server.stop_listening()

    with pytest.raises(Outage) as outage:
        flow(client_of(server.url))

    assert (outage.value.sent, outage.value.own_set_up) == (False, False)


def test_sends_no_secret_to_a_host_of_an_unknown_authority(start: StartServer, flow: Flow) -> None:
    server = start(always(json_response(200, GOOD)), tls=True)

    with pytest.raises(Outage) as outage:
        flow(client_of(server.url))

    assert (outage.value.sent, outage.value.own_set_up) == (False, True)
    assert server.seen == []


def test_says_that_a_token_may_be_spent_when_the_answer_was_lost(
    start: StartServer, flow: Flow
) -> None:
    def drop(connection: Connection) -> None:
        connection.read()
        connection.reset()

    server = start(drop)

    with pytest.raises(Outage) as outage:
        flow(client_of(server.url))

    assert outage.value.sent
    assert len(server.seen) == 1


def test_bounds_a_token_call_in_all(start: StartServer, flow: Flow) -> None:
    def drip(connection: Connection) -> None:
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
        connection.socket.settimeout(0.05)
        while True:
            connection.send(b" ")
            try:
                if not connection.socket.recv(1):
                    return
            except TimeoutError:
                continue

    began = time.monotonic()
    with pytest.raises(Outage) as outage:
        flow(client_of(start(drip).url, timeout=0.6))

    assert outage.value.sent
    assert time.monotonic() - began < 2


# Revocation and userinfo


@pytest.mark.parametrize("auth_method", ["basic", "post"])
def test_revokes_a_refresh_token(start: StartServer, auth_method: str) -> None:
    server = start(always(response(200)))

    revoke(client_of(server.url, auth_method=auth_method), "refresh-1")

    (request,) = server.seen
    body = form(server)
    assert request.target == "/connect/revocation"
    assert (body["token"], body["token_type_hint"]) == ("refresh-1", "refresh_token")
    assert ("client_secret" in body) is (auth_method == "post")
    assert ("authorization" in request.headers) is (auth_method == "basic")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (json_response(400, {"error": "invalid_client"}), Refused),
        (json_response(401, {"error": "unauthorized_client"}), Refused),
        (response(401), Outage),
        (response(503), Outage),
        (response(302, {"Location": "/"}), BadAnswer),
        (b"", Outage),
    ],
)
def test_says_why_a_revocation_failed(
    start: StartServer, sent: bytes, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        revoke(client_of(start(once(sent)).url), "refresh-1")


def test_reads_who_consented(start: StartServer) -> None:
    server = start(always(json_response(200, {"sub": "u-1", "email": "kari@example.test"})))

    claims = userinfo(client_of(server.url), "access-1")

    assert claims == {"sub": "u-1", "email": "kari@example.test"}
    (request,) = server.seen
    assert (request.method, request.target) == ("GET", "/connect/userinfo")
    assert request.headers["authorization"] == "Bearer access-1"


def test_says_that_a_token_is_not_taken(start: StartServer) -> None:
    with pytest.raises(Unauthorized):
        userinfo(client_of(start(always(response(401))).url), "access-1")


# Secrets

SECRETS = (
    "access-1",
    "refresh-1",
    "refresh-2",
    "s&cret",
    "s%26cret",
    "the-code",
    "v" * 64,
    "a.b.c",
)


@pytest.fixture
def everything_logged() -> Iterator[list[str]]:
    """All that any logger emits, with every level open that can be opened from outside."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    root, handler = logging.getLogger(), Keep()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("requests_oauthlib", "requests_oauthlib.oauth2_session", "oauthlib"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def test_logs_no_secret_at_debug(
    start: StartServer, flow: Flow, everything_logged: list[str]
) -> None:
    logging.getLogger("requests_oauthlib.oauth2_session").debug("the handler hears this")
    for answer in (json_response(200, GOOD), json_response(400, {"error": "invalid_grant"})):
        server = start(always(answer))
        for auth_method in ("basic", "post"):
            try:
                flow(client_of(server.url, auth_method=auth_method))
            except Refused:
                continue

    logged = "\n".join(everything_logged)
    assert "the handler hears this" in logged
    assert [secret for secret in SECRETS if secret in logged] == []


def test_shows_no_secret_in_a_repr(start: StartServer, flow: Flow) -> None:
    client = client_of(start(always(json_response(200, GOOD))).url)

    shown = repr(client) + repr(flow(client))

    assert [secret for secret in SECRETS if secret in shown] == []
