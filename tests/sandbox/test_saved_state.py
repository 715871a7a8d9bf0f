"""Saving, restoring, carrying elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest
import requests

from sandbox.control.codec import NotCarried, Reader, Writer, uncarried
from sandbox.control.snapshots import OURS, parts, write_state
from sandbox.settings import Settings
from sandbox.state import Sandbox
from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import Visitor, consent, redeem, refresh
from tests.sandbox_process import ControlRefused, SandboxProcess, start_sandbox


def busy(sandbox: SandboxProcess, norway: Api) -> dict[str, Any]:
    """Something of everything; returns what a client holds."""
    sandbox.clock(freeze=True, advance=1000)
    sandbox.switch(erp_delay=0.0, list_lag=2.0, rate_limit=50)
    sandbox.fault("status", skip=100, rate=0.5, count=None)
    sandbox.script("ok", "unauthorized", skip=200)
    sandbox.fault("read_lag", lag=1e6)
    norway.post(order("WEB-1"))
    norway.post(order("WEB-2", orderLines=[{"inventoryId": "X", "quantity": 1.25}]))
    tokens = redeem(sandbox.url, consent(sandbox.url)["code"]).json()
    refresh(sandbox.url, tokens["refresh_token"])
    visitor = Visitor(sandbox.url)
    visitor.authorize(state="half-way")
    sandbox.control("POST", "companies", {"name": "Havblikk AS", "tax_percent": 12.5})
    return {"tokens": tokens, "visitor": visitor}


@point("E16.state")
def test_a_snapshot_brings_everything_back(norway: Api) -> None:
    sandbox = norway.sandbox
    busy(sandbox, norway)
    sandbox.save("busy")
    before = sandbox.control("GET", "state")
    seen = sandbox.control("GET", "orders"), sandbox.requests(), sandbox.world()

    sandbox.reset()
    assert sandbox.control("GET", "state") != before
    sandbox.restore("busy")

    after = sandbox.control("GET", "state")
    assert after["state"].keys() == before["state"].keys()
    for name in before["state"]:
        assert still(after["state"][name]) == still(before["state"][name]), name
    assert (sandbox.control("GET", "orders"), sandbox.requests(), sandbox.world()) == seen


def still(part: Any) -> Any:
    """Without the highest number and how far the stopped clock is from real time: both go on."""
    passing = {"offset", "count"}
    if not isinstance(part, dict) or not part.keys() & {"frozen_at", "entries"}:
        return part
    return {name: value for name, value in part.items() if name not in passing}


def test_after_a_restore_clients_go_on(norway: Api) -> None:
    sandbox = norway.sandbox
    held = busy(sandbox, norway)
    sandbox.save("busy")
    sandbox.reset()
    sandbox.restore("busy")

    held["visitor"].sign_in("nordhandel@fjordlys.example")
    posted = norway.post(order("WEB-3"))

    assert held["visitor"].heading != ""
    assert posted.status_code == 201
    assert posted.headers["Location"].endswith("/SO/000003")
    # The token was spent before the state was saved; to use it again ends the whole grant.
    assert refresh(sandbox.url, held["tokens"]["refresh_token"]).status_code == 400


def test_a_grant_that_several_tokens_share_stays_one(sandbox: SandboxProcess) -> None:
    first = redeem(sandbox.url, consent(sandbox.url)["code"]).json()["refresh_token"]
    second = refresh(sandbox.url, first).json()["refresh_token"]
    sandbox.save("two")
    sandbox.restore("two")

    assert refresh(sandbox.url, first).status_code == 400
    assert refresh(sandbox.url, second).status_code == 400


def test_tokens_stay_good_where_the_state_is_carried(norway: Api, tmp_path: Path) -> None:
    norway.post(order("WEB-1"))
    document = norway.sandbox.control("GET", "state")
    (tmp_path / "state.json").write_text(json.dumps(document))

    with start_sandbox("--state", str(tmp_path / "state.json")) as other:
        elsewhere = Api(other, norway.tenant_id, norway.token)
        assert elsewhere.post(order("WEB-2")).status_code == 201
        assert elsewhere.numbers == ["000001", "000002"]
        other.reset()
        assert elsewhere.numbers == ["000001"]

    keys = "/.well-known/openid-configuration/jwks"
    assert requests.get(norway.sandbox.url + keys, timeout=10).json()["keys"]


def test_a_state_can_be_put_into_another(norway: Api) -> None:
    norway.post(order("WEB-1"))
    document = norway.sandbox.control("GET", "state")
    norway.sandbox.reset()

    counts = norway.sandbox.control("PUT", "state", document)

    assert counts == {"orders": 1, "requests": 1}
    assert norway.numbers == ["000001"]


def test_snapshots_are_listed_and_deleted(sandbox: SandboxProcess) -> None:
    sandbox.save("a b/c")
    before = sandbox.control("GET", "snapshots")["snapshots"]

    sandbox.control("DELETE", "snapshots/a%20b%2Fc")

    after = sandbox.control("GET", "snapshots")["snapshots"]
    assert before.keys() - after.keys() == {"a b/c"}
    with pytest.raises(ControlRefused, match="No snapshot has the name"):
        sandbox.restore("a b/c")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "x"}, "This is not the state of a sandbox"),
        ({"version": 2}, "The state is of version 2, this sandbox reads 1"),
        ({"state": {}}, "differ in what they hold"),
        ({"state.clock": {}}, "clock cannot be read"),
        ({"state.switches": {"rate_limit": "x"}}, "switches.rate_limit can't be 'x'"),
        ({"state.switches": {"of_old": 1}}, "switches has a member 'of_old'"),
        ({"state.world": 3}, "world is no World"),
        ({"state.consents": [["a"]]}, "consents"),
    ],
)
def test_a_state_that_cannot_be_read_changes_nothing(
    norway: Api, change: dict[str, Any], reason: str
) -> None:
    norway.post(order("WEB-1"))
    document = norway.sandbox.control("GET", "state")
    for name, value in change.items():
        outer, _, inner = name.rpartition(".")
        target = document[outer] if outer else document
        target[inner] = value

    with pytest.raises(ControlRefused, match=reason):
        norway.sandbox.control("PUT", "state", document)

    assert norway.numbers == ["000001"]
    assert norway.post(order("WEB-2")).status_code == 201


def test_every_type_within_a_sandbox_can_be_carried() -> None:
    sandbox = Sandbox(Settings(public_url="http://localhost:1"))

    found = [
        problem
        for name, hint in parts(sandbox).items()
        if name not in OURS
        for problem in uncarried(hint, name)
    ]

    assert found == []
    assert json.loads(json.dumps(write_state(sandbox)))["version"] == 1


class Colour(Enum):
    RED = 1


@dataclass(slots=True)
class Inner:
    text: str
    up: Inner | None = None


@dataclass(frozen=True, slots=True)
class Everything:
    inner: Inner
    same: Inner
    pairs: dict[tuple[str, str], set[str]]
    numbers: dict[int, Decimal]
    moment: datetime
    either: int | str
    one_of: Inner | Decimal | None
    choice: Literal["a", 2]
    content: Any
    endless: float
    raw: bytes
    colour: Colour
    several: tuple[str, int]
    many: tuple[float, ...]
    by_default: list[str] = field(default_factory=lambda: ["x"])


def test_all_kinds_of_members_come_back_as_they_were() -> None:
    shared = Inner("shared")
    shared.up = shared
    before = Everything(
        inner=shared,
        same=shared,
        pairs={("a", "b"): {"x", "y"}},
        numbers={1: Decimal("0.10")},
        moment=datetime(2024, 5, 1, 12, tzinfo=UTC),
        either="7",
        one_of=Decimal("1.50"),
        choice=2,
        content={"$": Decimal("9.95"), "list": [1, None, {"$": "x"}]},
        endless=float("inf"),
        raw=b"\x00\xff",
        colour=Colour.RED,
        several=("a", 1),
        many=(1.5, 2.0),
    )

    written = json.loads(json.dumps(Writer().write(before, Everything)))
    del written["by_default"]
    after = Reader().read(written, Everything, "here")

    assert after.inner is after.same
    assert after.inner.up is after.inner
    for name in Everything.__dataclass_fields__:
        if name not in {"inner", "same"}:
            assert getattr(after, name) == getattr(before, name), name


def test_what_cannot_be_carried_is_named() -> None:
    @dataclass
    class Odd:
        call: object

    Odd.__annotations__["call"] = type(lambda: 0)

    assert list(uncarried(Odd, "odd")) == ["Odd.call: <class 'function'>"]
    with pytest.raises(NotCarried):
        Writer().write({1, 2}, Any)
