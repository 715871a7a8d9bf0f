"""Nobody sees or touches another tenant: every address of the workspace, every method."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.core import serializers
from django.test import Client
from django.urls import URLPattern, reverse

from integrations.connections.models import Connection, ListedCompany
from integrations.deliveries.models import BulkAct, Delivery, Pause
from integrations.tenants.models import Member, Tenant, User
from integrations.workspace.urls import tenant_patterns
from tests.workspace.conftest import signed_in
from tests.workspace.seeds import NOON, make_connection, make_delivery

METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
NAMES = [pattern.name for pattern in tenant_patterns]


def ids_of(tenant: Tenant) -> dict[str, object]:
    """What a ``pk`` in an address names, by what stands before it."""
    connection = Connection.objects.get(company__tenant=tenant)
    return {
        "companies/listed": ListedCompany.objects.get(tenant=tenant).pk,
        "companies": connection.pk,
        "orders": Delivery.objects.get(lane__connection=connection).pk,
        "orders/acts": BulkAct.objects.get(tenant=tenant).pk,
        "members": Member.objects.filter(tenant=tenant).latest("pk").pk,
    }


def address(pattern: URLPattern, slug: str, ids: dict[str, object]) -> str:
    given: dict[str, object] = {"slug": slug, "number": 1}
    route = str(pattern.pattern)
    for name in pattern.pattern.converters:
        if name != "number":
            before = route.partition("/<")[0]
            given[name] = ids[before] if name == "pk" else "pause"
    if "number" not in pattern.pattern.converters:
        del given["number"]
    return reverse(f"workspace:{pattern.name}", kwargs=given)


def snapshot() -> str:
    kinds = (Connection, Delivery, Member, ListedCompany, BulkAct, Pause)
    rows = [row for kind in kinds for row in kind._default_manager.order_by("pk")]
    text: str = serializers.serialize("json", rows)
    return text


@pytest.fixture
def both(tenant: Tenant, stranger: Tenant, member: User) -> None:
    for each in (tenant, stranger):
        connection = make_connection(each)
        make_delivery(connection)
        ListedCompany.objects.create(
            tenant=each, integration=connection.integration, position=1, name="Butikk 1"
        )
        BulkAct.objects.create(
            tenant=each, deed="cancel", selection={"state": "held"}, selection_digest="0" * 64,
            found_count=1, started_at=NOON,
        )  # fmt: skip


@pytest.mark.parametrize("pattern", tenant_patterns, ids=NAMES)
def test_a_strangers_tenant_is_not_there(
    both: None, owner: Client, stranger: Tenant, pattern: URLPattern
) -> None:
    before = snapshot()
    url = address(pattern, stranger.slug, ids_of(stranger))

    answers = {getattr(owner, method)(url).status_code for method in METHODS}

    assert HTTPStatus.NOT_FOUND in answers
    assert answers <= {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert snapshot() == before


@pytest.mark.parametrize(
    "pattern", [p for p in tenant_patterns if "pk" in p.pattern.converters], ids=lambda p: p.name
)
def test_a_strangers_row_is_not_there_under_the_own_tenant(
    both: None, owner: Client, tenant: Tenant, stranger: Tenant, pattern: URLPattern
) -> None:
    before = snapshot()
    url = address(pattern, tenant.slug, ids_of(stranger))

    answers = {getattr(owner, method)(url).status_code for method in METHODS}

    assert HTTPStatus.NOT_FOUND in answers
    assert answers <= {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert snapshot() == before


@pytest.mark.parametrize("pattern", tenant_patterns, ids=NAMES)
def test_nobody_comes_in_without_signing_in(
    both: None, tenant: Tenant, pattern: URLPattern
) -> None:
    before = snapshot()
    url = address(pattern, tenant.slug, ids_of(tenant))

    for method in METHODS:
        answer = getattr(Client(), method)(url)
        assert answer.status_code == HTTPStatus.FOUND
        assert answer["Location"].startswith("/accounts/login/?next=")
    assert snapshot() == before


# Readers choose their own mails.
@pytest.mark.parametrize(
    "pattern", [p for p in tenant_patterns if p.name != "member-mails"], ids=lambda p: p.name
)
def test_a_reader_changes_nothing(
    both: None, reader: Client, tenant: Tenant, pattern: URLPattern
) -> None:
    before = snapshot()
    url = address(pattern, tenant.slug, ids_of(tenant))

    answer = reader.post(url)

    assert answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}
    assert snapshot() == before


@pytest.mark.parametrize("name", ["overview", "connections", "orders", "members"])
def test_staff_see_every_tenant(
    both: None, staff_client: Client, tenant: Tenant, stranger: Tenant, name: str
) -> None:
    for each in (tenant, stranger):
        answer = staff_client.get(reverse(f"workspace:{name}", args=[each.slug]))

        assert answer.status_code == HTTPStatus.OK
        assert each.name in answer.content.decode()


def test_a_member_who_was_removed_sees_nothing_more(
    both: None, owner: Client, tenant: Tenant, member: User
) -> None:
    Member.objects.filter(user=member).delete()

    assert owner.get(f"/t/{tenant.slug}/").status_code == HTTPStatus.NOT_FOUND


def test_a_page_shows_nothing_of_another_tenant(
    both: None, owner: Client, tenant: Tenant, stranger: Tenant
) -> None:
    theirs = Connection.objects.get(company__tenant=stranger)
    order = Delivery.objects.get(lane__connection=theirs).order

    for name in ("overview", "connections", "orders"):
        page = owner.get(reverse(f"workspace:{name}", args=[tenant.slug])).content.decode()
        assert order.reference not in page
    found = owner.get(f"/t/{tenant.slug}/orders/", {"q": order.reference}).content.decode()
    assert f"/orders/{order.delivery.pk}/" not in found
    filtered = owner.get(f"/t/{tenant.slug}/orders/", {"company": theirs.pk}).content.decode()
    assert order.reference not in filtered


def test_home_leads_each_where_they_belong(
    owner: Client, staff_client: Client, tenant: Tenant, stranger: Tenant, member: User
) -> None:
    nobody = User.objects.create_user("per@fjordlys.test", "correct horse battery")

    assert staff_client.get("/")["Location"] == "/console/"
    assert owner.get("/")["Location"] == "/t/fjordlys/"
    assert "You have no workspace yet" in signed_in(nobody).get("/").content.decode()

    Member.objects.create(tenant=stranger, user=member)
    choice = owner.get("/").content.decode()
    assert "/t/fjordlys/" in choice
    assert "/t/granitt/" in choice
