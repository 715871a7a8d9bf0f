"""No log line holds a link, a code or a key: not ours, not Django's, not the web server's."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal.redaction import redacted

ROOT = Path(__file__).resolve().parent.parent.parent
LINK, CODE, STATE = "link-" + "A" * 38, "code-" + "b" * 59, "state-" + "c" * 37
CALLBACK = f"/callback/connect?code={CODE}&state={STATE}&iss=https%3A%2F%2Fconnect.visma.com"
# Everything the web server could write about a request.
FORMAT = '%(h)s "%(r)s" %(U)s %(q)s %(s)s "%(f)s" %({cookie}i)s %({authorization}i)s %({raw_uri}e)s'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"GET /i/{LINK} HTTP/1.1", "GET /i/… HTTP/1.1"),
        (f"https://portal.example/i/{LINK}?a=b", "https://portal.example/i/…?a=b"),
        (f'"GET {CALLBACK} HTTP/1.1" 303', '"GET /callback/connect?… HTTP/1.1" 303'),
        (f"/callback/vni/?code={CODE}", "/callback/vni/?…"),
        (f"GET /signin/visma/callback?code={CODE} HTTP", "GET /signin/visma/callback?… HTTP"),
        (f"__Host-signin={LINK}; b=c", "__Host-signin=…; b=c"),
        (f"code={CODE}&state={STATE}", "code=…&state=…"),
        (f"__Host-invitation={LINK}.x; b=c", "__Host-invitation=…; b=c"),
        ("Authorization: Bearer vp_live_abc.def", "Authorization: Bearer …"),
        ("GET /t/fjordlys/orders/?page=2", "GET /t/fjordlys/orders/?page=2"),
        ("postcode=0150", "postcode=0150"),
    ],
)
def test_takes_out_what_is_secret_and_nothing_else(line: str, expected: str) -> None:
    assert redacted(line) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "post", "delete", "head", "get"])
def test_djangos_own_lines_hold_no_link(caplog: Any, method: str) -> None:
    with caplog.at_level(logging.DEBUG):
        for csrf in (True, False):
            client = Client(enforce_csrf_checks=csrf)
            for path in (f"/i/{LINK}", f"/i/{LINK}/", CALLBACK, CALLBACK.replace("?", "/?")):
                getattr(client, method)(path)

    said = caplog.text
    assert not [secret for secret in (LINK, CODE, STATE) if secret in said]


def test_the_web_servers_access_log_holds_neither_link_nor_code(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    paths = [f"/i/{LINK}", CALLBACK, f"/callback/vni?code={CODE}"]
    # It listens before the server stands, so nobody has to wait for that.
    with socket.create_server(("127.0.0.1", 0)) as listening, log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "portal.wsgi", f"--bind=fd://{listening.fileno()}",
                "--worker-class=gthread", "--no-control-socket", "--access-logfile=-",
                "--log-level=debug", "--capture-output", f"--access-logformat={FORMAT}",
            ],
            cwd=ROOT,
            env={**process_environment, "LOG_LEVEL": "DEBUG"},
            pass_fds=[listening.fileno()],
            stdout=output,
            stderr=output,
        )  # fmt: skip
        try:
            statuses = [_ask(listening.getsockname()[1], path) for path in paths]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    written = log.read_text()
    assert statuses == [303, 303, 303]
    assert '"GET /i/… HTTP/1.1" /i/…' in written
    assert "/callback/connect" in written
    assert not [secret for secret in (LINK, CODE, STATE) if secret in written]


def _ask(port: int, path: str) -> int:
    host = os.environ["PUBLIC_URL"].partition("://")[2]
    headers = {
        "Host": host,
        "Referer": f"http://{host}/i/{LINK}",
        "Cookie": f"__Host-invitation={LINK}.{STATE}",
        "Authorization": f"Bearer {CODE}",
        "Connection": "close",
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()
