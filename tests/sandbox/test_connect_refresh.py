"""Refresh tokens: one-time and re-used, their lives, and what may end them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.clients import DAY, advance, call, change, tokens_of, verified
from tests.sandbox.fidelity import point
from tests.sandbox.visitor import SCOPES, WEB, refresh
from tests.sandbox_process import SandboxProcess

USER = "nordhandel@fjordlys.example"
DEAD = (400, {"error": "invalid_grant"})


@point("I12.shape")
def test_a_refresh_token_is_opaque(sandbox: SandboxProcess) -> None:
    assert re.fullmatch(r"[0-9A-F]{64}", _first(sandbox))


@point("I12.one_time")
def test_a_one_time_token_brings_the_next_one(sandbox: SandboxProcess) -> None:
    first = _first(sandbox)

    second = refresh(sandbox.url, first).json()["refresh_token"]

    assert second != first
    assert refresh(sandbox.url, second).status_code == 200


@point("I12.reuse")
def test_a_reusable_token_comes_back_as_it_was(sandbox: SandboxProcess) -> None:
    change(sandbox, refresh="reuse")
    token = _first(sandbox)

    assert refresh(sandbox.url, token).json()["refresh_token"] == token
    assert refresh(sandbox.url, token).json()["refresh_token"] == token


@point("I12.replay")
def test_a_replayed_token_revokes_all_access_of_the_user_for_the_client(
    sandbox: SandboxProcess,
) -> None:
    other, first = _first(sandbox), _first(sandbox)
    second = refresh(sandbox.url, first).json()["refresh_token"]

    assert _refused(sandbox, first) == DEAD

    assert _refused(sandbox, second) == DEAD
    assert _refused(sandbox, other) == DEAD


@point("I12.grace")
@pytest.mark.parametrize("grace", [5, 60])
def test_within_its_grace_a_spent_token_still_works(sandbox: SandboxProcess, grace: int) -> None:
    change(sandbox, refresh_grace=grace)
    first = _first(sandbox)
    second = refresh(sandbox.url, first).json()["refresh_token"]

    advance(sandbox, grace - 2)
    again = refresh(sandbox.url, first).json()["refresh_token"]
    assert again not in {first, second}
    advance(sandbox, 2)
    assert _refused(sandbox, first) == DEAD


@point("I12.absolute")
def test_a_token_ends_with_its_days_however_often_it_is_used(sandbox: SandboxProcess) -> None:
    change(sandbox, refresh="reuse", refresh_days=2)
    token = _first(sandbox)

    advance(sandbox, 2 * DAY - 10)
    assert refresh(sandbox.url, token).status_code == 200
    advance(sandbox, 20)
    assert _refused(sandbox, token) == DEAD


@point("I12.sliding")
def test_a_token_that_nobody_uses_ends_earlier(sandbox: SandboxProcess) -> None:
    change(sandbox, refresh="reuse", refresh_days=365, refresh_sliding_days=2)
    token = _first(sandbox)

    for _ in range(3):
        advance(sandbox, 2 * DAY - 10)
        assert refresh(sandbox.url, token).status_code == 200
    advance(sandbox, 2 * DAY + 10)
    assert _refused(sandbox, token) == DEAD


@point("I12.stamped")
def test_new_settings_are_for_new_consents(sandbox: SandboxProcess) -> None:
    token = _first(sandbox)
    change(sandbox, refresh="reuse", refresh_days=1)

    advance(sandbox, 2 * DAY)
    assert refresh(sandbox.url, token).json()["refresh_token"] != token
    newer = _first(sandbox)
    assert refresh(sandbox.url, newer).json()["refresh_token"] == newer


@point("I12.client")
def test_a_token_is_for_its_own_client(sandbox: SandboxProcess) -> None:
    change(sandbox, "isv_other", kind="web", client_secret="other")
    form = {"grant_type": "refresh_token", "refresh_token": _first(sandbox)}

    answer = call(sandbox, "token", ("isv_other", "other"), **form)

    assert (answer.status_code, answer.json()) == DEAD


@point("I12.narrower")
def test_a_refresh_may_ask_for_less_and_never_for_more(sandbox: SandboxProcess) -> None:
    change(sandbox, refresh="reuse")
    form = {"grant_type": "refresh_token", "refresh_token": _first(sandbox)}

    less = call(sandbox, "token", **form, scope="openid email").json()
    assert verified(sandbox, less["access_token"])["scope"] == ["openid", "email"]
    more = call(sandbox, "token", **form, scope=f"{SCOPES} roles")
    assert (more.status_code, more.json()) == (400, {"error": "invalid_scope"})
    assert call(sandbox, "token", **form).status_code == 200


@point("I12.per_user")
def test_a_user_may_have_any_number_of_them(sandbox: SandboxProcess) -> None:
    tokens = [_first(sandbox) for _ in range(3)]

    assert [refresh(sandbox.url, token).status_code for token in tokens] == [200, 200, 200]


@point("I12.second_consent")
def test_a_second_consent_leaves_the_first_alone(sandbox: SandboxProcess) -> None:
    first = _first(sandbox)
    second = _first(sandbox)

    assert refresh(sandbox.url, first).status_code == 200
    assert refresh(sandbox.url, second).status_code == 200


@point("I12.role_loss")
def test_losing_the_role_leaves_the_token_alone(sandbox: SandboxProcess) -> None:
    token = _first(sandbox)

    sandbox.control("POST", "users", {"email": USER, "roles": {}})

    assert refresh(sandbox.url, token).status_code == 200


@point("I12.password")
def test_a_new_password_leaves_the_token_alone(sandbox: SandboxProcess) -> None:
    token = _first(sandbox)

    sandbox.control("POST", "users", {"email": USER, "password": "another"})

    assert refresh(sandbox.url, token).status_code == 200


@point("I12.withdrawal")
def test_withdrawing_in_the_app_store_leaves_the_token_alone(sandbox: SandboxProcess) -> None:
    approval = {
        "client_id": WEB[0],
        "tenant_id": sandbox.company("Fjordlys AS")["tenant_id"],
    }
    sandbox.control("POST", "approvals", approval)
    token = _first(sandbox)

    sandbox.control("POST", "approvals", approval | {"approved": False})

    assert refresh(sandbox.url, token).status_code == 200


def _first(sandbox: SandboxProcess) -> str:
    return str(tokens_of(sandbox)["refresh_token"])


def _refused(sandbox: SandboxProcess, token: str) -> tuple[int, Any]:
    answer = refresh(sandbox.url, token)
    return answer.status_code, answer.json()
