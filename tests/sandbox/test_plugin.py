"""The fixtures as somebody else's project uses them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.sandbox_process import ROOT, SandboxProcess

THEIRS = """
import json
import urllib.error
import urllib.request

import pytest

pytest_plugins = ["sandbox.pytest_plugin"]

ORDER = {
    "type": "SO",
    "customer": {"id": "10042", "refNo": "WEB-1"},
    "orderLines": [{"inventoryId": "22622", "quantity": 6}],
}


def post(visma, token):
    request = urllib.request.Request(
        f"{visma.url}/api/v3/SalesOrders",
        json.dumps(ORDER).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    return urllib.request.urlopen(request, timeout=10).status


def token_of(visma):
    company = visma.company("Fjordlys AS")
    return visma.token("isv_nordhandel_service", company["tenant_id"]), company["tenant_id"]


def test_an_order_arrives_once(visma):
    token, tenant_id = token_of(visma)
    visma.fault("commit_then_drop")
    with pytest.raises(OSError):
        post(visma, token)

    assert visma.verdict()["commits_without_answer"] == 1
    assert visma.references(["WEB-1"])["exact"]
    assert len(visma.orders(tenant_id, "WEB-1")) == 1


def test_each_test_has_it_as_new(visma):
    token, _ = token_of(visma)
    visma.switch(v3_accepts_user_tokens=False)
    visma.clock(advance=7200)

    assert visma.verdict()["orders"] == 0
    with pytest.raises(urllib.error.HTTPError):
        post(visma, token)


def test_settings_are_theirs(visma):
    assert visma.control("GET", "mode")["seed"] == 42
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_theirs.py").write_text(THEIRS)
    (folder / "pytest.ini").write_text("[pytest]\nvisma_settings = sandbox.toml\n")
    (folder / "sandbox.toml").write_text("seed = 42\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_others_have_the_fixture_by_naming_the_plugin(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_a_sandbox_that_runs_already_can_be_named(tmp_path: Path, sandbox: SandboxProcess) -> None:
    done = run(tmp_path, "-k", "once", VISMA_SANDBOX_URL=sandbox.url)

    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_sandbox_imports_nothing_but_its_three_libraries() -> None:
    script = (
        "import sys; before = set(sys.modules); import sandbox.__main__;"
        "tops = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*sorted(tops - sys.stdlib_module_names - {'sandbox'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    allowed = {"httptools", "jwt", "cryptography", "cffi"}
    named = {name for name in done.stdout.split() if not name.startswith(("_", "cython"))}
    assert named <= allowed
