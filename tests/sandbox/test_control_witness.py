"""What the witness says, and that it says all."""

from __future__ import annotations

import http.client
import json
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.clock import Clock
from sandbox.ledger import PACKED, RECENT, Ledger
from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.test_faults_identity import approve, ask
from tests.sandbox.visitor import SERVICE
from tests.sandbox_process import ControlRefused, SandboxProcess


@point("E15.outcome")
def test_every_request_is_there_with_its_outcome(norway: Api) -> None:
    norway.sandbox.script("ok", "commit_then_drop", "cut_headers", "status")
    for number in range(4):
        try:
            norway.post(order(f"WEB-{number}"))
        except requests.ConnectionError:
            continue

    seen = [
        (one["reference"], one["committed"], one["sent"], one["status"], one["fault"])
        for one in norway.sandbox.requests(kind="salesorders.post")
    ]
    assert seen == [
        ("WEB-0", "SO/000001", "whole", 201, None),
        ("WEB-1", "SO/000002", "none", 0, "commit_then_drop"),
        ("WEB-2", "SO/000003", "cut", 201, "cut_headers"),
        ("WEB-3", None, "whole", 503, "status"),
    ]
    unanswered = norway.sandbox.requests(outcome="unanswered")
    assert [one["reference"] for one in unanswered] == ["WEB-1", "WEB-2"]


@point("E15.content")
def test_a_request_is_told_by_its_headers_and_the_hash_of_its_body(norway: Api) -> None:
    body = json.dumps(order()).encode()

    norway.call(
        "POST",
        "/api/v3/SalesOrders",
        data=body,
        headers={"Content-Type": "application/json", "Cookie": "mine=1", "X-Trace": "t-1"},
    )

    (one,) = norway.sandbox.requests(kind="salesorders.post")
    assert one["body_hash"] == sha256(body).hexdigest()
    assert one["headers"] | {"x-trace": "t-1"} == one["headers"]
    assert {one["headers"][name] for name in ("authorization", "cookie")} == {"(left out)"}
    assert norway.token not in json.dumps(one)


def test_a_verdict_is_small_and_says_the_totals(norway: Api) -> None:
    norway.sandbox.script(
        "ok", "commit_then_drop", {"do": "conflict", "commit": True}, "throttle", "status"
    )
    for number in (1, 2, 2, 3, 4):
        try:
            norway.post(order(f"WEB-{number}"))
        except requests.ConnectionError:
            continue

    assert norway.sandbox.verdict() == {
        "orders": 3,
        "references": 2,
        "duplicates": 1,
        "exactly_once": False,
        "requests": 5,
        "whole": 4,
        "cut": 0,
        "none": 1,
        "under_way": 0,
        "committed": 3,
        "commits_without_answer": 1,
        "commits_misanswered": 1,
        "changed": 0,
        "changes_without_answer": 0,
        "changes_misanswered": 0,
        "too_early": 1,
        "throttled": 1,
        "server_errors": 1,
        "faulted": 4,
        "token_calls": 0,
        "faults_waiting": 0,
    }


def test_requests_come_in_pages(norway: Api) -> None:
    for number in range(5):
        norway.post(order(f"WEB-{number}"))

    pages, following = [], "0"
    while following != "None":
        page = norway.sandbox.control("GET", f"requests?limit=2&after={following}&method=POST")
        pages.append([one["reference"] for one in page["requests"]])
        following = str(page["next"])

    assert pages == [["WEB-0", "WEB-1"], ["WEB-2", "WEB-3"], ["WEB-4"]]


@pytest.mark.parametrize("query", ["kin=x", "outcome=lost", "after=x", "limit=-1"])
def test_a_filter_that_is_not_there_is_refused(sandbox: SandboxProcess, query: str) -> None:
    with pytest.raises(ControlRefused):
        sandbox.control("GET", f"requests?{query}")


@point("E15.references")
def test_a_list_is_held_against_what_is_there(norway: Api, denmark: Api) -> None:
    for reference in ("WEB-1", "WEB-2", "WEB-2", "WEB-4"):
        norway.post(order(reference))
    denmark.post(order("WEB-3"))

    of_norway = norway.sandbox.references(["WEB-1", "WEB-2", "WEB-3"], norway.tenant_id)
    of_all = norway.sandbox.references(["WEB-1", "WEB-2", "WEB-3", "WEB-4"])

    assert of_norway == {
        "asked": 3,
        "once": 1,
        "missing": ["WEB-3"],
        "several": {"WEB-2": 2},
        "unexpected": ["WEB-4"],
        "exact": False,
    }
    assert (of_all["missing"], of_all["once"], of_all["exact"]) == ([], 3, False)


def test_exact_is_each_once_and_nothing_else(norway: Api) -> None:
    norway.post(order("WEB-1"))

    assert norway.sandbox.references(["WEB-1"])["exact"]
    assert not norway.sandbox.references([])["exact"]


@point("E15.tokens")
def test_token_calls_are_counted_per_connection(sandbox: SandboxProcess) -> None:
    tenant_id = approve(sandbox)
    for _ in range(3):
        ask(sandbox, tenant_id)
    ask(sandbox, "no-such-tenant")

    calls = sandbox.control("GET", "token-calls")

    rows = [
        (one["client_id"], one["tenant_id"], one["grant_type"], one["count"], one["given"])
        for one in calls["token_calls"]
    ]
    assert calls["count"] == 4
    assert rows == [
        (SERVICE[0], tenant_id, "client_credentials", 3, 3),
        (SERVICE[0], "no-such-tenant", "client_credentials", 1, 0),
    ]


def test_nothing_is_forgotten_when_it_is_packed() -> None:
    ledger = Ledger(Clock())
    count = RECENT + 5 * PACKED + 7
    for number in range(count):
        entry = ledger.open(method="GET", path=f"/{number}", connection=1, reused=False)
        ledger.keep(entry)
        entry.sent = "" if number == 3 else "whole"

    entries = list(ledger.entries())
    assert len(ledger) == count
    assert [entry.path for entry in entries] == [f"/{number}" for number in range(count)]
    assert [entry.number for entry in ledger.entries(count - 3)] == [count - 2, count - 1, count]
    assert sum(ledger.tally().values()) == count


def test_what_is_under_way_is_never_packed() -> None:
    ledger = Ledger(Clock())
    first = ledger.open(method="POST", path="/first", connection=1, reused=False)
    ledger.keep(first)
    first.sent = "none"
    with ledger.held(first):
        for _ in range(RECENT + PACKED):
            entry = ledger.open(method="GET", path="/", connection=1, reused=False)
            entry.sent = "whole"
            ledger.keep(entry)
        first.committed = "SO/000001"

    assert next(ledger.entries()).committed == "SO/000001"


def test_answers_on_a_kept_connection(sandbox: SandboxProcess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port or 0)
    for _ in range(3):
        connection.request("GET", "/_control/verdict")
        assert json.loads(connection.getresponse().read())["requests"] == 0
    connection.close()
