"""Faults on demand, each seen from the wire and in what the company holds."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox_process import ControlRefused


@pytest.mark.parametrize(
    ("deed", "error", "committed"),
    [
        ("commit_then_drop", RemoteDisconnected, True),
        ("commit_then_reset", ConnectionResetError, True),
        ("drop_before_commit", RemoteDisconnected, False),
        ("reset_before_commit", ConnectionResetError, False),
    ],
)
def test_ends_the_connection_without_an_answer(
    norway: Api, deed: str, error: type[Exception], committed: bool
) -> None:
    norway.sandbox.fault(deed)

    with _connection(norway) as connection, pytest.raises(error) as raised:
        _post(connection, norway)

    # A close without an answer is a kind of reset to http.client; here they differ.
    assert raised.type is error
    assert norway.numbers == (["000001"] if committed else [])
    assert norway.post(order()).status_code == 201


def test_a_fault_may_wait_for_a_connection_that_is_used_again(norway: Api) -> None:
    norway.sandbox.fault("commit_then_drop", only_reused=True)

    with _connection(norway) as connection:
        assert _post(connection, norway).status == 201
        with pytest.raises(RemoteDisconnected):
            _post(connection, norway)

    assert norway.numbers == ["000001", "000002"]


def test_a_fault_may_want_a_fresh_connection(norway: Api) -> None:
    norway.sandbox.fault("drop_before_commit", only_reused=False)

    with _connection(norway) as connection, pytest.raises(RemoteDisconnected):
        _post(connection, norway)


def test_commits_after_the_client_has_been_cut_off(norway: Api) -> None:
    norway.sandbox.fault("commit_late", seconds=0.2)

    with pytest.raises(requests.ConnectionError):
        norway.post(order("WEB-1"))
    before = norway.numbers
    _until(lambda: norway.numbers == ["000001"])

    assert before == []
    [entry] = norway.sandbox.control("GET", "requests?kind=salesorders.post")["requests"]
    assert (entry["answered"], entry["committed"], entry["fault"]) == (
        0,
        "SO/000001",
        "commit_late",
    )


def test_a_late_commit_does_not_outlive_a_reset(norway: Api) -> None:
    norway.sandbox.fault("commit_late", seconds=0.1)
    with pytest.raises(requests.ConnectionError):
        norway.post(order())
    norway.sandbox.reset()
    norway.sandbox.token("isv_nordhandel_service", norway.tenant_id)
    norway.sandbox.fault("slow", on="discovery", seconds=0.3)
    requests.get(f"{norway.sandbox.url}/.well-known/openid-configuration", timeout=10)

    assert norway.numbers == []


@pytest.mark.parametrize("commit", [True, False])
def test_hangs_as_long_as_told(norway: Api, commit: bool) -> None:
    norway.sandbox.fault("hang", seconds=0.3, commit=commit)

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{norway.sandbox.url}/api/v3/SalesOrders",
            json=order(),
            headers={"Authorization": f"Bearer {norway.token}"},
            timeout=0.1,
        )

    assert bool(norway.numbers) is commit


@pytest.mark.parametrize("commit", [True, False])
def test_answers_with_any_status(norway: Api, commit: bool) -> None:
    norway.sandbox.fault(
        "status",
        status=503,
        body="<h1>Maintenance</h1>",
        content_type="text/html",
        headers={"X-Gateway": "yes"},
        commit=commit,
    )

    answer = norway.post(order())

    assert (answer.status_code, answer.text) == (503, "<h1>Maintenance</h1>")
    assert answer.headers["X-Gateway"] == "yes"
    assert bool(norway.numbers) is commit


@point("E11.d")
def test_answers_well_but_late(norway: Api) -> None:
    norway.sandbox.fault("slow", seconds=0.2)

    answer = norway.post(order())

    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.2


@pytest.mark.parametrize(
    ("cut_at", "ending"),
    [
        ("status_line", b"201 Created\r\n"),
        ("within_location", b"/SO/000"),
        ("after_location", b"/SO/000001\r\n"),
        ("before_blank_line", b"Connection: keep-alive\r\n"),
    ],
)
def test_cuts_the_headers(norway: Api, cut_at: str, ending: bytes) -> None:
    norway.sandbox.fault("cut_headers", cut_at=cut_at)

    received = _raw_post(norway)

    assert received.endswith(ending)
    assert b"\r\n\r\n" not in received
    assert norway.numbers == ["000001"]


def test_cuts_the_body_of_a_list(norway: Api) -> None:
    norway.sandbox.fault("cut_body", on="salesorders.list")

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        norway.get("/api/v3/SalesOrders")


def test_announces_a_body_that_never_comes(norway: Api) -> None:
    norway.sandbox.fault("cut_body")

    received = _raw_post(norway)

    assert b"Content-Length: 64\r\n" in received
    assert received.endswith(b"\r\n\r\n")
    assert norway.numbers == ["000001"]


def test_names_another_location(norway: Api) -> None:
    norway.sandbox.fault("wrong_location", location="https://elsewhere.example/x")

    assert norway.post(order()).headers["Location"] == "https://elsewhere.example/x"


def test_throttles(norway: Api) -> None:
    norway.sandbox.fault("throttle", seconds=411)

    answer = norway.post(order())

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "411")


def test_refuses_the_token(norway: Api) -> None:
    norway.sandbox.fault("unauthorized", on="salesorders.*")

    assert norway.get("/api/v3/SalesOrders").status_code == 401
    assert norway.get("/api/v3/SalesOrders").status_code == 200


def test_happens_only_where_it_is_meant_to(norway: Api, denmark: Api) -> None:
    norway.sandbox.fault("status", reference="WEB-7", tenant_id=norway.tenant_id, count=None)

    statuses = [
        api.post(order(reference)).status_code
        for api in (norway, denmark)
        for reference in ("WEB-6", "WEB-7")
    ]

    assert statuses == [201, 503, 201, 201]


def test_may_let_some_pass_and_happen_several_times(norway: Api) -> None:
    norway.sandbox.fault("status", skip=1, count=2)

    assert [norway.post(order()).status_code for _ in range(4)] == [201, 503, 503, 201]


def test_a_chance_is_the_same_for_the_same_seed(norway: Api) -> None:
    def statuses() -> list[int]:
        norway.sandbox.reset()
        norway.token = norway.sandbox.token("isv_nordhandel_service", norway.tenant_id)
        norway.sandbox.fault("status", rate=0.5, count=None)
        return [norway.post(order()).status_code for _ in range(20)]

    first = statuses()

    assert first == statuses()
    assert set(first) == {201, 503}


def test_may_happen_at_the_token_endpoint(norway: Api) -> None:
    norway.sandbox.fault("status", on="token", status=502, client_id="isv_nordhandel_service")

    def ask(client_id: str) -> int:
        return requests.post(
            f"{norway.sandbox.url}/connect/token",
            data={"grant_type": "client_credentials"},
            auth=(client_id, "x"),
            timeout=10,
        ).status_code

    assert [ask("isv_nordhandel_web"), ask("isv_nordhandel_service")] == [400, 502]


def test_faults_can_be_seen_and_deleted(norway: Api) -> None:
    norway.sandbox.fault("status", count=3)
    norway.post(order())

    [fault] = norway.sandbox.control("GET", "faults")["faults"]
    assert (fault["do"], fault["count"], fault["played"]) == ("status", 2, 1)

    norway.sandbox.control("DELETE", "faults")
    assert norway.post(order()).status_code == 201


@pytest.mark.parametrize(
    "script",
    [
        {},
        {"do": "explode"},
        {"do": "hang", "second": 3},
        {"do": "hang", "seconds": "3"},
        {"do": "status", "status": 99},
        {"do": "cut_headers", "cut_at": "nowhere"},
        {"faults": [{"do": "hang"}, {"do": "explode"}]},
        {"faults": {}},
    ],
)
def test_a_fault_that_cannot_be_read_queues_nothing(norway: Api, script: dict[str, Any]) -> None:
    with pytest.raises(ControlRefused):
        norway.sandbox.control("POST", "faults", script)

    assert norway.sandbox.control("GET", "faults")["faults"] == []


@contextmanager
def _connection(api: Api) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", urlsplit(api.sandbox.url).port or 0, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def _post(connection: HTTPConnection, api: Api) -> Any:
    connection.request(
        "POST",
        "/api/v3/SalesOrders",
        json.dumps(order()),
        {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"},
    )
    answer = connection.getresponse()
    answer.read()
    return answer


def _raw_post(api: Api) -> bytes:
    body = json.dumps(order()).encode()
    head = (
        f"POST /api/v3/SalesOrders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.token}"
        f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    port = urlsplit(api.sandbox.url).port or 0
    received = b""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(head.encode() + body)
        while part := line.recv(65536):
            received += part
    return received


def _until(holds: Any) -> None:
    """Ask again and again; pytest's own time limit ends a wait that is in vain."""
    while not holds():
        pass
