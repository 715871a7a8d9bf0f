"""Staff let the portal number the orders of one connection, and leave it again."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from tests.workspace.seeds import make_integration


@pytest.fixture
def address(connection: Connection) -> str:
    return f"/console/connections/{connection.pk}/numbers/"


def numbering_of(connection: Connection) -> tuple[bool, str]:
    connection.refresh_from_db()
    return connection.own_numbers, connection.number_prefix


def test_staff_switch_numbering_on_and_off(
    staff_client: Client, connection: Connection, address: str
) -> None:
    assert b"Who numbers the orders?" in staff_client.get(address).content

    answer = staff_client.post(address, {"own_numbers": "on", "begins_with": "NH"})

    assert answer.status_code == HTTPStatus.FOUND
    assert numbering_of(connection) == (True, "NH")
    page = staff_client.get(answer["Location"]).content.decode()
    assert "ours, beginning with NH" in page

    staff_client.post(address, {"begins_with": "NH"})

    assert numbering_of(connection) == (False, "NH")
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["connection.own_numbers_on", "connection.own_numbers_off"]


@pytest.mark.parametrize("prefix", ["", "nh", "TOOLONG", "N H"])
def test_refuses_what_is_no_prefix(
    staff_client: Client, connection: Connection, address: str, prefix: str
) -> None:
    answer = staff_client.post(address, {"own_numbers": "on", "begins_with": prefix})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert numbering_of(connection) == (False, "")


def test_refuses_a_prefix_that_another_connection_of_the_company_has(
    staff_client: Client, connection: Connection, address: str
) -> None:
    Connection.objects.create(
        integration=make_integration("another"), company=connection.company, number_prefix="NH"
    )

    answer = staff_client.post(address, {"own_numbers": "on", "begins_with": "NH"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert b"Another connection to this company has this prefix." in answer.content
    assert numbering_of(connection) == (False, "")
