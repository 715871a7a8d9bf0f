"""Which requests a fault happens to: steps, chances, companies, connections."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.wire import Line
from tests.sandbox_process import SandboxProcess


def statuses(api: Api, count: int) -> list[int]:
    """Of so many posts; 0 where no answer came."""
    seen = []
    for number in range(count):
        try:
            seen.append(api.post(order(f"WEB-{number}")).status_code)
        except requests.ConnectionError:
            seen.append(0)
    return seen


@point("E11.steps")
def test_a_script_happens_step_by_step(norway: Api) -> None:
    norway.sandbox.script(
        "ok", "commit_then_drop", {"do": "status", "status": 503, "count": 2}, "ok"
    )

    assert statuses(norway, 6) == [201, 0, 503, 503, 201, 201]
    assert norway.numbers == ["000001", "000002", "000003", "000004"]


def test_a_script_may_begin_again(norway: Api) -> None:
    norway.sandbox.script("ok", "unauthorized", repeat=True)

    assert statuses(norway, 5) == [201, 401, 201, 401, 201]


def test_a_script_may_run_a_number_of_times(norway: Api) -> None:
    norway.sandbox.script("unauthorized", "ok", count=2)

    assert statuses(norway, 5) == [401, 201, 401, 201, 201]


def test_a_script_is_of_one_company(norway: Api, denmark: Api) -> None:
    norway.sandbox.script("ok", "unauthorized", tenant_id=denmark.tenant_id)

    assert [api.post(order()).status_code for api in (norway, denmark, norway, denmark)] == [
        201,
        201,
        201,
        401,
    ]


def test_what_is_used_up_can_be_seen(norway: Api) -> None:
    norway.sandbox.script("ok", "unauthorized", name="a bad day")
    statuses(norway, 2)

    seen = norway.sandbox.control("GET", "faults")
    [ended] = seen["played"]
    assert seen["faults"] == []
    assert (ended["name"], ended["played"]) == ("a bad day", 2)


def test_one_of_several_can_be_taken_away(norway: Api) -> None:
    norway.sandbox.fault("unauthorized")
    norway.sandbox.fault("conflict")
    [first, _] = norway.sandbox.control("GET", "faults")["faults"]

    norway.sandbox.control("DELETE", f"faults?id={first['id']}")

    assert norway.post(order()).status_code == 409


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
@point("E11.rate")
def test_a_rate_is_kept(norway: Api, rate: float) -> None:
    norway.sandbox.fault("unauthorized", rate=rate, count=None, seed=1)

    share = statuses(norway, 100).count(401) / 100

    assert abs(share - rate) < 0.12


def test_a_seed_decides_whatever_else_happens(norway: Api, denmark: Api) -> None:
    def run(seed: int, other: bool) -> list[int]:
        norway.sandbox.control("DELETE", "faults")
        norway.sandbox.reset()
        for api in (norway, denmark):
            api.token = norway.sandbox.token("isv_nordhandel_service", api.tenant_id)
        norway.sandbox.fault(
            "unauthorized", rate=0.5, count=None, seed=seed, tenant_id=norway.tenant_id
        )
        if other:
            denmark.post(order())
        return statuses(norway, 20)

    assert run(1, other=False) == run(1, other=True)
    assert run(1, other=False) != run(2, other=False)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("erp.*", "/v1/customer"),
        ("organization", "/v1/organization"),
        ("discovery", "/.well-known/openid-configuration"),
        ("vni.*", "/API/resources/oauth/authorize"),
        ("appstore*", "/appstore"),
        ("developers*", "/developers"),
        ("admin*", "/admin"),
        ("page", "/"),
    ],
)
@point("E11.everywhere")
def test_faults_happen_in_every_room(sandbox: SandboxProcess, kind: str, path: str) -> None:
    sandbox.fault("status", on=kind, status=502)

    answer = requests.get(sandbox.url + path, allow_redirects=False, timeout=10)

    assert answer.status_code == 502


def test_the_control_api_knows_no_faults(sandbox: SandboxProcess) -> None:
    sandbox.fault("drop_before_commit", on="*", count=None)
    sandbox.fault("refuse", count=None)

    assert sandbox.control("GET", "ready") == {"ready": True}


@point("E11.a_reset")
def test_a_connection_may_be_taken_and_torn_down(norway: Api) -> None:
    norway.sandbox.fault("refuse", count=2)

    assert statuses(norway, 3) == [0, 0, 201]
    assert norway.numbers == ["000001"]
    kinds = [(one["kind"], one["fault"], one["sent"]) for one in norway.sandbox.requests()]
    assert kinds[:2] == [("connection", "refuse", "none")] * 2


@point("E11.b")
def test_a_connection_may_be_taken_and_never_answered(norway: Api) -> None:
    norway.sandbox.fault("never_answer", on="connection")
    wait_in_vain(norway, "WEB-1")
    norway.sandbox.fault("never_answer")
    wait_in_vain(norway, "WEB-2")

    assert norway.numbers == []
    assert norway.post(order("WEB-3")).status_code == 201


@point("E11.a")
def test_the_listener_may_be_closed(norway: Api) -> None:
    with Line(norway) as kept:
        kept.post("WEB-1")
        norway.sandbox.control("POST", "listener", {"seconds": 0.4})
        began = time.monotonic()

        with pytest.raises(requests.ConnectionError, match="refused"):
            norway.post(order("WEB-2"))
        with pytest.raises(ConnectionResetError):
            kept.post("WEB-3")

    while not is_open(norway.sandbox.url):
        pass
    assert time.monotonic() - began >= 0.3
    assert norway.numbers == ["000001"]


def test_a_request_may_close_the_listener(norway: Api) -> None:
    norway.sandbox.fault("stop_listening", seconds=0.3)

    with pytest.raises(requests.ConnectionError):
        norway.post(order("WEB-1"))
    with pytest.raises(requests.ConnectionError, match="refused"):
        norway.post(order("WEB-2"))
    while not is_open(norway.sandbox.url):
        pass

    assert norway.numbers == []


def wait_in_vain(api: Api, reference: str) -> None:
    with Line(api, timeout=0.2) as line, pytest.raises(TimeoutError):
        line.post(reference)


def is_open(url: str) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{urlsplit(url).port}/_control/ready", timeout=10)
    except requests.ConnectionError:
        return False
    return True
