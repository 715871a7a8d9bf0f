"""A shop's first day: connected in the morning, orders over its own program, all looked up."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from integrations.connections.models import Connection, Integration
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.clock import database_now
from integrations.intake.services.accepting import accept
from integrations.orders.models import SalesOrder
from integrations.tenants.models import User
from tests.deliveries.conftest import Push
from tests.e2e.conftest import WITH_AND_WITHOUT_SCRIPTS
from tests.e2e.visitor import REGNSKAP, Visitor
from tests.intake.conftest import order
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser


def post(visitor: Visitor, key: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What the shop's own program does."""
    parts = urlsplit(visitor.home)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def accepted(connection: Connection, reference: str, **changes: Any) -> Delivery:
    source, now = SalesOrder.Source.API, database_now()
    return accept(connection, order(reference, **changes), source=source, now=now).delivery


@WITH_AND_WITHOUT_SCRIPTS
def test_from_signing_in_to_a_delivered_order(
    integration: Integration, frida: Visitor, push: Push, visma: SandboxProcess
) -> None:
    # The morning: nothing is there, and the page says what to do.
    frida.sees("Connect your first company")
    frida.follow("Connect a company")
    frida.sees("What should go into Visma.net?")
    frida.press("Continue with Webshop orders")
    frida.sees("Nordhandel asks to put your orders into Visma.net")
    frida.consent(REGNSKAP, company="Fjordlys AS")
    frida.press("Connect Fjordlys AS")
    frida.sees("Fjordlys AS is connected")
    frida.follow("Open your workspace")
    frida.sees("Fjordlys AS works")
    company_id = frida.page.locator("dt:has-text('Id in the API') + dd").inner_text()

    # A key for the shop's own program: shown once.
    frida.follow("API keys")
    frida.sees("No key was made yet")
    frida.page.get_by_label("Which system will use it?").fill("Webshop")
    frida.press("Make a key")
    frida.sees("Copy the key now")
    key = frida.page.locator("#key").inner_text()
    frida.follow("API keys")
    frida.sees("API keys")
    expect(frida.page.locator("body")).not_to_contain_text(key)
    expect(frida.page.get_by_role("row", name="Webshop")).to_contain_text(key[-4:])

    # Its first order.
    connection = Connection.objects.get()
    path = f"/api/v1/companies/{company_id}/orders"
    status, answer = post(frida, key, path, order("WEB-1001"))
    assert (status, answer["reference"]) == (202, "WEB-1001")
    frida.follow("Orders")
    frida.sees("No order needs you")
    frida.page.get_by_role("link", name="WEB-1001").click()
    frida.sees("It goes out in a moment")

    push()

    frida.page.reload()
    delivery = Delivery.objects.get()
    frida.sees(f"In Visma.net as SO {delivery.visma_number}")
    frida.reads("Attempt 1: Visma.net took the order")
    assert [one["orderId"] for one in visma.orders(connection.company.visma_key)] == [
        delivery.visma_number
    ]
    frida.follow("Overview")
    frida.sees("Your company works. Nothing needs you.")


def test_an_order_visma_refuses_says_what_to_mend_and_goes_out_then(
    company: Connection, frida: Visitor, push: Push, visma: SandboxProcess
) -> None:
    visma.control(
        "POST",
        "companies",
        {
            "tenant_id": company.company.visma_key,
            "creates_unknown": False,
            "customers": {"10042": "Havgløtt Interiør"},
            "items": {"22622": "Vintage alphabet blocks"},
        },
    )
    wrong = accepted(company, "WEB-7", buyer="99999")
    accepted(company, "WEB-8")
    push()

    frida.follow("Orders")
    frida.sees("One order needs you")
    frida.page.get_by_role("link", name="WEB-7").click()
    frida.sees("Buyer 99999 isn’t a customer in Fjordlys AS")
    frida.reads("Mend it in Visma.net, then press Send again.")

    visma.control(
        "POST",
        "companies",
        {"tenant_id": company.company.visma_key, "customers": {"99999": "Nye Kunde"}},
    )
    frida.press("Send again")
    frida.reads("It is on its way again.")
    push()
    frida.page.reload()

    wrong.refresh_from_db()
    frida.sees(f"In Visma.net as SO {wrong.visma_number}")
    assert len(visma.orders(company.company.visma_key)) == 2


def test_a_revoked_key_lets_nobody_in(company: Connection, frida: Visitor) -> None:
    frida.open("/t/fjordlys/api-keys/")
    frida.page.get_by_label("Which system will use it?").fill("Old till")
    frida.press("Make a key")
    key = frida.page.locator("#key").inner_text()
    path = f"/api/v1/companies/{company.company_id}/orders"
    assert post(frida, key, path, order("WEB-1"))[0] == 202

    frida.press("Revoke Old till")

    frida.sees("API keys")
    frida.reads("The key “Old till” lets nobody in any more.")
    assert post(frida, key, path, order("WEB-2"))[0] == 401


def test_a_reader_sees_everything_and_is_given_nothing_to_press(
    company: Connection, visitor: Visitor, member: User
) -> None:
    member.memberships.update(role="reader")
    visitor.sign_in("/", member.email)
    visitor.sees("Your company works. Nothing needs you.")

    for path, heading in (
        ("orders/", "No orders yet"),
        ("files/", "No file was sent yet"),
        ("api-keys/", "No key was made yet"),
        (f"companies/{company.pk}/", "Fjordlys AS works"),
        ("members/", "One person has access"),
    ):
        visitor.open(f"/t/fjordlys/{path}")
        visitor.sees(heading)
        # A language, and which mails one gets, anybody may choose.
        forms = visitor.page.locator(
            "main form[method=post]:not([action^='/i18n/'], [action$='/mails/'])"
        )
        expect(forms).to_have_count(0)
    visitor.open("/t/fjordlys/files/new")
    visitor.sees("This page isn’t open to you")
