"""The target's ledger, and the target as the process it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from benchmarks.children import TargetProcess, start_target
from benchmarks.designs import check
from benchmarks.ledger import Ledger, Refused
from benchmarks.target import parse

BEARER = "Bearer 000001-a-token-of-some-length"


def body(reference: str) -> bytes:
    return json.dumps({"customer": {"refNo": reference}, "orderLines": [{}]}).encode()


@pytest.fixture(scope="module")
def target() -> Iterator[TargetProcess]:
    with start_target() as process:
        yield process


def post(target: TargetProcess, reference: str, authorization: str = BEARER) -> int:
    connection = HTTPConnection("127.0.0.1", target.port, timeout=10)
    headers = {"Authorization": authorization}
    connection.request("POST", "/api/v3/SalesOrders", body(reference), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_every_order_gets_a_number_of_its_own() -> None:
    ledger = Ledger()

    numbers = [ledger.accept("000001", body(reference)) for reference in ("A", "B", "A")]

    assert numbers == ["000001", "000002", "000003"]
    assert ledger.numbers == {"A": ["000001", "000003"], "B": ["000002"]}


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b'{"customer": {"refNo": "A"',
        body("A") + b"}",
        b"\xff",
        b"[]",
        b'{"customer": {"refNo": ""}, "orderLines": [{}]}',
        b'{"customer": {"refNo": "A"}, "orderLines": []}',
    ],
)
def test_what_is_no_order_is_not_in_the_ledger(sent: bytes) -> None:
    ledger = Ledger()

    with pytest.raises(Refused) as refused:
        ledger.accept("000001", sent)

    assert refused.value.status == 400
    assert ledger.numbers == {}


@pytest.mark.parametrize(
    ("line", "tenant"),
    [
        ("Authorization: Bearer 000007-xxx", "000007"),
        ("AUTHORIZATION:Bearer 000007-xxx", "000007"),
        ("Authorization: Basic 000007-xxx", ""),
        ("Authorization: Bearer short", ""),
        ("Accept: application/json", ""),
    ],
)
def test_a_tenant_is_known_by_its_token(line: str, tenant: str) -> None:
    head = parse(f"POST /api/v3/SalesOrders HTTP/1.1\r\n{line}\r\nContent-Length: 5".encode())

    assert (head.order, head.tenant, head.length) == (True, tenant, 5)


def test_an_order_is_lost_unless_both_sides_know_its_number() -> None:
    ledger = {"A": ["1"], "B": ["2"], "C": ["3", "4"]}

    assert check(ledger, {"A": "1", "B": "9", "C": "4"}, 4) == (2, 1)


def test_a_round_begins_with_an_empty_ledger(target: TargetProcess) -> None:
    post(target, "A")

    target.begin(latency_ms=1)

    assert [post(target, "A"), post(target, "B"), post(target, "B")] == [201, 201, 201]
    assert target.ledger() == {"A": ["000001"], "B": ["000002", "000003"]}


def test_a_request_without_a_token_is_refused(target: TargetProcess) -> None:
    target.begin(latency_ms=0)

    assert post(target, "A", authorization="none") == 401
    assert target.ledger() == {}


def test_waiting_ends_with_the_last_order_or_after_a_while(target: TargetProcess) -> None:
    target.begin(latency_ms=0)
    post(target, "A")

    assert target.wait_for(1)
    assert not target.wait_for(2, seconds=0.05)
