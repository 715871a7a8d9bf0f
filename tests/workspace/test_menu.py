"""The menu says on every page of a tenant what needs somebody."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from integrations.connections.models import Connection
from integrations.tenants.models import Tenant
from tests.workspace.seeds import NOON, make_connection, make_delivery

PAGES = [
    "",
    "orders/",
    "companies/",
    "members/",
    "files/",
    "files/new",
    "api-keys/",
    "connections/invite/",
]


def counts(client: Client, path: str) -> dict[str, int]:
    """The red numbers of the menu, by the label before them."""
    page = client.get(f"/t/fjordlys/{path}").content.decode()
    found = re.findall(r"(\w+)\s*<span class=\"count bad\">(\d+)</span>", page)
    return {label: int(number) for label, number in found}


@pytest.mark.parametrize("path", PAGES)
def test_counts_what_needs_somebody_on_every_page(
    owner: Client, connection: Connection, tenant: Tenant, path: str
) -> None:
    make_connection(tenant, "Broken AS", state="broken", problem="no_role", problem_since=NOON)
    make_delivery(connection, "rejected")
    make_delivery(connection, "parked")

    assert counts(owner, path) == {"Orders": 2, "Companies": 1}


def test_counts_nothing_of_another_tenant(
    owner: Client, connection: Connection, stranger: Tenant
) -> None:
    theirs = make_connection(stranger, state="broken", problem="no_role", problem_since=NOON)
    make_delivery(theirs, "rejected")

    assert counts(owner, "files/") == {}
