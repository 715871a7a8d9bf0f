"""The same seed and the same requests give the same run."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.sandbox.conftest import order
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import CALLBACK, SERVICE, consent, redeem, refresh
from tests.sandbox_process import SandboxProcess, start_sandbox

# The port is in the headers.
PASSING = {"at", "committed_at", "seconds", "headers"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+]00:00)|\b\d{10}(?:\.\d+)?\b")
# Signed by keys that are made anew, over claims that hold times.
SIGNED = re.compile(r"\b[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


def masked(text: str, sandbox: SandboxProcess) -> str:
    return MOMENT.sub("(time)", SIGNED.sub("(jwt)", text.replace(sandbox.url, "(url)")))


def run(sandbox: SandboxProcess) -> list[str]:
    """Walk through the rooms, with faults by chance, and return all that was answered."""
    seen: list[str] = []
    answer = consent(sandbox.url)
    tokens = redeem(sandbox.url, answer["code"]).json()
    renewed = refresh(sandbox.url, tokens["refresh_token"]).json()
    seen += [str(sorted(one.items())) for one in (answer, tokens, renewed)]
    norway = sandbox.company("Fjordlys AS")["tenant_id"]
    token = sandbox.token(SERVICE[0], norway)
    headers = {"Authorization": f"Bearer {token}"}
    sandbox.fault("status", rate=0.3, count=None)
    sandbox.fault("commit_then_drop", rate=0.2, count=None)
    for number in range(30):
        address = f"{sandbox.url}/api/v3/SalesOrders"
        try:
            posted = requests.post(
                address, json=order(f"WEB-{number}"), headers=headers, timeout=10
            )
            seen.append(f"{posted.status_code} {_headers(posted)} {posted.text}")
        except requests.ConnectionError:
            seen.append("no answer")
        seen.append(requests.get(address, headers=headers, timeout=10).text)
    seen += [str(sorted(_lasting(one).items())) for one in sandbox.requests()]
    return [masked(text, sandbox) for text in seen]


def _headers(answer: requests.Response) -> list[tuple[str, str]]:
    return sorted((k, v) for k, v in answer.headers.items() if k not in {"Date"} | RESETS)


RESETS = {"X-RateLimit-Reset"}


def _lasting(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in PASSING}


@point("E16.seed")
def test_the_same_seed_gives_the_same_run(sandbox: SandboxProcess) -> None:
    started = ("--redirect-uri", CALLBACK, "--seed")
    with (
        start_sandbox(*started, "5") as one,
        start_sandbox(*started, "5") as same,
        start_sandbox(*started, "6") as other,
    ):
        first, second, third = run(one), run(same), run(other)
        one.reset()
        again = run(one)

    assert first == second
    assert "no answer" in first
    assert third != first
    # Numbers of requests and connections go on; all else begins anew.
    assert again[:63] == first[:63]


def test_codes_and_tokens_follow_from_the_seed(sandbox: SandboxProcess) -> None:
    def drawn() -> tuple[str, str]:
        sandbox.reset()
        code = consent(sandbox.url)["code"]
        return code, redeem(sandbox.url, code).json()["refresh_token"]

    assert drawn() == drawn()
