"""Staff hold back and let go: an application, an integration, a tenant, everything."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client

from integrations.connections.models import ApplicationEvent, Connection
from integrations.deliveries import tasks
from integrations.deliveries.models import Pause
from integrations.deliveries.services import pausing, reaches
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant, User

SENDING = "/console/sending/"


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(tasks, "ring", lambda: heard.append("ring"))
    return heard


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == HTTPStatus.OK
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("what", "reach"),
    [
        ("everything", "everything"), ("application:webshop-app", "application:"),
        ("integration:webshop", "integration:"), ("tenant:fjordlys", "tenant:"),
    ],
)  # fmt: skip
def test_a_pause_shows_on_the_overview_until_it_is_lifted(
    staff_client: Client, connection: Connection, rung: list[str], what: str, reach: str
) -> None:
    staff_client.post(SENDING, {"what": what, "why": "Visma moves"})

    row = Pause.objects.standing().get()
    assert row.reach.startswith(reach)
    assert row.by_staff
    overview = text(staff_client, "/console/")
    for said in ("Sending is paused", "nora@nordhandel.test", "Visma moves"):
        assert said in overview
    assert "Paused" in text(staff_client, "/console/connections/")

    staff_client.post(f"{SENDING}{row.pk}/resume/")

    assert "Sending is paused" not in text(staff_client, "/console/")
    page = text(staff_client, SENDING)
    assert "<h1> Nothing is paused </h1>" in page
    assert "by nora@nordhandel.test" in page.partition("resumed")[2]
    assert rung == ["ring"]


def test_an_application_tells_on_its_page_what_was_paused(
    staff_client: Client, connection: Connection
) -> None:
    staff_client.post(SENDING, {"what": "application:webshop-app"})

    assert "Sending paused" in text(staff_client, "/console/applications/webshop-app/")
    assert ApplicationEvent.objects.get().facts["reach"].startswith("application:")


def test_staff_lift_what_a_tenant_paused_itself(
    staff_client: Client, tenant: Tenant, member: User
) -> None:
    row = pausing.pause(reaches.of_tenant(tenant), by=member, now=database_now())
    assert "by the tenant itself" in text(staff_client, SENDING)
    assert "Sending is paused" not in text(staff_client, "/console/")

    for said in ("It goes on, unless another pause holds it.", "It was not paused any more."):
        answer = staff_client.post(f"{SENDING}{row.pk}/resume/", follow=True)
        assert said in answer.content.decode()


def test_a_press_that_names_nothing_known_pauses_nothing(
    staff_client: Client, connection: Connection
) -> None:
    answer = staff_client.post(SENDING, {"what": "tenant:nobody"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Pause.objects.exists()
    chosen = text(staff_client, f"{SENDING}?what=tenant:fjordlys")
    assert '<option value="tenant:fjordlys" selected>' in chosen


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_is_there_for_staff_alone(
    owner: Client, tenant: Tenant, staff: User, method: str
) -> None:
    row = pausing.pause(reaches.everything(), by=staff, now=database_now())

    for path in (SENDING, f"{SENDING}{row.pk}/resume/"):
        answer = getattr(owner, method)(path, {"what": "everything"})
        assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert list(Pause.objects.standing()) == [row]
