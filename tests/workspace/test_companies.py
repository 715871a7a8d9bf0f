"""A tenant's companies: the overview's answer, one company's page, and what is done there."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection, Grant, Integration, Invitation
from integrations.tenants.models import Tenant
from tests import walker
from tests.workspace.seeds import (
    NOON,
    make_connection,
    make_delivery,
    make_integration,
)

BROKEN: dict[str, Any] = {"state": "broken", "problem": "no_role", "problem_since": NOON}


def press(
    client: Client, connection: Connection, deed: str, **fields: str
) -> tuple[Any, list[str]]:
    answer = client.post(f"/t/fjordlys/companies/{connection.pk}/{deed}/", fields)
    connection.refresh_from_db()
    return answer, [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize(
    ("others", "heading"),
    [
        ([], "Your company works. Nothing needs you."),
        ([{}, {}], "All three companies work. Nothing needs you."),
        ([BROKEN], "One of two companies works. One needs you."),
        ([{}, BROKEN, {"confirmed_at": None}], "Two of four companies work. Two need you."),
        ([{"paused_at": NOON}], "One of two companies works."),
        ([{"state": "disconnected", "grant": None}], "Your company works. Nothing needs you."),
    ],
)
def test_the_heading_is_the_answer(
    owner: Client,
    tenant: Tenant,
    connection: Connection,
    others: list[dict[str, Any]],
    heading: str,
) -> None:
    for number, columns in enumerate(others):
        make_connection(tenant, f"Fjordlys {number}", **columns)

    page = owner.get("/t/fjordlys/").content.decode()

    assert f"<title>{heading}" in " ".join(page.split()).replace("<title> ", "<title>")


@pytest.mark.parametrize(
    ("second", "heading"),
    [
        ({}, "Your company works. Nothing needs you."),
        (BROKEN, "Your company does not work now. It needs you."),
        ({"paused_at": NOON}, "Your company does not work now."),
    ],
)
def test_a_company_of_two_integrations_counts_once(
    owner: Client, connection: Connection, second: dict[str, Any], heading: str
) -> None:
    """Its rows are told apart by what they are for."""
    assert owner.get("/t/fjordlys/").content.decode().count("Webshop orders") == 0
    till = make_integration("till")
    Integration.objects.filter(pk=till.pk).update(name="Till orders")
    other = make_connection(connection.company.tenant, integration=till, **second)
    Connection.objects.filter(pk=other.pk).update(company=connection.company)

    page = owner.get("/t/fjordlys/").content.decode()

    assert walker.heading(page) == heading
    assert page.count("<bdi>Webshop orders</bdi>") == page.count("<bdi>Till orders</bdi>") == 1


def test_orders_that_need_somebody_are_in_the_heading(
    owner: Client, connection: Connection
) -> None:
    make_delivery(connection, "rejected")

    assert "Your company works. One order needs you." in owner.get("/t/fjordlys/").content.decode()


def test_only_the_worst_is_called_out(owner: Client, tenant: Tenant) -> None:
    for number in range(3):
        make_connection(tenant, f"Fjordlys {number}", **BROKEN)

    page = owner.get("/t/fjordlys/").content.decode()

    assert page.count("callout tone-bad") == 1
    assert "And 2 more need you." in " ".join(page.split())


def test_counts_the_orders_of_today(owner: Client, connection: Connection) -> None:
    now = timezone.now()
    make_delivery(connection, at=now)
    make_delivery(connection, "delivered", at=now)
    make_delivery(connection, "delivered", at=now - timedelta(days=2))

    page = " ".join(owner.get("/t/fjordlys/").content.decode().split())

    assert "</span> orders accepted today" in page
    assert "Orders by hour: 2 accepted today, 1 in Visma.net, 1 waiting." in page


def test_without_a_company_the_overview_leads_to_connecting_one(
    owner: Client, reader: Client, tenant: Tenant
) -> None:
    make_integration()

    assert "/t/fjordlys/companies/connect/" in owner.get("/t/fjordlys/").content.decode()
    assert "/t/fjordlys/companies/connect/" not in reader.get("/t/fjordlys/").content.decode()
    assert owner.get("/t/fjordlys/companies/")["Location"] == "/t/fjordlys/"


@pytest.mark.parametrize(
    ("columns", "heading", "presses"),
    [
        ({}, "Fjordlys AS works", {"pause", "check", "reconnect", "disconnect"}),
        (BROKEN, "This Visma user lacks a role", {"pause", "check", "reconnect", "disconnect"}),
        (
            {"confirmed_at": None}, "Is Fjordlys AS yours?",
            {"confirm", "pause", "check", "reconnect", "disconnect"},
        ),
        (
            {"paused_at": NOON}, "Fjordlys AS is paused",
            {"resume", "check", "reconnect", "disconnect"},
        ),
        (
            {"state": "disconnected", "grant": None}, "Fjordlys AS is disconnected", {"reconnect"},
        ),
        (
            {"state": "checking"}, "We are checking Fjordlys AS",
            {"pause", "check", "reconnect", "disconnect"},
        ),
    ],
)  # fmt: skip
def test_a_company_says_how_it_stands_and_what_can_be_done(
    owner: Client,
    reader: Client,
    tenant: Tenant,
    columns: dict[str, Any],
    heading: str,
    presses: set[str],
) -> None:
    connection = make_connection(tenant, **columns)
    path = f"/t/fjordlys/companies/{connection.pk}/"

    page, read = owner.get(path).content.decode(), reader.get(path).content.decode()

    deeds = ["pause", "resume", "confirm", "check", "reconnect", "disconnect"]
    assert heading in page
    assert {deed for deed in deeds if f"{path}{deed}/" in page} == presses
    assert {deed for deed in deeds if f"{path}{deed}/" in read} == set()


def test_pauses_and_resumes_a_company(owner: Client, connection: Connection) -> None:
    press(owner, connection, "pause")
    first = connection.paused_at
    press(owner, connection, "pause")
    assert connection.paused_at == first is not None

    press(owner, connection, "resume")
    press(owner, connection, "resume")

    assert connection.paused_at is None
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))
    assert verbs == ["connection.paused", "connection.resumed"]


def test_says_yes_to_a_company(owner: Client, tenant: Tenant) -> None:
    connection = make_connection(tenant, confirmed_at=None)

    _answer, said = press(owner, connection, "confirm")

    assert connection.confirmed_at is not None
    assert said == ["Noted. Orders go out to Fjordlys AS."]


def test_only_staff_say_yes_to_a_company_that_another_has(
    owner: Client, staff_client: Client, tenant: Tenant, stranger: Tenant
) -> None:
    service = make_integration("service", "service")
    theirs = make_connection(stranger, integration=service)
    connection = make_connection(tenant, "Copy", confirmed_at=None, integration=service)
    connection.company.visma_tenant_id = theirs.company.visma_tenant_id
    connection.company.save()

    _answer, said = press(owner, connection, "confirm")
    assert connection.confirmed_at is None
    assert said == ["Only the portal’s staff can say whose company this is. Write to them."]

    press(staff_client, connection, "confirm")
    assert connection.confirmed_at is not None


def test_a_check_that_can_not_ask_visma_says_so(
    owner: Client, connection: Connection, settings: Any
) -> None:
    nobody = "http://localhost:1"
    settings.VISMA_CONNECT_ORGANIZATION_URL = settings.VISMA_CONNECT_SALES_ORDER_URL = nobody

    _answer, said = press(owner, connection, "check")

    assert said == ["We asked Visma and got no answer we could read. Nothing is lost."]
    assert connection.state == "connected"


def test_disconnects_after_asking_once(owner: Client, connection: Connection) -> None:
    make_delivery(connection)
    question = owner.get(f"/t/fjordlys/companies/{connection.pk}/disconnect/").content.decode()
    assert "One order waits and stays here until you connect again." in question
    connection.refresh_from_db()
    assert connection.state == "connected"

    press(owner, connection, "disconnect")

    assert (connection.state, connection.grant) == ("disconnected", None)
    assert Grant.objects.get().ended_because == "disconnected"


def test_connecting_again_renews_this_connection(owner: Client, connection: Connection) -> None:
    answer, _said = press(owner, connection, "reconnect")

    invitation = Invitation.objects.get()
    assert (invitation.reconnects, invitation.email) == (connection, "astrid@fjordlys.test")
    assert answer["Location"].startswith("/i/")


def test_connecting_a_company_begins_here_and_now(owner: Client, tenant: Tenant) -> None:
    make_integration()
    assert "Webshop orders" in owner.get("/t/fjordlys/companies/connect/").content.decode()

    answer = owner.post("/t/fjordlys/companies/connect/", {"integration": "webshop"})
    page = owner.get(answer["Location"], follow=True)

    assert Invitation.objects.get().tenant == tenant
    assert page.status_code == HTTPStatus.OK
    assert page.request["PATH_INFO"] == "/connect/"


@pytest.mark.parametrize("chosen", ["", "nothing", "x" * 400, "\0"])
def test_connects_nothing_that_is_not_offered(owner: Client, tenant: Tenant, chosen: str) -> None:
    answer = owner.post("/t/fjordlys/companies/connect/", {"integration": chosen})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert not Invitation.objects.exists()


def test_keeps_what_orders_get_when_they_do_not_say(owner: Client, connection: Connection) -> None:
    _answer, said = press(
        owner, connection, "defaults", order_type="SE", branch="2", tax_category="HIGH",
        first_status="Hold",
    )  # fmt: skip

    assert said == ["Kept. Orders that come in from now on get these."]
    assert (connection.order_type, connection.branch, connection.first_status) == (
        "SE",
        "2",
        "Hold",
    )
    assert AuditEvent.objects.get().facts["tax_category"] == "HIGH"


@pytest.mark.parametrize(
    "wrong",
    [{"order_type": ""}, {"order_type": "TOOLONG"}, {"order_type": "é"}, {"first_status": "Gone"}],
)
def test_refuses_defaults_that_no_order_could_have(
    owner: Client, connection: Connection, wrong: dict[str, str]
) -> None:
    given = {"order_type": "SE", "branch": "9", "first_status": "Hold"} | wrong

    answer, _said = press(owner, connection, "defaults", **given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (connection.order_type, connection.branch, connection.first_status) == ("SO", "", "")


def test_other_columns_are_not_taken_from_the_form(owner: Client, connection: Connection) -> None:
    press(owner, connection, "defaults", order_type="SO", state="broken", confirmed_at="")

    assert connection.state == "connected"
    assert connection.confirmed_at == NOON
