"""The console: for staff alone; causes, tenants, invitations, applications, incidents."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from integrations.connections.models import Connection, Incident, Integration, Invitation
from integrations.connections.services import incidents, invitations
from integrations.console.services import keys, tenants
from integrations.console.urls import staff_patterns
from integrations.tenants.models import Tenant, User
from tests import walker
from tests.workspace.seeds import NOON, make_connection, make_delivery, make_integration

METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
UUID = "0b6a1f0e-5d5e-4a4e-9c43-0d4f6a3c2b11"


def address(pattern: URLPattern, **given: Any) -> str:
    usual = {
        "slug": "fjordlys",
        "pk": 1,
        "offered": "webshop",
        "invitation_id": UUID,
        "secret_id": UUID,
    }
    converters = pattern.pattern.converters
    return reverse(f"console:{pattern.name}", kwargs={n: (usual | given)[n] for n in converters})


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize("pattern", staff_patterns, ids=lambda p: p.name)
def test_the_console_is_not_there_for_members(
    owner: Client, connection: Connection, pattern: URLPattern
) -> None:
    for method in METHODS:
        answer = getattr(owner, method)(address(pattern))
        assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert owner.get(address(pattern)).status_code != HTTPStatus.OK


@pytest.mark.parametrize("pattern", staff_patterns, ids=lambda p: p.name)
def test_strangers_are_asked_to_sign_in(db: None, pattern: URLPattern) -> None:
    for method in METHODS:
        answer = getattr(Client(), method)(address(pattern))
        assert answer.status_code == HTTPStatus.FOUND
        assert answer["Location"].startswith("/accounts/login/")


def test_one_cause_in_many_tenants_is_one_line(
    staff_client: Client, tenant: Tenant, stranger: Tenant
) -> None:
    broken: dict[str, Any] = {"state": "broken", "problem": "no_role", "problem_since": NOON}
    for each in (tenant, stranger):
        make_delivery(make_connection(each, **broken))
    make_connection(tenant, "New AS", confirmed_at=None)

    page = words(staff_client.get("/console/"))

    assert "Two causes need a person" in page
    assert page.count("This Visma user lacks a role") == 1
    assert "Fjordlys , Granitt" in page
    assert "Nobody said yes to the company yet" in page


def test_an_empty_portal_says_what_to_do_first(staff_client: Client) -> None:
    assert "Register your first application" in words(staff_client.get("/console/"))
    make_integration()
    assert "Make your first tenant" in words(staff_client.get("/console/"))
    Tenant.objects.create(name="Fjordlys", slug="fjordlys")
    assert "Nothing needs a person" in words(staff_client.get("/console/"))


def test_says_when_orders_wait_that_nobody_serves(
    staff_client: Client, connection: Connection
) -> None:
    make_delivery(connection, due_at=timezone.now() - timedelta(minutes=3))

    assert "Look whether a push worker runs." in words(staff_client.get("/console/"))


def test_tenants_are_paged_by_name_without_gap_or_repeat(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenants, "PAGE", 5)
    names = [f"Kunde {n % 7} {n % 3}" for n in range(23)]
    for number, name in enumerate(names):
        Tenant.objects.create(name=name, slug=f"kunde-{number}")
    expected = list(Tenant.objects.order_by("name", "pk").values_list("pk", flat=True))

    pages = [tenants.page("")]
    while pages[-1].older is not None:
        pages.append(tenants.page("", after=pages[-1].older))
    back = [pages[-1]]
    while back[-1].newer is not None:
        back.append(tenants.page("", before=back[-1].newer))

    assert [row.tenant.pk for page in pages for row in page.rows] == expected
    assert [row.tenant.pk for row in back[-1].rows] == expected[:5]


def test_rows_by_id_are_paged_without_gap_or_repeat(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "PAGE", 5)
    made = [incidents.open_incident("k", subject=str(n)).pk for n in range(12)]

    pages = [keys.newest_first(Incident.objects.all())]
    while pages[-1].older is not None:
        pages.append(keys.newest_first(Incident.objects.all(), before=pages[-1].older))

    assert [row.pk for page in pages for row in page.rows] == made[::-1]
    assert keys.newest_first(Incident.objects.all(), after=pages[1].newer) == pages[0]
    assert [r.pk for r in keys.newest_first(Incident.objects.all(), after=made[1]).rows] == made[
        6:1:-1
    ]


def test_finds_tenants_by_name(staff_client: Client, tenant: Tenant, stranger: Tenant) -> None:
    page = words(staff_client.get("/console/tenants/", {"q": "jord"}))

    assert "Fjordlys" in page
    assert "Granitt" not in page


@pytest.mark.parametrize(
    "query", [{"q": "\0"}, {"before": "x"}, {"after": "9" * 30}, {"state": "y"}]
)
@pytest.mark.parametrize("name", ["tenants", "connections", "incidents"])
def test_a_senseless_address_is_a_page(
    staff_client: Client, connection: Connection, name: str, query: dict[str, str]
) -> None:
    answer = staff_client.get(reverse(f"console:{name}"), query)

    assert answer.status_code == HTTPStatus.OK


def test_makes_a_tenant_with_its_owner(
    staff_client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    given = {"name": "Åsgård & Sønner AS", "slug": "", "language": "nb", "owner": "ola@asgard.test"}

    with django_capture_on_commit_callbacks(execute=True):
        answer = staff_client.post("/console/tenants/new/", given)

    made = Tenant.objects.get()
    assert answer["Location"] == f"/console/tenants/{made.slug}/"
    assert (made.slug, made.language) == ("asgard-snner-as", "nb")
    assert made.members.get().user.email == "ola@asgard.test"
    assert mail.outbox[0].to == ["ola@asgard.test"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"slug": "fjordlys"}, {"slug": "console"}, {"slug": "a b"}, {"owner": "x"}],
)
def test_refuses_a_tenant_that_can_not_be(
    staff_client: Client, tenant: Tenant, wrong: dict[str, str]
) -> None:
    given = {"name": "Ny AS", "slug": "", "language": "en", "owner": ""} | wrong

    answer = staff_client.post("/console/tenants/new/", given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert list(Tenant.objects.all()) == [tenant]


def invite(client: Client, integration: Integration, **more: str) -> Any:
    given = {
        "integration": str(integration.pk), "email": "ola@fjordlys.test", "language": "nb",
        "minutes": "1440",
    }  # fmt: skip
    return client.post("/console/tenants/fjordlys/invite/", given | more)


def test_shows_a_link_once_that_opens_the_invitation(
    staff_client: Client, tenant: Tenant, staff: User
) -> None:
    answer = invite(staff_client, make_integration())

    link = re.search(r'id="link">\s*http://[^/]+(/i/\S+?)\s*<', answer.content.decode())
    assert link
    assert "no-store" in answer["Cache-Control"]
    invitation = Invitation.objects.get()
    assert (invitation.tenant, invitation.email, invitation.language, invitation.created_by) == (
        tenant, "ola@fjordlys.test", "nb", staff,
    )  # fmt: skip
    assert Client().get(link[1]).status_code == HTTPStatus.SEE_OTHER
    assert link[1] not in staff_client.get("/console/tenants/fjordlys/").content.decode()
    assert mail.outbox == []


def test_mails_the_link_when_asked(
    staff_client: Client, tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = invite(staff_client, make_integration(), mail="on")

    assert "We mailed it to ola@fjordlys.test." in words(answer)
    assert mail.outbox[0].to == ["ola@fjordlys.test"]


def test_withdraws_an_invitation_of_this_tenant_only(
    staff_client: Client, tenant: Tenant, stranger: Tenant
) -> None:
    theirs, _token = invitations.make(stranger, make_integration(), now=timezone.now())
    path = f"invitations/{theirs.pk}/withdraw/"

    wrong = staff_client.post(f"/console/tenants/fjordlys/{path}")
    theirs.refresh_from_db()
    assert (wrong.status_code, theirs.withdrawn_at) == (HTTPStatus.NOT_FOUND, None)

    staff_client.post(f"/console/tenants/granitt/{path}")
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is not None
    again = staff_client.post(f"/console/tenants/granitt/{path}")
    said = [str(message) for message in get_messages(again.wsgi_request)]
    assert said[-1] == "It was used or withdrawn already."


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["Works AS", "Broken AS", "New AS"]),
        ({"state": "broken"}, ["Broken AS"]),
        ({"state": "unconfirmed"}, ["New AS"]),
        ({"problem": "no_role"}, ["Broken AS"]),
        ({"problem": "denied"}, []),
    ],
)
def test_filters_connections(
    staff_client: Client, tenant: Tenant, query: dict[str, str], shown: list[str]
) -> None:
    make_connection(tenant, "Works AS")
    make_connection(tenant, "Broken AS", state="broken", problem="no_role")
    make_connection(tenant, "New AS", confirmed_at=None)

    page = staff_client.get("/console/connections/", query).content.decode()

    assert [name for name in ("Works AS", "Broken AS", "New AS") if name in page] == shown


@pytest.mark.parametrize(
    ("columns", "heading"),
    [
        ([], "No connection needs anybody"),
        ([{"confirmed_at": None}], "One connection waits for a yes"),
        (
            [{"confirmed_at": None}, {"state": "broken", "problem": "no_role"}],
            "One connection needs somebody",
        ),
    ],
)
def test_the_heading_of_connections_is_the_answer(
    staff_client: Client, tenant: Tenant, columns: list[dict[str, Any]], heading: str
) -> None:
    make_connection(tenant)
    for number, more in enumerate(columns):
        make_connection(tenant, f"Fjordlys {number}", **more)

    page = staff_client.get("/console/connections/").content.decode()

    assert walker.heading(page) == heading


def test_clears_an_incident(staff_client: Client) -> None:
    incident = incidents.open_incident("application_refused", subject="webshop")
    assert "Visma does not take the application’s secret" in words(
        staff_client.get("/console/incidents/")
    )

    staff_client.post(f"/console/incidents/{incident.pk}/clear/")

    assert "Nothing of ours is wrong" in words(staff_client.get("/console/incidents/"))
    assert "What was wrong before" in words(
        staff_client.get("/console/incidents/", {"show": "cleared"})
    )
