"""Answers that are wrong, throttled, refused or none at all."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.wire import raw_post

RATE_HEADERS = [f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset", "Policy")]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(
    ("shape", "content_type", "body"),
    [
        ("empty", None, ""),
        ("text", "text/plain", "{phrase}"),
        ("html", "text/html; charset=utf-8", "<h1>{status} {phrase}</h1>"),
        ("json", "application/json", '{{"message": "{phrase}"}}'),
    ],
)
@point("E11.e")
def test_gateways_fail_in_many_words(
    norway: Api, status: int, shape: str, content_type: str | None, body: str
) -> None:
    norway.sandbox.fault("status", status=status, shape=shape)

    answer = norway.post(order())

    assert answer.status_code == status
    assert answer.headers.get("Content-Type") == content_type
    assert body.format(status=status, phrase=answer.reason) in answer.text
    assert norway.numbers == []


@point("E11.f")
def test_429_tells_when_to_come_back(norway: Api) -> None:
    norway.sandbox.fault("throttle", seconds=411)

    answer = norway.post(order())

    assert answer.status_code == 429
    told = [answer.headers[name] for name in ("Retry-After", *RATE_HEADERS)]
    assert told == ["411", "15000", "0", "411", "4-fixed-window"]


@point("E11.g")
def test_429_may_tell_nothing(norway: Api) -> None:
    norway.sandbox.fault("throttle_bare")

    answer = norway.post(order())

    assert answer.status_code == 429
    assert {"Retry-After", *RATE_HEADERS} & set(answer.headers) == set()


@point("E15.early")
def test_a_call_before_the_end_of_a_throttle_is_told(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("throttle", seconds=10)

    norway.post(order("WEB-1"))
    norway.sandbox.clock(advance=9)
    norway.post(order("WEB-2"))
    norway.sandbox.clock(advance=1)
    norway.post(order("WEB-3"))

    [early] = norway.sandbox.requests(too_early="true")
    assert early["reference"] == "WEB-2"
    assert norway.sandbox.verdict()["too_early"] == 1


@point("E11.h")
def test_a_token_may_be_refused_once(norway: Api) -> None:
    norway.sandbox.fault("unauthorized")

    assert [norway.post(order()).status_code for _ in range(2)] == [401, 201]


@point("E11.h_revoked")
def test_a_token_may_be_dead_from_now_on(norway: Api, denmark: Api) -> None:
    norway.sandbox.fault("revoke_token", tenant_id=norway.tenant_id)

    statuses = [norway.post(order()).status_code for _ in range(2)]
    norway.token = norway.sandbox.token("isv_nordhandel_service", norway.tenant_id)

    assert [*statuses, norway.post(order()).status_code] == [401, 401, 201]
    assert denmark.post(order()).status_code == 201


@pytest.mark.parametrize("commit", [True, False])
@point("E11.i")
def test_a_conflict_comes_with_and_without_a_commit(norway: Api, commit: bool) -> None:
    norway.sandbox.fault("conflict", commit=commit)

    assert norway.post(order()).status_code == 409
    assert bool(norway.numbers) is commit
    assert norway.sandbox.verdict()["commits_misanswered"] == int(commit)


@pytest.mark.parametrize(
    ("deed", "location"),
    [
        ("short_location", "{url}/api/v3/SalesOrders/SO/000"),
        ("wrong_location", "/api/v3/SalesOrders/SO/"),
        ("no_location", None),
    ],
)
@point("E11.j")
def test_location_may_be_of_no_use(norway: Api, deed: str, location: str | None) -> None:
    norway.sandbox.fault(deed)

    answer = norway.post(order())

    assert answer.status_code == 201
    expected = location and location.format(url=norway.sandbox.url)
    assert answer.headers.get("Location") == expected
    assert norway.numbers == ["000001"]


def test_html_may_come_with_200(norway: Api) -> None:
    norway.sandbox.fault("html", on="salesorders.list")

    answer = norway.get("/api/v3/SalesOrders")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_json_may_be_cut_and_yet_be_whole_for_http(norway: Api) -> None:
    norway.sandbox.fault("truncated_json", on="salesorders.list")

    answer = norway.get("/api/v3/SalesOrders")

    assert (answer.status_code, int(answer.headers["Content-Length"])) == (200, len(answer.content))
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_body_may_not_be_utf_8(norway: Api) -> None:
    norway.sandbox.fault("bad_utf8", on="salesorders.list")

    with pytest.raises(UnicodeDecodeError):
        norway.get("/api/v3/SalesOrders").content.decode()


def test_a_content_type_may_be_wrong(norway: Api) -> None:
    norway.sandbox.fault("wrong_content_type", on="salesorders.list")

    answer = norway.get("/api/v3/SalesOrders")

    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.json()["value"] == []


def test_headers_may_be_whole_and_the_body_missing(norway: Api) -> None:
    norway.sandbox.fault("cut_headers", on="salesorders.post", cut_at="after_blank_line")

    received = raw_post(norway, "WEB-1")

    assert received.endswith(b"\r\n\r\n")
    assert norway.numbers == ["000001"]


@point("E11.m")
def test_a_window_of_maintenance_opens_and_ends_by_the_clock(norway: Api, denmark: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault(
        "maintenance", on="*", tenant_id=norway.tenant_id, starts_in=60, ends_in=120
    )

    def statuses() -> list[int]:
        return [api.post(order()).status_code for api in (norway, denmark)]

    before = statuses()
    norway.sandbox.clock(advance=60)
    answer = norway.post(order())
    within = statuses()
    norway.sandbox.clock(advance=60)

    assert [before, within, statuses()] == [[201, 201], [503, 201], [201, 201]]
    assert answer.headers["Retry-After"] == "60"
    assert "503 Service Unavailable" in answer.text


def test_maintenance_may_be_of_all(norway: Api, denmark: Api) -> None:
    norway.sandbox.fault("maintenance", on="*")

    token = requests.post(f"{norway.sandbox.url}/connect/token", data={}, timeout=10)

    assert [api.post(order()).status_code for api in (norway, denmark)] == [503, 503]
    assert token.status_code == 503


def test_a_window_may_be_told_in_iso_8601(norway: Api) -> None:
    norway.sandbox.fault("status", status=502, starts_at="2100-01-01T00:00:00Z")
    norway.sandbox.fault("status", status=503, ends_at="2100-01-01T01:00:00+01:00", count=None)

    before = norway.post(order()).status_code
    norway.sandbox.clock(advance=80 * 366 * 24 * 3600)
    norway.token = norway.sandbox.token("isv_nordhandel_service", norway.tenant_id)

    assert [before, norway.post(order()).status_code] == [503, 502]


def test_the_date_header_stays_real(norway: Api) -> None:
    norway.sandbox.clock(advance=1e6)

    first = norway.get("/api/v3/SalesOrders").headers["Date"]
    norway.sandbox.clock(offset=0)
    second = norway.get("/api/v3/SalesOrders").headers["Date"]

    apart = parsedate_to_datetime(second) - parsedate_to_datetime(first)
    assert abs(apart.total_seconds()) < 60


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({"do": "hang", "secnds": 3}, "A fault has no member 'secnds'"),
        ({"do": "hang", "seconds": "3"}, "'seconds' is a number"),
        ({"do": "hang", "count": 0}, "'count' is from 1 up, 'skip' from 0"),
        ({"do": "hang", "rate": 2}, "'rate' is from 0 to 1"),
        ({"do": "hang", "id": 3}, "A fault has no member 'id'"),
        ({"do": "hang", "starts_at": "soon"}, "'starts_at' is not a date and time of ISO 8601"),
        ({"do": "hang", "ends_at": "2024-05-01T12:00:00"}, "'ends_at' needs an offset, such as Z"),
        ({"do": "drip", "bytes_per_second": 0}, "'bytes_per_second' is more than 0"),
        ({"do": "slow", "seconds": -1}, "'seconds' is from 0 up"),
        ({"do": "refuse", "on": "token"}, "'refuse' happens before a request is read"),
        ({"do": "hang", "on": "connection"}, "On a connection only refuse, never_answer and ok"),
        ({"steps": []}, "'steps' is a list of deeds"),
        ({"steps": ["ok", {"do": "hang", "seconds": "x"}]}, "Step 2: 'seconds' is a number"),
    ],
)
def test_says_what_is_wrong_with_a_fault(norway: Api, script: dict[str, Any], reason: str) -> None:
    answer = requests.post(
        f"{norway.sandbox.url}/_control/faults", data=json.dumps(script), timeout=10
    )

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(reason)
