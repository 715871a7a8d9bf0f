"""Answers that are forged, old, doubled, misled or somebody else's: the way back from Visma."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Grant, Incident, Integration, PendingConsent
from integrations.connections.services import incidents, invitations
from integrations.keyring import ring
from tests.connections.attacks import (
    CONFIRM,
    DENIED,
    ELSEWHERE,
    LATE,
    NO_TOKEN,
    OURS,
    UNKNOWN,
    UNREADABLE,
    UNTRUSTED,
    USED,
    Changes,
    at_visma,
    changed,
    changed_pairs,
    is_refused,
    nothing_was_kept,
    shows_no_secret,
)
from tests.connections.conftest import Invite, Person, invitation_of
from tests.connections.evil_connect import Asked, EvilConnect
from tests.walker import heading

HOSTILE = '"><script>alert(1)</script>\r\nSet-Cookie: a=b {{ 7*7 }} %(vendor)s'
FORM = "application/x-www-form-urlencoded"

# State: without a sign-in of ours there is nothing to spend.
STATES: dict[str, Changes] = {
    "state missing": {"state": None},
    "state empty": {"state": ""},
    "state foreign": {"state": "A" * 43},
    "state over-long": {"state": "s" * 5000},
    "state with NUL": {"state": "a\0b"},
    "state not a text": {"state": "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")},
    "state twice": {"state": ["A" * 43, "B" * 43]},
    "state as a list": {"state": None, "state[]": "A" * 43},
}

# The sign-in is known: its answer counts once, so a bad one ends it.
ANSWERS: dict[str, tuple[Changes, str]] = {
    "code missing": ({"code": None}, UNTRUSTED),
    "code empty": ({"code": ""}, UNTRUSTED),
    "code over-long": ({"code": "c" * 4097}, UNTRUSTED),
    "code twice": ({"code": ["a", "b"]}, UNTRUSTED),
    "code twice the same": ({"code": ["a", "a"]}, UNTRUSTED),
    "code of two lines": ({"code": "a\r\nX-Injected: 1"}, UNTRUSTED),
    "code with NUL": ({"code": "a\0b"}, UNTRUSTED),
    "code not ASCII": ({"code": "kød"}, UNTRUSTED),
    "code made up": ({"code": "made-up"}, NO_TOKEN),
    "code with a form in it": ({"code": "a&grant_type=password&b="}, NO_TOKEN),
    "iss missing": ({"iss": None}, UNTRUSTED),
    "iss empty": ({"iss": ""}, UNTRUSTED),
    "iss foreign": ({"iss": "https://elsewhere.example"}, UNTRUSTED),
    "iss twice": ({"iss": ["https://elsewhere.example", "https://elsewhere.example"]}, UNTRUSTED),
    "code beside an error": ({"error": "access_denied"}, UNTRUSTED),
    "unknown parameter twice": ({"session_state": ["a", "b"]}, UNTRUSTED),
    "unknown parameter over-long": ({"session_state": "a" * 4097}, UNTRUSTED),
}

# RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6, and what Visma or a liar may make up.
ERRORS = {
    "access_denied": DENIED,
    "consent_required": DENIED,
    "invalid_request": OURS,
    "invalid_scope": OURS,
    "unauthorized_client": OURS,
    "unsupported_response_type": OURS,
    "server_error": UNREADABLE,
    "temporarily_unavailable": UNREADABLE,
    "invalid_tenant": "This Visma user lacks a role",
    "login_required": NO_TOKEN,
    "interaction_required": NO_TOKEN,
    "account_selection_required": NO_TOKEN,
    "request_not_supported": NO_TOKEN,
    "made_up": NO_TOKEN,
    HOSTILE: NO_TOKEN,
    "e" * 4000: NO_TOKEN,
}


def test_the_honest_server_is_believed(visitor: Person, evil: EvilConnect) -> None:
    assert visitor.get(at_visma(visitor)) == CONFIRM
    assert visitor.confirms() == "Fjordlys AS is connected"


@pytest.mark.parametrize("name", STATES)
def test_a_state_that_isnt_ours_spends_nothing(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    callback = at_visma(visitor)

    is_refused(visitor, evil, changed(callback, STATES[name]), UNKNOWN, spent=False)
    assert evil.asked_for("token") == []
    assert visitor.get(callback) == CONFIRM


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_was_tampered_with_ends_its_sign_in(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    changes, said = ANSWERS[name]
    callback = at_visma(visitor)

    is_refused(visitor, evil, changed(callback, changes), said)
    assert len(evil.asked_for("token")) == (said == NO_TOKEN)
    # The right answer comes too late: the sign-in has ended, and says so again.
    assert visitor.get(callback) == said
    assert visitor.get("/connect/") == "Nordhandel asks to put your orders into Visma.net"
    assert visitor.get(at_visma(visitor)) == CONFIRM


@pytest.mark.parametrize("twist", ["{}/", "{}/.", "HTTP", " {}", "{}#", "{}?", "{}:80", "{}\0"])
def test_an_issuer_is_compared_as_it_stands(visitor: Person, evil: EvilConnect, twist: str) -> None:
    iss = twist.format(evil.issuer) if "{}" in twist else evil.issuer.replace("http", twist)

    is_refused(visitor, evil, changed(at_visma(visitor), {"iss": iss}), UNTRUSTED)


def test_an_issuer_may_be_left_out_only_where_it_isnt_advertised(
    visitor: Person, evil: EvilConnect, settings: Any
) -> None:
    settings.VISMA_CONNECT_ISS_ADVERTISED = False
    wrong = changed(at_visma(visitor), {"iss": "https://elsewhere.example"})

    is_refused(visitor, evil, wrong, UNTRUSTED)
    assert visitor.get(changed(at_visma(visitor), {"iss": None})) == CONFIRM


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error[:30])
def test_each_error_ends_on_a_page_that_helps(
    visitor: Person, evil: EvilConnect, error: str
) -> None:
    callback = changed(
        at_visma(visitor),
        {"code": None, "error": error, "error_description": HOSTILE, "error_uri": "javascript:1"},
    )

    is_refused(visitor, evil, callback, ERRORS[error])
    page = visitor.client.get(f"/connect/{PendingConsent.objects.get().pk}/").content.decode()
    assert "alert(1)" not in page
    assert "javascript:" not in page
    assert evil.asked_for("token") == []
    told = {incident.detail for incident in Incident.objects.all()}
    assert told == ({error} if ERRORS[error] == OURS else set())
    # Whoever holds a link can write such an answer: it stops no order.
    assert incidents.held_applications() == set()
    assert visitor.get(at_visma(visitor)) == CONFIRM
    assert not Incident.objects.filter(cleared_at=None).exists()


def test_an_error_needs_its_state_and_issuer_too(visitor: Person, evil: EvilConnect) -> None:
    denied: Changes = {"code": None, "error": "access_denied"}

    lost = changed(at_visma(visitor), {**denied, "state": "made-up"})
    is_refused(visitor, evil, lost, UNKNOWN, spent=False)
    elsewhere = changed(at_visma(visitor), {**denied, "iss": "https://elsewhere.example"})
    is_refused(visitor, evil, elsewhere, UNTRUSTED, spent=False)
    nameless = changed(at_visma(visitor), {**denied, "iss": None})
    is_refused(visitor, evil, nameless, UNTRUSTED, spent=False)


@pytest.mark.parametrize("query", ["", "?", "?a=b", "?%ff=%ff", "?=&=&&", "?;", "?state", "?code"])
def test_an_answer_in_the_fragment_or_none_at_all_is_unknown(
    visitor: Person, evil: EvilConnect, query: str
) -> None:
    # What stands after a # never leaves the browser, so such an answer arrives empty.
    is_refused(visitor, evil, f"/callback/connect{query}", UNKNOWN, spent=True)


def test_a_flood_of_parameters_is_unknown(visitor: Person, evil: EvilConnect) -> None:
    flood = "&".join(f"p{number}=1" for number in range(1001))

    is_refused(visitor, evil, f"{at_visma(visitor)}&{flood}", UNKNOWN, spent=False)


# Whose, when, how often


def test_the_same_answer_again_changes_nothing(visitor: Person, evil: EvilConnect) -> None:
    callback = at_visma(visitor)
    assert visitor.get(callback) == CONFIRM

    assert visitor.get(callback) == CONFIRM
    PendingConsent.objects.update(consumed_at=timezone.now() - timedelta(seconds=61))
    assert visitor.get(callback) == USED
    assert visitor.shown.status_code == 410
    assert len(evil.asked_for("token")) == Grant.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_twice_at_once_redeems_one_code(
    transactional_db: None, visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)

    def arrive(_: int) -> str:
        client = Client()
        client.cookies = visitor.client.cookies
        try:
            return heading(client.get(callback, follow=True).content.decode())
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        said = set(pool.map(arrive, range(4)))

    assert len(evil.asked_for("token")) == Grant.objects.count() == 1
    assert CONFIRM in said
    assert UNTRUSTED not in said


def test_a_sign_in_that_failed_isnt_revived_by_a_better_answer(
    visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)
    is_refused(visitor, evil, changed(callback, {"iss": None}), UNTRUSTED)

    assert visitor.get(callback) == UNTRUSTED
    PendingConsent.objects.update(consumed_at=timezone.now() - timedelta(seconds=61))
    is_refused(visitor, evil, callback, USED)
    assert evil.asked_for("token") == []


def test_an_answer_after_its_time_is_too_late(visitor: Person, evil: EvilConnect) -> None:
    callback = at_visma(visitor)
    PendingConsent.objects.update(expires_at=timezone.now())

    is_refused(visitor, evil, callback, LATE, spent=False)
    assert evil.asked_for("token") == []


def test_another_browser_can_neither_end_nor_spoil_a_sign_in(
    integration: Integration, invite: Invite, visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)
    without_cookie, with_its_own = Person(), Person()
    with_its_own.open(invite(integration))

    for stranger in (without_cookie, with_its_own):
        is_refused(stranger, evil, callback, ELSEWHERE, spent=False)
    assert visitor.get(callback) == CONFIRM
    assert len(evil.asked_for("token")) == 1


def test_a_stranger_cant_slip_his_own_account_into_our_browser(
    integration: Integration, invite: Invite, visitor: Person, evil: EvilConnect
) -> None:
    attacker = Person()
    attacker.open(invite(integration))
    his = at_visma(attacker)
    at_visma(visitor)

    is_refused(visitor, evil, his, ELSEWHERE, spent=False)


@pytest.mark.parametrize("server_checks_pkce", [True, False])
def test_another_sessions_code_is_worth_nothing(
    integration: Integration,
    invite: Invite,
    visitor: Person,
    evil: EvilConnect,
    server_checks_pkce: bool,
) -> None:
    evil.checks_pkce = server_checks_pkce
    attacker = Person()
    attacker.open(invite(integration))
    stolen = parse_qs(urlsplit(at_visma(attacker)).query)["code"][0]
    injected = changed(at_visma(visitor), {"code": stolen})

    # Even where the server forgets PKCE the nonce tells.
    is_refused(visitor, evil, injected, NO_TOKEN if server_checks_pkce else UNTRUSTED, spent=False)


def test_a_spent_code_is_worth_nothing(visitor: Person, evil: EvilConnect) -> None:
    first = at_visma(visitor)
    evil.codes.clear()

    is_refused(visitor, evil, first, NO_TOKEN)
    code = parse_qs(urlsplit(first).query)["code"][0]
    is_refused(visitor, evil, changed(at_visma(visitor), {"code": code}), NO_TOKEN)


def test_a_code_for_another_address_is_worth_nothing(visitor: Person, evil: EvilConnect) -> None:
    callback = at_visma(visitor)
    (code,) = evil.codes
    asked = evil.codes[code]
    evil.codes[code] = Asked("https://evil.example/cb", asked.challenge, asked.nonce, asked.scope)

    is_refused(visitor, evil, callback, NO_TOKEN)


def test_two_tabs_each_have_their_own_sign_in(visitor: Person, evil: EvilConnect) -> None:
    first, second = at_visma(visitor), at_visma(visitor)
    code = parse_qs(urlsplit(second).query)["code"][0]

    is_refused(visitor, evil, changed(first, {"code": code}), NO_TOKEN, spent=False)
    assert visitor.get(first) == NO_TOKEN
    # The code of the second tab was shown to Visma with the first tab's verifier.
    is_refused(visitor, evil, second, NO_TOKEN)
    third, fourth = at_visma(visitor), at_visma(visitor)
    assert [visitor.get(fourth), visitor.get(third)] == [CONFIRM, CONFIRM]


def test_a_link_that_was_used_or_withdrawn_meanwhile_ends_the_sign_in(
    integration: Integration, invite: Invite, visitor: Person, evil: EvilConnect
) -> None:
    late = at_visma(visitor)
    token = visitor.cookie.partition(".")[0]
    invitations.withdraw(invitation_of(token), by=None, now=timezone.now())

    assert visitor.get(late) == "This link was withdrawn"
    nothing_was_kept()
    visitor.open(invite(integration))
    first, second = at_visma(visitor), at_visma(visitor)
    visitor.get(first)
    visitor.confirms()
    assert visitor.get(second) == "This link has done its work"
    assert Grant.objects.count() == 1


# By POST


def posts(callback: str, changes: Changes | None = None, more: Any = None) -> Any:
    """Another site's form: neither cookie nor CSRF token comes along."""
    body = urlencode(changed_pairs(callback.partition("?")[2], changes or {}))
    client = Client(enforce_csrf_checks=True)
    extra = {"content_type": FORM} | (more or {})
    return client.generic("POST", "/callback/connect", body, **extra)


