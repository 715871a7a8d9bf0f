"""Applications by command, and what the database holds true of them."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.connections.models import Application, Integration
from integrations.connections.services import registration
from tests.sandbox_process import SandboxProcess


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue().strip()


def register(*more: str, kind: str = "connect") -> Application:
    run("register_application", "webshop", "--name", "Webshop", "--kind", kind,
        "--client-id", "isv_webshop", *more)  # fmt: skip
    return Application.objects.get(slug="webshop")


@pytest.fixture(autouse=True)
def no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "typed-secret")


@pytest.mark.parametrize(
    ("kind", "expected"), [("connect", "web"), ("service", "service"), ("vni", "web")]
)
def test_the_usual_type_follows_from_the_kind(db: None, kind: str, expected: str) -> None:
    assert register(kind=kind).application_type == expected


def test_a_command_takes_all_that_the_developer_portal_says(db: None) -> None:
    application = register(
        "--type", "web", "--permission", "non_interactive", "--environment", "test",
        "--token-minutes", "15", "--registered-scopes", "a:read b:read",
        "--offers", "Orders", "--scopes", "b:read c:write", kind="service",
    )  # fmt: skip

    assert (application.application_type, application.permission_type) == (
        "web",
        "non_interactive",
    )
    assert (application.token_minutes, application.environment) == (15, "test")
    assert application.scopes == "a:read b:read c:write"
    assert application.events.get().verb == "application.registered"


def test_a_command_gives_no_token_more_than_an_hour(db: None) -> None:
    with pytest.raises(CommandError):
        register("--token-minutes", "61")


@pytest.mark.parametrize(
    "columns",
    [
        {"token_minutes": 0},
        {"token_minutes": 61},
        {"application_type": "service"},
        {"permission_type": "non_interactive"},
        {"kind": "service", "permission_type": "interactive"},
    ],
)
def test_the_database_holds_no_registration_that_can_not_be(
    application: Application, columns: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(**columns)


def test_a_change_writes_down_which_columns(application: Application) -> None:
    now = timezone.now()

    changed = registration.change(
        application, {"name": "Another", "token_minutes": 60}, by=None, now=now
    )

    assert changed == ["name"]
    assert application.events.get(verb="application.changed").facts == {"columns": "name"}
    assert registration.change(application, {"name": "Another"}, by=None, now=now) == []


def test_a_new_code_is_reminded_of_anew(application: Application) -> None:
    now = timezone.now()
    application.invitation_code_reminded_at = now
    application.save()

    registration.change(application, {"invitation_code": "NEW"}, by=None, now=now)

    application.refresh_from_db()
    assert application.invitation_code_reminded_at is None


def test_a_secret_added_by_command_is_tried(
    application: Application, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.secrets.all().delete()
    monkeypatch.setenv("CLIENT_SECRET", "sandbox-web-secret")

    said = run("add_secret", "nordhandel", "--ends-on", "2027-03-01")

    secret = application.secrets.get()
    assert said == "Kept, encrypted. Visma takes it."
    assert secret.accepted_at is not None
    assert str(secret.expires_on) == "2027-03-01"
    with pytest.raises(CommandError, match="kept already"):
        run("add_secret", "nordhandel")


def test_a_secret_that_visma_refuses_ends_the_command(
    application: Application, sandbox: SandboxProcess
) -> None:
    with pytest.raises(CommandError, match="Visma refuses it"):
        run("add_secret", "nordhandel")


@pytest.mark.parametrize("command", ["add_secret", "look_at_application"])
def test_commands_name_an_application_that_is_missing(db: None, command: str) -> None:
    with pytest.raises(CommandError, match="no application of that name"):
        run(command, "nothing")


def test_a_look_by_command_prints_the_checklist(
    integration: Integration, sandbox: SandboxProcess
) -> None:
    said = run("look_at_application", "nordhandel")

    assert "done    Secret works  secret_taken" in said
    assert said.endswith("7 of 8 steps are done.")


def test_a_look_by_command_ends_with_what_differs(
    integration: Integration, sandbox: SandboxProcess
) -> None:
    wanted = {"client_id": "isv_nordhandel_web", "redirect_uris": [], "redirect_uri_prefixes": []}
    sandbox.control("POST", "applications", wanted)

    with pytest.raises(CommandError, match="Something differs at Visma"):
        run("look_at_application", "nordhandel")
