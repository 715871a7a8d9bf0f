"""How soon orders go out, as they come in: over the API, in a file, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.intake import tasks
from integrations.intake.models import Upload
from integrations.orders.models import SalesOrder
from integrations.tenants.models import User
from tests.intake.conftest import Connect, order
from tests.intake.test_api import address, problem, submit

pytestmark = pytest.mark.django_db

URGENT, NORMAL, BULK = Delivery.Priority.URGENT, Delivery.Priority.NORMAL, Delivery.Priority.BULK
HEADER = "order_number;customer;order_date;item;quantity;priority\n"
ROWS = "1;10042;2026-11-20;22622;6;Urgent\n1;;;POST;1;\n2;10042;2026-11-20;22622;6;\n"


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("api.operations", "tasks"):
        monkeypatch.setattr(f"integrations.intake.{place}.ring", lambda: None)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(content: str) -> Path:
        (path := tmp_path / "orders.csv").write_text(HEADER + content)
        return path

    return written


def priorities() -> dict[str, int]:
    return dict(Delivery.objects.values_list("order__reference", "priority"))


def change(api: Client, connection: Connection, body: Any) -> Any:
    return api.patch(
        address(connection, "/WEB-1001"), json.dumps(body), content_type="application/json"
    )


def test_an_order_names_its_priority_which_is_no_part_of_it(
    api: Client, connection: Connection
) -> None:
    submit(api, connection, order(priority="urgent"))
    submit(api, connection, order("WEB-1002"))

    assert priorities() == {"WEB-1001": URGENT, "WEB-1002": NORMAL}
    assert "priority" not in SalesOrder.objects.get(reference="WEB-1001").content
    again = submit(api, connection, order(priority="bulk"))
    assert again.status_code == HTTPStatus.ACCEPTED
    assert priorities()["WEB-1001"] == URGENT


def test_a_priority_nobody_knows_is_refused_with_its_place(
    api: Client, connection: Connection
) -> None:
    response = submit(api, connection, order(priority="soon"))

    assert problem(response) == (422, "order-refused")
    assert response.json()["errors"] == [
        {
            "pointer": "#/priority",
            "code": "not-a-priority",
            "detail": "This is urgent, normal or bulk.",
            "value": "soon",
        }
    ]


def test_the_list_can_be_narrowed_to_a_priority(api: Client, connection: Connection) -> None:
    for n, word in enumerate(("urgent", "bulk", "urgent")):
        submit(api, connection, order(f"WEB-{n}", priority=word))

    page = api.get(address(connection), {"priority": "urgent", "limit": "1"}).json()

    assert [one["reference"] for one in page["orders"]] == ["WEB-2"]
    following = api.get(page["next"]).json()
    assert [one["reference"] for one in following["orders"]] == ["WEB-0"]
    assert following["next"] is None
    refused = api.get(address(connection), {"priority": "soon"})
    assert problem(refused) == (422, "query-refused")


def test_a_waiting_order_changes_its_priority_over_the_api(
    api: Client, connection: Connection
) -> None:
    submit(api, connection, order())

    response = change(api, connection, {"priority": "urgent"})

    assert response.status_code == HTTPStatus.OK
    assert response.json()["priority"] == "urgent"
    assert priorities() == {"WEB-1001": URGENT}
    event = AuditEvent.objects.get(verb="delivery.prioritized")
    assert (event.facts["from"], event.facts["to"]) == ("normal", "urgent")
    assert change(api, connection, {"priority": "urgent"}).status_code == HTTPStatus.OK
    assert AuditEvent.objects.filter(verb="delivery.prioritized").count() == 1


def test_a_delivered_order_keeps_its_priority(api: Client, connection: Connection) -> None:
    submit(api, connection, order())
    Delivery.objects.update(state="delivered", visma_type="SO", visma_number="1")

    assert problem(change(api, connection, {"priority": "bulk"})) == (409, "order-delivered")
    assert problem(change(api, connection, {"priority": "soon"})) == (422, "body-refused")


def test_a_row_of_a_file_names_the_priority_of_its_order_and_the_file_that_of_the_rest(
    connection: Connection, write: Callable[[str], Path]
) -> None:
    call_command("import_orders", write(ROWS), connection=connection.pk, priority="bulk")

    assert priorities() == {"1": URGENT, "2": BULK}


def test_a_priority_nobody_knows_refuses_its_order_in_a_file(
    connection: Connection, write: Callable[[str], Path]
) -> None:
    with pytest.raises(SystemExit):
        call_command(
            "import_orders", write("1;10042;2026-11-20;22622;6;soon\n"), connection=connection.pk
        )

    refusal = Upload.objects.get().refusals.get()
    assert (refusal.row, refusal.column, refusal.code) == (2, "priority", "not-a-priority")


def test_the_upload_form_asks_for_the_priority_of_a_file(
    connection: Connection,
    member: User,
    write: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "read_soon", lambda upload: None)
    client = Client()
    client.force_login(member)
    with write(ROWS).open("rb") as file:
        sent = {"connection": connection.pk, "mapping": "plain", "file": file}
        client.post(
            reverse("intake:send-file", args=[connection.company.tenant.slug]),
            sent | {"priority": URGENT},
        )

    assert Upload.objects.get().priority == URGENT


def test_a_stranger_changes_nothing(api: Client, stranger: Any, connect: Connect) -> None:
    theirs = connect(stranger)

    assert problem(change(api, theirs, {"priority": "bulk"})) == (404, "not-found")
    path = address(theirs).removesuffix("/orders") + "/shadow-mode"
    for method in ("get", "put", "delete"):
        assert problem(getattr(api, method)(path)) == (404, "not-found")


def test_shadow_mode_is_switched_over_the_api(
    api: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.intake.api.sending_modes.ring", lambda: None)
    path = address(connection).removesuffix("/orders") + "/shadow-mode"
    assert api.get(path).json()["on"] is False

    assert api.put(path).json()["on"] is True
    submit(api, connection, order())

    state = api.get(path).json()
    assert (state["waiting"], state["found"], state["unseen"]) == (1, 0, 1)
    assert state["ends_at"] is None
    assert api.delete(path).json()["ends_at"] is not None
    events = AuditEvent.objects.filter(verb__startswith="connection.").order_by("pk")
    assert list(events.values_list("verb", flat=True)) == [
        "connection.shadow_on",
        "connection.shadow_off",
    ]
