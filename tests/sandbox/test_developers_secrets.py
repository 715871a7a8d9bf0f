"""Client secrets, from the Credentials tab to the token endpoint."""

from __future__ import annotations

import requests

from tests.sandbox.developer import SERVICE_FORM, SPA_FORM, Developer
from tests.sandbox.fidelity import point
from tests.sandbox_process import SandboxProcess

CLIENT_ID = "isv_nextgen_test"


@point("I19.no_secret")
def test_a_new_application_has_no_secret(sandbox: SandboxProcess, developer: Developer) -> None:
    address = developer.create(SERVICE_FORM)

    assert "The application has no secret yet." in developer.visit(f"{address}/credentials")
    assert not _is_known(sandbox, "")


@point("I19.shown_once")
def test_a_secret_is_shown_once(sandbox: SandboxProcess, developer: Developer) -> None:
    address = developer.create(SERVICE_FORM)

    secret = developer.generate_secret(address)

    assert secret not in developer.visit(f"{address}/credentials")
    assert _is_known(sandbox, secret)


@point("I19.secrets")
def test_several_secrets_work_until_one_is_typed_in_to_be_deleted(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(SERVICE_FORM)
    first, second = developer.generate_secret(address), developer.generate_secret(address)
    assert _is_known(sandbox, first)
    assert _is_known(sandbox, second)

    developer.send(f"{address}/secrets/delete", {"secret": first[:-1]})
    assert developer.alerts == ["The application has no such secret."]
    developer.send(f"{address}/secrets/delete", {"secret": f" {first} "})

    assert "The secret is deleted." in developer.text
    assert not _is_known(sandbox, first)
    assert _is_known(sandbox, second)


@point("I19.settings_delay")
def test_a_secret_works_and_ends_at_once(sandbox: SandboxProcess, developer: Developer) -> None:
    address = developer.create(SERVICE_FORM)
    secret = developer.generate_secret(address)
    assert _is_known(sandbox, secret)

    developer.send(f"{address}/secrets/delete", {"secret": secret})

    assert not _is_known(sandbox, secret)


def test_with_a_delay_secrets_come_and_go_as_late_as_at_visma(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    sandbox.switch(settings_delay=90)
    address = developer.create(SERVICE_FORM)
    secret = developer.generate_secret(address)
    assert "after 90 seconds" in developer.text
    assert not _is_known(sandbox, secret)
    sandbox.control("POST", "clock", {"advance": 91})
    assert _is_known(sandbox, secret)

    developer.send(f"{address}/secrets/delete", {"secret": secret})
    assert "Deleted, works until" in developer.text
    assert _is_known(sandbox, secret)
    sandbox.control("POST", "clock", {"advance": 91})

    assert not _is_known(sandbox, secret)


@point("I19.public")
def test_a_single_page_app_has_no_secrets(sandbox: SandboxProcess, developer: Developer) -> None:
    address = developer.create(SPA_FORM)

    assert "gets no secret" in developer.visit(f"{address}/credentials")
    developer.send(f"{address}/secrets")
    assert developer.application("isv_nextgen_page")["secrets"] == []


def _is_known(sandbox: SandboxProcess, secret: str) -> bool:
    """Whether the token endpoint takes the secret, whatever it says about the tenant."""
    answer = requests.post(
        f"{sandbox.url}/connect/token",
        data={"grant_type": "client_credentials", "tenant_id": "nobody"},
        auth=(CLIENT_ID, secret),
        timeout=10,
    )
    return bool(answer.json()["error"] != "invalid_client")
