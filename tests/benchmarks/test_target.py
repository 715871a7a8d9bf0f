"""The target's ledger, and the target as the process it is."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from decimal import Decimal
from http.client import HTTPConnection, RemoteDisconnected

import pytest

from benchmarks.ceiling import request
from benchmarks.children import TargetProcess, start_target
from benchmarks.engines import check
from benchmarks.ledger import Ledger, Refused
from benchmarks.orders import bodies
from benchmarks.target import parse
from integrations.visma.calls import Answer
from integrations.visma.sales_orders import listed

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

    assert numbers == ["0000001", "0000002", "0000003"]
    assert ledger.numbers == {"A": ["0000001", "0000003"], "B": ["0000002"]}


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


def test_a_window_lets_in_its_limit_and_the_next_begins_anew() -> None:
    ledger = Ledger()

    assert [ledger.spend("000001", 2, at) for at in (10.1, 10.6)] == [(1, 1), (0, 1)]
    with pytest.raises(Refused) as refused:
        ledger.spend("000001", 2, 10.9)
    assert refused.value.status == 429
    assert ledger.spend("000002", 2, 10.9) == (1, 1)
    assert ledger.spend("000001", 2, 11.0) == (1, 1)
    assert (dict(ledger.windows), ledger.throttled) == ({10: 3, 11: 1}, 1)


def test_a_tenant_lists_its_own_orders_newest_first() -> None:
    ledger, sent = Ledger(), dict(bodies(3))
    for reference, tenant in zip(sent, ("000001", "000002", "000001"), strict=True):
        ledger.accept(tenant, sent[reference])

    first, last = ledger.listed("000001", {"pageSize": "1"}), ledger.listed("000001", {})
    narrowed = ledger.listed("000001", {"filter": next(iter(sent)), "customerId": "10000"})

    assert [row["orderId"] for row in last["value"]] == ["0000003", "0000001"]
    assert (first["value"], bool(first["nextPage"])) == (last["value"][:1], True)
    assert narrowed["value"] == last["value"][1:]
    whole = Answer(
        key=None, curl_code=0, passed=1, refused=0, status=200, headers={}, complete=True,
        body=json.dumps(last).encode(), began=0, ended=0,
    )  # fmt: skip
    assert listed(whole).rows[1].order_total == Decimal("55.98")


def test_an_answer_is_dropped_only_on_a_connection_used_before(target: TargetProcess) -> None:
    target.begin(latency_ms=0, drop_every=1)
    connection = HTTPConnection("127.0.0.1", target.port, timeout=10)
    headers = {"Authorization": BEARER}
    connection.request("POST", "/api/v3/SalesOrders", body("A"), headers)
    connection.getresponse().read()

    connection.request("POST", "/api/v3/SalesOrders", body("B"), headers)
    with pytest.raises(RemoteDisconnected):
        connection.getresponse()

    assert set(target.ledger()) == {"A", "B"}
    assert target.spent()["dropped"] == 1
    connection.close()


def test_requests_in_the_pipe_and_in_pieces_are_answered_one_by_one(target: TargetProcess) -> None:
    target.begin(latency_ms=1)
    sent = b"".join(request(BEARER.removeprefix("Bearer "), body(name)) for name in "ABC")

    with socket.create_connection(("127.0.0.1", target.port), timeout=10) as client:
        for at in range(0, len(sent), 100):
            client.sendall(sent[at : at + 100])
        answers = b""
        while answers.count(b"Location") < 3:
            answers += client.recv(4096)

    assert answers.count(b"HTTP/1.1 201 ") == 3
    assert len(target.ledger()) == 3


def test_an_order_is_lost_unless_both_sides_know_its_number() -> None:
    ledger = {"A": ["1"], "B": ["2"], "C": ["3", "4"]}

    assert check(ledger, {"A": "1", "B": "9", "C": "4"}, 4) == (2, 1)


def test_a_round_begins_with_an_empty_ledger_and_goes_on_with_the_numbers(
    target: TargetProcess,
) -> None:
    target.begin(latency_ms=0)
    post(target, "A")
    ((first,),) = target.ledger().values()

    target.begin(latency_ms=1)

    assert [post(target, "A"), post(target, "B"), post(target, "B")] == [201, 201, 201]
    after = [f"{int(first) + more:07}" for more in (1, 2, 3)]
    assert target.ledger() == {"A": after[:1], "B": after[1:]}


def test_a_request_without_a_token_is_refused(target: TargetProcess) -> None:
    target.begin(latency_ms=0)

    assert post(target, "A", authorization="none") == 401
    assert target.ledger() == {}


def test_waiting_ends_with_the_last_order_or_after_a_while(target: TargetProcess) -> None:
    target.begin(latency_ms=0)
    post(target, "A")

    assert target.wait_for(1)
    assert not target.wait_for(2, seconds=0.05)
