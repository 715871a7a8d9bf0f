"""HTTP/1.1 as libcurl and others rely on it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sandbox_process import ROOT, SandboxProcess, start_sandbox

READY = b"GET /_control/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def line(sandbox: SandboxProcess) -> Iterator[socket.socket]:
    """A bare connection."""
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), 10) as line:
        yield line


def test_a_connection_is_used_again(sandbox: SandboxProcess) -> None:
    connection = HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port or 0, timeout=10)
    for _ in range(3):
        connection.request("GET", "/sandbox.css")
        answer = connection.getresponse()
        assert answer.read()
    connection.close()

    found = sandbox.control("GET", "requests?kind=page")["requests"]

    assert [entry["reused"] for entry in found] == [False, True, True]
    assert len({entry["connection"] for entry in found}) == 1


def test_pipelined_requests_are_answered_in_order(line: socket.socket) -> None:
    line.sendall(READY * 100 + READY.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    assert _rest(line).count(b"HTTP/1.1 200 OK") == 101


def test_takes_a_chunked_body(line: socket.socket) -> None:
    line.sendall(
        b"POST /_control/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
        b'8\r\n{"offset\r\n6\r\n": 60}\r\n0\r\n\r\n'
    )

    assert b'"offset":60.0' in _rest(line)


def test_asks_for_the_body_when_expected_to(line: socket.socket) -> None:
    line.sendall(
        b"POST /_control/clock HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\n"
    )
    assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"

    line.sendall(b"{}")
    assert _rest(line).startswith(b"HTTP/1.1 200")


def test_old_clients_are_hung_up_on(line: socket.socket) -> None:
    line.sendall(b"GET /_control/ready HTTP/1.0\r\n\r\n")

    assert b"Connection: close" in _rest(line)


def test_head_has_no_body(line: socket.socket) -> None:
    line.sendall(b"HEAD /sandbox.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    head, _, body = _rest(line).partition(b"\r\n\r\n")
    assert b"Content-Length: 0" not in head
    assert body == b""


def test_an_offer_to_upgrade_is_not_taken_up(line: socket.socket) -> None:
    line.sendall(
        b"GET /_control/ready HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
        b"Upgrade: h2c\r\n\r\n"
    )

    assert line.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n"])
def test_nonsense_is_400(line: socket.socket, sent: bytes) -> None:
    line.sendall(sent)

    assert _rest(line).startswith(b"HTTP/1.1 400")


def test_a_body_over_10_mb_is_413(line: socket.socket) -> None:
    line.sendall(
        b"POST /api/v3/SalesOrders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10485761\r\n\r\n"
    )

    assert _rest(line).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/api/v3/SalesOrders", 405), ("TRACE", "/", 405)],
)
def test_what_is_not_there_is_said_so(
    line: socket.socket, method: str, path: str, status: int
) -> None:
    line.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    answer = _rest(line)
    assert answer.startswith(f"HTTP/1.1 {status}".encode())
    assert (b"Allow: " in answer) is (status == 405)


def test_ends_with_0_when_told_to() -> None:
    with start_sandbox() as other:
        connection = socket.create_connection(("127.0.0.1", urlsplit(other.url).port or 0), 10)
        connection.sendall(READY)
        connection.recv(1000)
        other.process.send_signal(signal.SIGTERM)

        assert other.process.wait(10) == 0
        connection.close()


def test_ends_with_its_parent_when_told_so() -> None:
    parent = subprocess.Popen(
        ["sh", "-c", f"{sys.executable} -m sandbox --port 0 --end-with-parent & read line"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    assert parent.stdout.readline().startswith("sandbox listening on ")

    parent.kill()

    rest, _ = parent.communicate(timeout=10)
    assert rest == ""


def test_says_when_its_port_is_taken(sandbox: SandboxProcess) -> None:
    port = str(urlsplit(sandbox.url).port)

    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The sandbox cannot listen on 127.0.0.1:{port}")


def test_knows_nothing_of_the_portal() -> None:
    strangers = ("django", "celery", "integrations", "portal", "demo")
    found = [
        f"{path.name}: {line}"
        for path in Path(ROOT, "sandbox").rglob("*.py")
        for line in path.read_text().splitlines()
        if re.match(rf"(import|from) ({'|'.join(strangers)})\b", line)
    ]

    assert found == []


def _rest(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    return b"".join(parts)