def test_an_answer_by_post_waits_for_the_browser_that_began(
    visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)

    posted = posts(callback)

    consent = PendingConsent.objects.get()
    assert (posted.status_code, posted["Location"]) == (303, f"/connect/{consent.pk}/finish/")
    assert posted["Referrer-Policy"] == "no-referrer"
    assert "no-store" in posted["Cache-Control"]
    assert posts(callback)["Location"].endswith("/state_used/")
    assert evil.asked_for("token") == []
    assert Person().get(posted["Location"]) == ELSEWHERE
    assert visitor.get(posted["Location"]) == CONFIRM
    assert visitor.get(posted["Location"]) == CONFIRM
    assert len(evil.asked_for("token")) == 1
    PendingConsent.objects.update(consumed_at=timezone.now() - timedelta(seconds=61))
    assert visitor.get(posted["Location"]) == USED


@pytest.mark.parametrize("name", STATES)
def test_a_post_with_a_state_that_isnt_ours_is_not_kept(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    callback = at_visma(visitor)

    assert posts(callback, STATES[name])["Location"] == "/connect/stopped/state_unknown/"
    assert PendingConsent.objects.get().sealed_answer is None
    assert visitor.get(callback) == CONFIRM


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_by_post_is_checked_like_any_other(
    visitor: Person, evil: EvilConnect, name: str
) -> None:
    changes, said = ANSWERS[name]

    is_refused(visitor, evil, posts(at_visma(visitor), changes)["Location"], said)


@pytest.mark.parametrize(
    "more",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/json"},
        {"content_type": ""},
        {"content_type": "multipart/form-data"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": f"{FORM}; charset=utf-7"},
        {"CONTENT_LENGTH": "many"},
        {"CONTENT_LENGTH": "9" * 5000},
        {"CONTENT_LENGTH": "-1"},
    ],
    ids=str,
)
def test_a_post_of_another_kind_is_not_read(
    visitor: Person, evil: EvilConnect, more: dict[str, str]
) -> None:
    callback = at_visma(visitor)

    assert posts(callback, more=more)["Location"] == "/connect/stopped/state_unknown/"
    assert PendingConsent.objects.get().sealed_answer is None


@pytest.mark.parametrize(
    ("size", "kept"), [(15_000, True), (16 * 1024, False), (100_000, False), (3_000_000, False)]
)
def test_a_post_is_read_up_to_sixteen_kilobytes(
    visitor: Person, evil: EvilConnect, size: int, kept: bool
) -> None:
    posted = posts(at_visma(visitor), {"more": "x" * size})

    assert posted["Location"].endswith("/finish/") is kept


def test_a_post_of_a_thousand_fields_is_not_read(visitor: Person, evil: EvilConnect) -> None:
    flood: Changes = {f"p{number}": "1" for number in range(1001)}

    assert posts(at_visma(visitor), flood)["Location"] == "/connect/stopped/state_unknown/"


def test_a_kept_answer_that_doesnt_open_is_ours_to_mend(visitor: Person, evil: EvilConnect) -> None:
    posted = posts(at_visma(visitor))
    PendingConsent.objects.update(sealed_answer=ring.seal("{}", owner="another row"))

    assert visitor.get(posted["Location"]) == OURS
    assert Grant.objects.count() == 0


def test_an_address_to_finish_at_is_worth_nothing_by_itself(
    visitor: Person, evil: EvilConnect
) -> None:
    callback = at_visma(visitor)
    pending = PendingConsent.objects.get()

    assert visitor.get(f"/connect/{pending.pk}/finish/") == UNKNOWN
    assert visitor.client.head(f"/connect/{pending.pk}/finish/").status_code == 405
    assert visitor.get(callback) == CONFIRM


# The address itself


@pytest.mark.parametrize("method", ["head", "put", "patch", "delete", "options", "trace"])
def test_no_other_method_reads_an_answer(visitor: Person, evil: EvilConnect, method: str) -> None:
    callback = at_visma(visitor)

    answer = getattr(Client(enforce_csrf_checks=False), method)(callback)

    assert answer.status_code == 405
    if method not in {"head", "trace"}:
        assert heading(answer.content.decode()) == "We couldn’t read that request"
        assert "Go to the first page and try from there." in answer.content.decode()
    assert evil.asked_for("token") == []
    assert PendingConsent.objects.get().consumed_at is None
    shows_no_secret([answer.content.decode(), str(answer.headers)], evil)


@pytest.mark.parametrize("path", ["/callback/vni/", "/callback/connect/", "/callback/"])
def test_an_address_we_never_gave_out_shows_nothing_of_the_answer(
    visitor: Person, evil: EvilConnect, path: str
) -> None:
    query = at_visma(visitor).partition("?")[2]

    answer = visitor.client.get(f"{path}?{query}", follow=True)

    assert answer.status_code == 404
    shows_no_secret([answer.content.decode()], evil)
    assert parse_qs(query)["state"][0] not in answer.content.decode()
    assert evil.asked_for("token") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_SERVER": "evil.example", "HTTP_FORWARDED": "host=evil.example"},
    ],
    ids=str,
)
def test_no_header_says_where_visma_sends_people(
    visitor: Person, evil: EvilConnect, headers: dict[str, Any], settings: Any
) -> None:
    answer = visitor.client.post("/connect/begin/", **headers)

    if "HTTP_HOST" in headers:
        assert answer.status_code == 400
        assert not PendingConsent.objects.exists()
        return
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked["redirect_uri"] == [f"{settings.PUBLIC_URL}/callback/connect"]
    assert "evil.example" not in answer["Location"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
        "https://evil.example@127.0.0.1/",
    ],
)
@pytest.mark.parametrize("name", ["next", "redirect_uri", "url", "return_to"])
def test_no_page_sends_people_elsewhere(
    visitor: Person, evil: EvilConnect, elsewhere: str, name: str
) -> None:
    callback = at_visma(visitor)
    query = f"{name}={quote(elsewhere)}"
    answers = [
        visitor.client.get(f"{callback}&{query}"),
        visitor.client.get(f"/connect/?{query}"),
        visitor.client.get(f"/connect/stopped/denied/?{query}"),
        visitor.client.post("/connect/begin/", dict(parse_qsl(query))),
        visitor.client.post("/i18n/setlang/", {"language": "nb", name: elsewhere}),
        visitor.client.get(f"/accounts/login/?{query}"),
    ]

    for answer in answers:
        gone_to = answer.headers.get("Location", "/")
        assert gone_to.startswith((evil.issuer, "/"))
        assert "evil.example" not in gone_to.partition("?")[0]
        assert "javascript" not in gone_to
