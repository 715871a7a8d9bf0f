"""Holding all of a tenant's sending back, and deciding many orders at once, on pages."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client

from integrations.connections.models import Connection
from integrations.deliveries import tasks
from integrations.deliveries.models import BulkAct, Delivery, Pause
from integrations.deliveries.services import decisions, pausing, reaches
from integrations.deliveries.services.actors import Machine
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant, User
from tests.workspace.seeds import make_connection, make_delivery

SENDING = "/t/fjordlys/sending/"


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(tasks, "ring", lambda: heard.append("ring"))
    return heard


def text(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == HTTPStatus.OK
    return " ".join(answer.content.decode().split())


def test_a_pause_shows_on_every_page_with_who_and_why_until_somebody_resumes(
    owner: Client, connection: Connection, rung: list[str]
) -> None:
    order = make_delivery(connection)

    owner.post(f"{SENDING}pause/", {"why": "Stock-taking"})

    overview = text(owner, "/t/fjordlys/")
    assert "<h1>Sending is paused. Orders are kept.</h1>" in overview
    for page in (overview, text(owner, SENDING), text(owner, f"/t/fjordlys/orders/{order.pk}/")):
        assert "astrid@fjordlys.test" in page
        assert "Stock-taking" in page
    company = text(owner, f"/t/fjordlys/companies/{connection.pk}/")
    assert "Fjordlys AS is paused" in company
    assert "Stock-taking" in company
    held = text(owner, "/t/fjordlys/orders/", state="held")
    assert order.order.reference in held

    answer = owner.post(f"{SENDING}resume/", follow=True)
    assert "Orders go out again." in answer.content.decode()
    assert "Nothing is paused" in text(owner, SENDING)
    assert rung == ["ring"]


def test_one_integration_is_paused_alone(
    owner: Client, tenant: Tenant, connection: Connection
) -> None:
    owner.post(f"{SENDING}pause/", {"integration": "webshop"})

    assert Pause.objects.get().reach == (
        f"tenant:{tenant.pk}/integration:{connection.integration_id}"
    )
    assert "Sending over Webshop orders is paused" in text(owner, SENDING)
    owner.post(f"{SENDING}resume/", {"integration": "webshop"})
    assert not Pause.objects.standing().exists()
    unknown = owner.post(f"{SENDING}pause/", {"integration": "theirs"})
    assert unknown.status_code == HTTPStatus.NOT_FOUND


def test_what_staff_paused_a_tenant_sees_and_cannot_lift(
    owner: Client, tenant: Tenant, connection: Connection, staff: User
) -> None:
    order = make_delivery(connection)
    pausing.pause(reaches.of_tenant(tenant, by_staff=True), by=staff, why="A", now=database_now())

    answer = owner.post(f"{SENDING}resume/", follow=True)

    assert "Something else still holds orders back." in answer.content.decode()
    assert Pause.objects.standing().count() == 1
    page = text(owner, f"/t/fjordlys/orders/{order.pk}/")
    assert "paused sending" in page
    assert staff.email not in page + text(owner, SENDING)


def test_sends_again_what_the_filter_finds_after_a_look_at_it(
    owner: Client, connection: Connection
) -> None:
    refused = make_delivery(connection, "rejected")
    make_delivery(connection, "parked", reason="several_found")
    listed = text(owner, "/t/fjordlys/orders/", state="needs_you")
    assert "/t/fjordlys/orders/many/resend/?state=needs_you" in listed

    preview = text(owner, "/t/fjordlys/orders/many/resend/", state="needs_you")
    assert "Send 1 order again?" in preview
    assert refused.order.reference in preview
    assert "Somebody says first which order in Visma.net stands" in preview
    assert not BulkAct.objects.exists()

    answer = owner.post("/t/fjordlys/orders/many/resend/", {"state": "needs_you"}, follow=True)
    done = " ".join(answer.content.decode().split())
    assert "<h1>1 order sent again</h1>" in done
    assert "On their way again" in done
    assert "data-refresh-url" not in done
    refused.refresh_from_db()
    assert refused.state == "pending"
    assert "1 order sent again" in text(owner, "/t/fjordlys/orders/acts/")


def test_an_act_under_way_shows_how_far_it_is_and_stops(
    owner: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ACTED_AT_ONCE", -1)
    monkeypatch.setattr(tasks.carry_out_act, "apply_async", lambda *args, **given: None)
    make_delivery(connection)
    chosen = {"q": "WEB-", "since": "2026-11-01"}

    first = owner.post("/t/fjordlys/orders/many/cancel/", chosen)
    again = owner.post("/t/fjordlys/orders/many/cancel/", chosen, follow=True)

    act = BulkAct.objects.get()
    assert first["Location"] == again.redirect_chain[0][0] == f"/t/fjordlys/orders/acts/{act.pk}/"
    assert "This runs already. Here it is." in again.content.decode()
    page = text(owner, first["Location"])
    assert "Cancelling: 0 of 1 orders so far" in page
    assert 'data-refresh-seconds="2"' in page
    assert '<progress max="1" value="0"' in page
    assert "Something is being done to many orders now" in text(owner, "/t/fjordlys/orders/")
    owner.post(f"{first['Location']}stop/")
    assert "Stopped after 0 of 1 orders were cancelled" in text(owner, first["Location"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_filter_nothing_is_done(
    owner: Client, connection: Connection, method: str
) -> None:
    make_delivery(connection)

    answer = getattr(owner, method)("/t/fjordlys/orders/many/cancel/", {"state": "nonsense"})

    assert answer["Location"] == "/t/fjordlys/orders/"
    assert not BulkAct.objects.exists()
    assert Delivery.objects.get().state == "pending"


def test_the_list_narrows_by_day_reason_and_integration(
    owner: Client, tenant: Tenant, connection: Connection
) -> None:
    other = make_connection(tenant, "Fjordlys Sverige AB")
    today = make_delivery(connection, "parked", "TODAY-1")
    spent = make_delivery(other, "parked", "SPENT-1", reason="attempts_spent")

    def listed(**query: str) -> set[str]:
        page = text(owner, "/t/fjordlys/orders/", **query)
        return {d.order.reference for d in (today, spent) if f"<bdi>{d.order.reference}" in page}

    assert listed(reason="attempts_spent") == {"SPENT-1"}
    assert listed(since="2026-11-20", until="2026-11-20") == {"TODAY-1", "SPENT-1"}
    assert listed(since="2026-11-21") == set()
    assert listed(integration="webshop") == {"TODAY-1", "SPENT-1"}
    assert listed(integration="other") == set()
    assert listed(q="SPENT-", reason="differs") == set()
    assert listed(q="SPENT-", state="delivered") == {"SPENT-1"}


def test_an_orders_time_line_tells_who_held_it_back_and_let_it_go(
    owner: Client, connection: Connection
) -> None:
    order = make_delivery(connection)
    path = f"/t/fjordlys/orders/{order.pk}/"

    owner.post(f"{path}pause/")
    decisions.resume(order, by=Machine("API key …1234"), now=database_now())

    page = text(owner, path)
    assert "astrid@fjordlys.test pressed Pause" in page
    assert "API key …1234 pressed Resume" in page
