"""The sandbox needs its own folder, three libraries, and nothing else of this repository."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.sandbox.conftest import order
from tests.sandbox.visitor import ORDERS, SERVICE
from tests.sandbox_process import ROOT

# The last is what cryptography loads its own C code with.
LIBRARIES = ("httptools", "jwt", "cryptography", "_cffi_backend")
PROGRAM = """
import runpy, sys
sys.path.insert(0, sys.argv.pop())
runpy.run_module("sandbox", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[str]:
    """The address of a sandbox that Python, without its site-packages, found in one folder."""
    shutil.copytree(
        ROOT / "sandbox", tmp_path / "sandbox", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in LIBRARIES:
        if found := importlib.util.find_spec(name):
            source = Path(found.origin or "")
            source = source.parent if source.stem == "__init__" else source
            (tmp_path / source.name).symlink_to(source)
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, "--port", "0", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("sandbox listening on ").strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_it_runs_without_the_rest_of_the_repository(alone: str) -> None:
    def control(path: str, body: object = None) -> requests.Response:
        method = "POST" if body else "GET"
        return requests.request(method, f"{alone}/_control/{path}", json=body, timeout=10)

    companies = control("world").json()["companies"]
    tenant_id = next(one["tenant_id"] for one in companies if one["name"] == "Fjordlys AS")
    assert control("approvals", {"client_id": SERVICE[0], "tenant_id": tenant_id}).ok

    form = {"grant_type": "client_credentials", "tenant_id": tenant_id, "scope": ORDERS}
    token = requests.post(f"{alone}/connect/token", data=form, auth=SERVICE, timeout=10).json()
    placed = requests.post(
        f"{alone}/api/v3/SalesOrders",
        json=order(),
        headers={"Authorization": f"Bearer {token['access_token']}"},
        timeout=10,
    )

    assert placed.status_code == 201
    assert placed.headers["Location"].endswith("/api/v3/SalesOrders/SO/000001")
    assert control("verdict").json()["committed"] == 1


def test_its_pages_need_nothing_else_either(alone: str) -> None:
    pages = ("/", "/switches", "/switches/faults", "/developers", "/appstore", "/mails")

    assert {requests.get(f"{alone}{path}", timeout=10).status_code for path in pages} == {200}
