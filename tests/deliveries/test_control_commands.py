"""`pause`, `resume`, `resend` and `cancel` from the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from integrations.deliveries import tasks
from integrations.deliveries.models import Delivery, Pause
from integrations.tenants.models import Tenant
from tests.workspace.seeds import make_connection, make_delivery


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return make_connection(tenant)


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(tasks, "ring", lambda: heard.append("ring"))
    return heard


def typed(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize(
    ("target", "reach"),
    [
        (["--everything"], "everything"),
        (["--application", "webshop-app"], "application:"),
        (["--integration", "webshop"], "integration:"),
        (["--integration", "webshop", "--tenant", "fjordlys"], "tenant:"),
        (["--tenant", "fjordlys"], "tenant:"),
        (["--connection", "PK"], "connection:"),
    ],
)
def test_pauses_and_resumes_each_level(
    connection: Connection, target: list[str], reach: str
) -> None:
    target = [word.replace("PK", str(connection.pk)) for word in target]

    said = typed("pause", *target, "--why", "Moving house")

    row = Pause.objects.get()
    assert row.reach.startswith(reach)
    assert said.startswith(f"{row.reach} is paused since ")
    assert said.endswith(" by command line: Moving house")
    assert typed("pause") == said
    assert typed("resume", *target) == "It goes on."
    assert typed("resume", *target) == "It was not paused."
    assert typed("pause") == "Nothing is paused."


def test_pauses_and_resumes_one_order(connection: Connection) -> None:
    delivery = make_delivery(connection, reference="WEB-1")
    target = ["--connection", str(connection.pk), "--order", "WEB-1"]

    assert typed("pause", *target) == "The order is paused."
    delivery.refresh_from_db()
    assert delivery.paused_at is not None
    assert typed("resume", *target) == "It goes on."
    delivery.refresh_from_db()
    assert delivery.paused_at is None


@pytest.mark.parametrize(
    "words",
    [
        ["pause", "--tenant", "nobody"], ["pause", "--everything", "--tenant", "fjordlys"],
        ["pause", "--order", "WEB-1"], ["resume"], ["resend", "--tenant", "fjordlys"],
        ["cancel", "--tenant", "nobody", "--state", "held"],
    ],
)  # fmt: skip
def test_says_what_it_cannot_do(connection: Connection, words: list[str]) -> None:
    with pytest.raises(CommandError):
        typed(*words)


def test_sends_again_by_filter_after_a_look_at_what_it_would_do(
    connection: Connection, rung: list[str]
) -> None:
    make_delivery(connection, "rejected", "WEB-1")
    make_delivery(connection, "delivered", "WEB-2")
    words = ["resend", "--tenant", "fjordlys", "--text", "WEB-", "--since", "2026-11-01"]

    looked = typed(*words, "--dry-run")
    assert looked.splitlines() == [
        "WEB-1  rejected", "resend: 1 orders. Nothing was changed.",
        "left out: 1 resend_delivered",
    ]  # fmt: skip
    assert not AuditEvent.objects.filter(verb="bulk_act.started").exists()

    said = typed(*words)
    assert said.splitlines()[0].endswith(" done: 1 sent.")
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "pending"]
    assert rung


def test_cancels_by_filter(connection: Connection) -> None:
    make_delivery(connection)

    assert typed("cancel", "--tenant", "fjordlys", "--state", "pending").endswith("1 cancelled.")
    assert Delivery.objects.get().state == "cancelled"
