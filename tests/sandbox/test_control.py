"""The control API itself."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.visitor import ASKED, WEB, Visitor, consent, redeem
from tests.sandbox_process import ControlRefused, SandboxProcess, start_sandbox


def test_the_world_names_all_one_needs(sandbox: SandboxProcess) -> None:
    world = sandbox.world()

    assert [user["email"].partition("@")[0] for user in world["users"]] == [
        "nordhandel",
        "regnskap",
        "uten.rolle",
        "admin",
    ]
    assert {one["client_id"]: one["client_secret"] for one in world["applications"]} == {
        "isv_nordhandel_web": "sandbox-web-secret",
        "isv_nordhandel_service": "sandbox-service-secret",
    }
    assert [one["creates_unknown"] for one in world["companies"]] == [True, True, False, False]


def test_ids_follow_from_the_seed(sandbox: SandboxProcess) -> None:
    with start_sandbox() as same, start_sandbox("--seed", "7") as other:
        assert same.world()["companies"] == sandbox.world()["companies"]
        assert other.world()["companies"] != sandbox.world()["companies"]


def test_a_new_company_user_and_application_work_together(sandbox: SandboxProcess) -> None:
    company = sandbox.control(
        "POST", "companies", {"name": "Havblikk AS", "customers": {"500": "Bua"}, "items": {}}
    )
    sandbox.control(
        "POST",
        "users",
        {"email": "eli@havblikk.example", "roles": {company["tenant_id"]: ["API User"]}},
    )
    sandbox.control(
        "POST",
        "applications",
        {
            "client_id": "isv_havblikk",
            "client_secret": "s",
            "redirect_uris": [ASKED["redirect_uri"]],
            "scopes": ASKED["scope"].split(),
            "token_minutes": 5,
        },
    )

    answer = consent(sandbox.url, "eli@havblikk.example", client_id="isv_havblikk")
    tokens = requests.post(
        f"{sandbox.url}/connect/token",
        data={
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": ASKED["redirect_uri"],
            "code_verifier": "v" * 64,
        },
        auth=("isv_havblikk", "s"),
        timeout=10,
    ).json()

    assert tokens["expires_in"] == 300
    assert company["customers"] == ["500"]


def test_a_change_keeps_what_it_does_not_name(sandbox: SandboxProcess) -> None:
    before = sandbox.company("Fjordlys AS")

    after = sandbox.control(
        "POST", "companies", {"tenant_id": before["tenant_id"], "creates_unknown": False}
    )

    assert after == before | {"creates_unknown": False}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("companies", {"nme": "x"}),
        ("companies", {"name": "x", "creates_unknown": "yes"}),
        ("users", {"email": "x@y.example", "roles": {"t": ["Boss"]}}),
        ("users", {}),
        ("applications", {"client_id": "x", "redirect_uris": "http://one.example"}),
        ("approvals", {"client_id": "unknown", "tenant_id": "x"}),
        ("tokens", {"client_id": "unknown"}),
        ("clock", {"ahead": 1}),
    ],
)
def test_refuses_what_it_does_not_understand(
    sandbox: SandboxProcess, path: str, body: dict[str, Any]
) -> None:
    with pytest.raises(ControlRefused):
        sandbox.control("POST", path, body)


@pytest.mark.parametrize(
    "switches",
    [
        {"unknown": 1},
        {"filter_match": "regex"},
        {"rate_limit": -1},
        {"invalid_client_status": True},
    ],
)
def test_refuses_a_switch_that_does_not_exist(
    sandbox: SandboxProcess, switches: dict[str, Any]
) -> None:
    before = sandbox.control("GET", "mode")["switches"]

    with pytest.raises(ControlRefused):
        sandbox.control("PATCH", "switches", switches)

    assert sandbox.control("GET", "mode")["switches"] == before


def test_a_reset_forgets_everything(norway: Api) -> None:
    norway.post(order())
    norway.sandbox.switch(rate_limit=1)
    norway.sandbox.fault("hang")

    norway.sandbox.reset()

    mode = norway.sandbox.control("GET", "mode")
    assert (mode["orders"], mode["faults"], mode["requests"]) == (0, 0, 0)
    assert mode["switches"]["rate_limit"] == 15_000
    assert norway.post(order()).status_code == 401


def test_the_ledger_says_who_asked_what(norway: Api) -> None:
    norway.post(order("WEB-1"))

    [entry] = norway.sandbox.control("GET", "requests?reference=WEB-1")["requests"]

    assert entry.pop("at") > 0
    assert entry.pop("seconds") < 5
    assert entry.pop("committed_at") > 0
    assert entry.pop("number") > 0
    assert entry.pop("connection") > 0
    assert entry.pop("headers")["content-type"] == "application/json"
    assert len(entry.pop("body_hash")) == 64
    assert entry == {
        "method": "POST",
        "path": "/api/v3/SalesOrders",
        "reused": False,
        "kind": "salesorders.post",
        "tenant_id": norway.tenant_id,
        "client_id": "isv_nordhandel_service",
        "reference": "WEB-1",
        "committed": "SO/000001",
        "changed": None,
        "changed_at": None,
        "answered": 201,
        "fault": None,
        "detail": None,
        "too_early": False,
        "sent": "whole",
        "status": 201,
    }


def test_the_ledger_holds_no_secret(sandbox: SandboxProcess, visitor: Visitor) -> None:
    code = consent(sandbox.url)["code"]
    tokens = redeem(sandbox.url, code).json()

    text = str(sandbox.control("GET", "requests"))

    for secret in (code, tokens["access_token"], tokens["refresh_token"], WEB[1], "sandbox'"):
        assert secret not in text


def test_tokens_can_be_ended_at_once(norway: Api, denmark: Api) -> None:
    norway.sandbox.control("DELETE", "tokens", {"tenant_id": norway.tenant_id})

    assert norway.post(order()).status_code == 401
    assert denmark.post(order()).status_code == 201


def test_a_web_page_may_not_steer(sandbox: SandboxProcess) -> None:
    answer = requests.post(
        f"{sandbox.url}/_control/reset", headers={"Origin": "https://evil.example"}, timeout=10
    )

    assert answer.status_code == 403
