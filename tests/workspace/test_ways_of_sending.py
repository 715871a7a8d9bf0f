"""Pages of shadow mode, of priorities, and of orders that wait for an earlier one."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.test import Client

from integrations.connections.models import ApplicationEvent, Connection, Integration
from integrations.connections.models.applications import OrderInKey
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import ordering, shadow
from integrations.deliveries.services.actors import COMMAND_LINE
from integrations.tenants.models import Tenant
from tests.workspace.seeds import NOON, lane_of, make_connection, make_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.deliveries.tasks.ring", lambda: None)
    monkeypatch.setattr("integrations.console.views.order_in_key.ring", lambda: None)


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == HTTPStatus.OK
    return " ".join(answer.content.decode().split())


def press(client: Client, path: str, **fields: Any) -> tuple[int, list[str]]:
    answer = client.post(path, fields)
    return answer.status_code, [str(m) for m in get_messages(answer.wsgi_request)]


def test_an_owner_switches_shadow_mode_and_every_page_says_so(
    owner: Client, tenant: Tenant, connection: Connection
) -> None:
    page = f"/t/fjordlys/companies/{connection.pk}/"
    assert "Shadow mode: nothing is sent" not in text_of(owner, "/t/fjordlys/orders/")

    _, said = press(owner, f"{page}shadow/")

    assert said == ["Shadow mode is on. Nothing is sent."]
    for path in ("/t/fjordlys/", "/t/fjordlys/orders/", "/t/fjordlys/members/"):
        assert "Shadow mode: nothing is sent" in text_of(owner, path)
    assert "nothing is sent" in text_of(owner, page)


def test_ending_it_tells_before_how_many_go_and_how_many_are_there(
    owner: Client, connection: Connection
) -> None:
    shadow.switch_on(connection, by=COMMAND_LINE, now=NOON)
    for n in range(3):
        make_delivery(connection, rehearsed_at=NOON, rehearsal="hit" if n == 0 else "miss")
    page = f"/t/fjordlys/companies/{connection.pk}/"

    shown = text_of(owner, page)

    assert "3</span> orders wait, are looked up once more and are sent if they are not" in shown
    assert "One of them is in Visma.net already and waits for your decision instead." in shown
    _, said = press(owner, f"{page}end-shadow/")
    assert said == ["Shadow mode ends. What waits is looked up once more, then sent."]
    states = Delivery.objects.order_by("pk").values_list("state", "reason")
    assert list(states) == [("parked", "found"), ("pending", ""), ("pending", "")]


def test_a_reader_and_a_stranger_switch_nothing(
    reader: Client, connection: Connection, stranger: Tenant
) -> None:
    other = make_connection(stranger, "Granitt AS")

    assert press(reader, f"/t/fjordlys/companies/{connection.pk}/shadow/")[0] == 403
    assert press(reader, f"/t/granitt/companies/{other.pk}/shadow/")[0] == 404
    assert not shadow.shadow_of(connection).is_on


def test_an_order_shows_what_shadow_mode_found_with_what_would_be_sent(
    owner: Client, connection: Connection
) -> None:
    shadow.switch_on(connection, by=COMMAND_LINE, now=NOON)
    delivery = make_delivery(connection, rehearsed_at=NOON, rehearsal="hit")
    Delivery.objects.update(payload=json.dumps({"type": "SO"}))

    shown = text_of(owner, f"/t/fjordlys/orders/{delivery.pk}/")

    assert "is in shadow mode" in shown
    assert "Built, checked and looked up in shadow mode" in shown
    assert "Not sent. It would be:" in shown
    assert "&quot;type&quot;: &quot;SO&quot;" in shown


def test_what_was_there_is_decided_by_a_person_and_not_sent_again(
    owner: Client, connection: Connection
) -> None:
    delivery = make_delivery(connection, "parked", reason="found")

    shown = text_of(owner, f"/t/fjordlys/orders/{delivery.pk}/")

    assert "Visma.net had this order before we sent it" in shown
    assert "Send again" not in shown
    press(owner, f"/t/fjordlys/orders/{delivery.pk}/send/")
    delivery.refresh_from_db()
    assert delivery.state == "parked"


def test_the_command_switches_and_tells(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("shadow_mode", connection=connection.pk, on=True)
    make_delivery(connection)
    call_command("shadow_mode", connection=connection.pk)
    assert "1 orders wait, 0 of them are in Visma.net already, 1 are" in capsys.readouterr().out

    call_command("shadow_mode", connection=connection.pk, off=True)

    assert "ends when all that wait were looked up once more" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no connection 0"):
        call_command("shadow_mode", connection=0)


def test_an_order_behind_another_says_which_and_leads_there(
    owner: Client, connection: Connection
) -> None:
    ordering.choose(connection.integration, OrderInKey.BLOCKS)
    first = make_delivery(connection, reference="WEB-1", queue_key="10042")
    last = make_delivery(connection, reference="WEB-2", queue_key="10042", behind=True)

    shown = text_of(owner, f"/t/fjordlys/orders/{last.pk}/")

    assert "Waits for an earlier order of the same buyer" in shown
    assert f'It waits for order <a href="/t/fjordlys/orders/{first.pk}/"><bdi>WEB-1</bdi>' in shown
    listed = text_of(owner, "/t/fjordlys/orders/?state=held")
    assert "WEB-2" in listed
    assert "WEB-1" not in listed


def test_staff_choose_how_orders_of_one_buyer_go_out(
    staff_client: Client, owner: Client, connection: Connection
) -> None:
    first, last = make_delivery(connection), make_delivery(connection)
    integration = connection.integration
    page = f"/console/applications/{integration.application.slug}/"
    path = f"{page}offers/{integration.slug}/order/"

    assert press(owner, path, order_in_key="blocks")[0] == 404
    press(staff_client, path, order_in_key="blocks")

    assert Integration.objects.get().order_in_key == "blocks"
    assert [row.behind for row in Delivery.objects.order_by("pk")] == [False, True]
    event = ApplicationEvent.objects.get(verb="integration.order_chosen")
    assert (event.facts["integration"], event.facts["choice"]) == (integration.slug, "blocks")
    assert "Chosen how orders of one buyer go out" in text_of(staff_client, page)
    assert (first.lane_id, last.lane_id) == (lane_of(connection).pk,) * 2
    assert press(staff_client, path, order_in_key="sometimes")[0] == 404


def test_an_owner_changes_the_priority_of_an_order_that_waits(
    owner: Client, connection: Connection
) -> None:
    delivery = make_delivery(connection)
    path = f"/t/fjordlys/orders/{delivery.pk}/"
    assert "Let it go out sooner or later" in text_of(owner, path)

    _, said = press(owner, f"{path}priority/", priority=0)

    assert said == ["Noted. It counts from now on."]
    delivery.refresh_from_db()
    assert delivery.priority == Delivery.Priority.URGENT
    shown = text_of(owner, path)
    assert "astrid@fjordlys.test changed how soon it goes out" in shown
    assert press(owner, f"{path}priority/", priority=9)[0] == 404


def test_a_delivered_order_offers_no_priority(
    owner: Client, reader: Client, connection: Connection
) -> None:
    delivered, waiting = make_delivery(connection, "delivered"), make_delivery(connection)

    assert "Let it go out" not in text_of(owner, f"/t/fjordlys/orders/{delivered.pk}/")
    assert "Let it go out" not in text_of(reader, f"/t/fjordlys/orders/{waiting.pk}/")
    _, said = press(owner, f"/t/fjordlys/orders/{delivered.pk}/priority/", priority=0)
    assert said == ["The order has moved on meanwhile. Look once more."]


def test_the_list_is_filtered_by_priority(owner: Client, connection: Connection) -> None:
    make_delivery(connection, "delivered", reference="WEB-URGENT", priority=0)
    make_delivery(connection, reference="WEB-NORMAL")

    shown = text_of(owner, "/t/fjordlys/orders/?priority=urgent")

    assert "WEB-URGENT" in shown
    assert "WEB-NORMAL" not in shown
