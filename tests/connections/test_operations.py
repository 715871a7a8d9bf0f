"""Commands, checks and the desk: what an operator meets."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from integrations.connections import checks
from integrations.connections.models import (
    Application,
    ApplicationSecret,
    Connection,
    Grant,
    Integration,
    PendingConsent,
)
from integrations.keyring import ring
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import invitation_of

NEW_KEY = "bbbbbbbb:" + base64.urlsafe_b64encode(bytes(range(32, 64))).decode()


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue().strip()


def test_invite_prints_the_link(integration: Integration, tenant: Tenant, settings: Any) -> None:
    link = run("invite", "fjordlys", "webshop", email="ola@fjordlys.test")

    address, token = link.rsplit("/", 1)
    assert address == f"{settings.PUBLIC_URL}/i"
    assert invitation_of(token).email == "ola@fjordlys.test"


def test_invite_names_what_is_missing(db: None) -> None:
    with pytest.raises(CommandError, match="no tenant or no integration"):
        run("invite", "nobody", "nothing")


def test_new_key_makes_a_key_the_ring_takes(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = run("new_key")

    assert checks.secrets_can_be_kept() == []


def test_register_application_shows_the_redirect_uri(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "sandbox-web-secret")

    shown = run(
        "register_application", "nordhandel",
        name="Nordhandel", kind="connect", client_id="isv_x",
        offers="Webshop orders", scopes="a b",
    )  # fmt: skip

    assert shown.endswith(f"{settings.PUBLIC_URL}/callback/connect")
    application = Application.objects.get()
    assert application.secrets.get().value() == "sandbox-web-secret"
    assert application.integrations.get().scopes == "a b"


def test_reseal_brings_every_secret_to_the_newest_key(connected: Connection, settings: Any) -> None:
    grant = Grant.objects.get()
    before = (grant.refresh_token(), grant.access_token())
    settings.ENCRYPTION_KEYS = f"{NEW_KEY},{settings.ENCRYPTION_KEYS}"

    shown = run("reseal")
    settings.ENCRYPTION_KEYS = NEW_KEY

    grant.refresh_from_db()
    assert (grant.refresh_token(), grant.access_token()) == before
    assert ApplicationSecret.objects.get().value() == "sandbox-web-secret"
    assert ring.key_id_of(PendingConsent.objects.get().sealed_verifier or b"") == "bbbbbbbb"
    assert shown.count(": 0 left on an older key") == 6
    assert run("reseal").startswith("application secret.sealed_value: 0 sealed anew")


def test_reseal_says_how_many_values_a_lost_key_took(
    application: Application, settings: Any
) -> None:
    settings.ENCRYPTION_KEYS = NEW_KEY

    with pytest.raises(CommandError, match="1 values don't open"):
        run("reseal")


def test_checks_name_what_is_wrong(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert checks.production_is_safe() == []

    settings.PRODUCTION = True
    settings.ENCRYPTION_KEYS = "nonsense"
    settings.QUARANTINE = settings.VISMA_READ_TIMEOUT + timedelta(seconds=59)
    settings.VENDOR_NAME = settings.SUPPORT_EMAIL = ""

    found = [
        *checks.secrets_can_be_kept(),
        *checks.quarantine_outlasts_a_read(),
        *checks.vendor_is_named(),
        *checks.production_is_safe(),
    ]
    ids = {each.id for each in found}
    assert ids == {
        "connections.E001", "connections.E002", "connections.W001", "connections.W002",
        "connections.E004", "connections.E005", "connections.E006",
    }  # fmt: skip


def test_sqlite_is_refused_in_production(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRODUCTION = True
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    assert "connections.E003" in {each.id for each in checks.production_is_safe()}


def test_the_desk_shows_no_secret_and_takes_a_new_one(connected: Connection) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root@nordhandel.test", "x"))
    grant = Grant.objects.get()
    application = Application.objects.get()
    secrets = [grant.refresh_token(), grant.access_token(), "sandbox-web-secret"]
    secrets.append(grant.refresh_token_digest)

    pages = [
        f"/admin/connections/grant/{grant.pk}/change/",
        f"/admin/connections/application/{application.pk}/change/",
        f"/admin/connections/connection/{connected.pk}/change/",
        "/admin/connections/invitation/",
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert not [secret for secret in secrets if secret in answer.content.decode()]
    assert "/callback/connect" in client.get(pages[1]).content.decode()

    given = {
        "name": "Nordhandel", "slug": "nordhandel", "kind": "connect",
        "client_id": "isv_nordhandel_web", "invitation_code": "", "refresh_grace": "",
        "application_type": "web", "permission_type": "all", "token_minutes": "60",
        "environment": "production",
        "secrets-TOTAL_FORMS": "1", "secrets-INITIAL_FORMS": "0",
        "secrets-0-client_secret": "the second secret",
    }  # fmt: skip
    answer = client.post(pages[1], given)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert application.secrets.order_by("-created_at")[0].value() == "the second secret"


def test_no_secret_is_in_the_database_in_clear(connected: Connection) -> None:
    grant = Grant.objects.get()
    clear = [grant.refresh_token(), grant.access_token(), "sandbox-web-secret"]
    clear.append(PendingConsent.objects.get().verifier())

    for model in (Grant, ApplicationSecret, PendingConsent, Connection):
        rows = str(list(model._default_manager.values()))
        assert not [secret for secret in clear if secret in rows]
    assert os.environ["ENCRYPTION_KEYS"].startswith("aaaaaaaa:")
