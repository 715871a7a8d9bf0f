"""The consent of each kind, as the person who was sent a link goes through it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from demo import environment
from integrations.connections.models import Connection, Grant, Integration
from integrations.connections.services import invitations
from tests.connections.conftest import INVITATION_CODE, Invite, invitation_of
from tests.e2e.conftest import SERVICE_CLIENT, WITH_AND_WITHOUT_SCRIPTS, NewVisitor
from tests.e2e.visitor import REGNSKAP, Visitor
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.browser

LANDING = "Nordhandel asks to put your orders into Visma.net"
CONFIRM = "Should orders go to Fjordlys AS?"
CONNECTED = "Fjordlys AS is connected"


@pytest.fixture
def connection(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> Connection:
    """Fjordlys AS, connected by the visitor."""
    visitor.open(f"/i/{invite(integration)}")
    visitor.consent()
    visitor.press("Connect Fjordlys AS")
    visitor.sees(CONNECTED)
    return Connection.objects.get(state="connected")


# Kind connect


@WITH_AND_WITHOUT_SCRIPTS
def test_a_link_leads_to_a_company_that_works(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    visitor.open(f"/i/{invite(integration)}")
    visitor.sees(LANDING)
    visitor.reads("Make sales orders, and read them back")

    visitor.consent()
    visitor.sees(CONFIRM)
    visitor.reads("999111222")

    visitor.press("Connect Fjordlys AS")
    visitor.sees(CONNECTED)
    connection = Connection.objects.get()
    assert connection.state == Connection.State.CONNECTED
    assert connection.proven_at is not None
    assert connection.confirmed_at is not None


def test_somebody_with_two_companies_chooses_one_at_visma(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    visitor.open(f"/i/{invite(integration)}")

    visitor.consent(REGNSKAP, company="Fjordlys Danmark ApS")
    visitor.sees("Should orders go to Fjordlys Danmark ApS?")
    visitor.press("Connect Fjordlys Danmark ApS")

    # Runa is not the one who was invited, so an owner has to say yes first.
    visitor.sees("Fjordlys Danmark ApS is connected and waits for a yes")
    assert Connection.objects.get().confirmed_at is None


@WITH_AND_WITHOUT_SCRIPTS
def test_whoever_says_no_may_change_their_mind(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    visitor.open(f"/i/{invite(integration)}")
    visitor.press("Continue to Visma")
    visitor.sign_in_at_visma()
    visitor.decide_at_visma("Deny")
    visitor.sees("You said no at Visma")

    visitor.press("Continue to Visma")
    visitor.decide_at_visma()

    visitor.sees(CONFIRM)


@WITH_AND_WITHOUT_SCRIPTS
def test_a_user_without_a_role_comes_back_by_the_link_and_hears_what_helps(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    token = invite(integration)
    visitor.open(f"/i/{token}")
    visitor.press("Continue to Visma")
    visitor.sign_in_at_visma("uten.rolle@fjordlys.example")
    expect(visitor.page.locator("h1")).to_have_text("You have no company to choose")

    visitor.open(f"/i/{token}")
    visitor.sees(LANDING)
    visitor.page.get_by_label("Visma showed no company to choose").check()
    visitor.press("Show what helps")

    visitor.sees("Visma shows this user no company")
    visitor.reads("Give the user the role API User in the company.")


def test_a_user_without_a_role_whom_visma_sends_back_hears_what_helps(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    visma.switch(user_without_role="invalid_tenant")
    visitor.open(f"/i/{invite(integration)}")

    visitor.consent("uten.rolle@fjordlys.example")

    visitor.sees("This Visma user lacks a role")


@WITH_AND_WITHOUT_SCRIPTS
def test_an_ended_link_is_followed_by_a_new_one_in_the_mail(
    integration: Integration, invite: Invite, visitor: Visitor
) -> None:
    visitor.open(f"/i/{invite(integration, life=timedelta(0))}")
    visitor.sees("This link has ended")

    visitor.press("Mail me a new link")
    visitor.sees("A new link is on its way")

    (message,) = mail.outbox
    link = re.search(r"/i/\S+", str(message.body))
    assert link is not None
    visitor.open(link[0])
    visitor.sees(LANDING)


def test_a_withdrawn_link_says_so(
    integration: Integration, invite: Invite, visitor: Visitor
) -> None:
    token = invite(integration)
    invitations.withdraw(invitation_of(token), by=None, now=timezone.now())

    visitor.open(f"/i/{token}")

    visitor.sees("This link was withdrawn")


def test_a_link_that_was_never_ours_says_so(db: None, visitor: Visitor) -> None:
    visitor.open("/i/of-somebody-else")

    visitor.sees("We don’t know this link")


def test_going_back_after_the_end_shows_the_end(connection: Connection, visitor: Visitor) -> None:
    for _ in range(8):
        visitor.page.go_back()
        if _is_the_portals(visitor.page, visitor.home):
            visitor.sees(CONNECTED)

    assert Connection.objects.count() == Grant.objects.count() == 1


def test_the_same_link_in_two_tabs_connects_once(
    integration: Integration,
    invite: Invite,
    visitor: Visitor,
    new_visitor: NewVisitor,
    visma: SandboxProcess,
) -> None:
    token = invite(integration)
    visitor.open(f"/i/{token}")
    second = new_visitor(beside=visitor)
    second.open(f"/i/{token}")
    for tab in (visitor, second):
        tab.press("Continue to Visma")
    visitor.sign_in_at_visma()
    visitor.decide_at_visma()
    visitor.sees(CONFIRM)
    second.sign_in_at_visma()
    second.decide_at_visma()
    second.sees(CONFIRM)

    second.press("Connect Fjordlys AS")
    second.sees(CONNECTED)
    visitor.press("Connect Fjordlys AS")

    visitor.sees("This link has done its work")
    second.page.reload()
    second.sees(CONNECTED)
    assert Connection.objects.count() == 1


def test_a_sign_in_passed_on_to_another_browser_is_refused_there(
    integration: Integration,
    invite: Invite,
    visitor: Visitor,
    new_visitor: NewVisitor,
    visma: SandboxProcess,
) -> None:
    visitor.open(f"/i/{invite(integration)}")
    visitor.press("Continue to Visma")
    expect(visitor.page.locator("h1")).to_have_text("Sign in")
    stranger = new_visitor()
    stranger.page.goto(visitor.page.url)

    stranger.sign_in_at_visma()
    stranger.decide_at_visma()

    stranger.sees("This sign-in began in another browser")
    assert not Grant.objects.exists()


def test_renewing_in_another_company_stops_and_names_both(
    connection: Connection,
    integration: Integration,
    invite: Invite,
    new_visitor: NewVisitor,
    visma: SandboxProcess,
) -> None:
    denmark = visma.company("Fjordlys Danmark ApS")["tenant_id"]
    visma.control(
        "POST", "users", {"email": "dagny@fjordlys.example", "roles": {denmark: ["API User"]}}
    )
    dagny = new_visitor()
    dagny.open(f"/i/{invite(integration, reconnects=connection)}")
    dagny.sees("Renew the access to Fjordlys AS")

    dagny.consent("dagny@fjordlys.example")

    dagny.sees("This is Fjordlys Danmark ApS, not Fjordlys AS")
    before = connection.grant_id
    connection.refresh_from_db()
    assert (connection.grant_id, connection.state) == (before, Connection.State.CONNECTED)


@WITH_AND_WITHOUT_SCRIPTS
def test_visma_down_ends_on_a_page_to_start_again_from(
    integration: Integration,
    invite: Invite,
    visitor: Visitor,
    visma: SandboxProcess,
    settings: Any,
) -> None:
    at_visma = settings.VISMA_CONNECT_TOKEN_URL
    settings.VISMA_CONNECT_TOKEN_URL = f"http://localhost:{environment.free_port()}/connect/token"
    visitor.open(f"/i/{invite(integration)}")
    visitor.consent()
    visitor.sees("Visma does not answer")
    visitor.reads("Wait a few minutes, then press the button.")

    settings.VISMA_CONNECT_TOKEN_URL = at_visma
    visitor.press("Continue to Visma")
    visitor.decide_at_visma()

    visitor.sees(CONFIRM)


def test_what_is_in_the_way_is_named_and_gone_after_a_look(
    integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    visma.switch(v3_accepts_user_tokens=False)
    visitor.open(f"/i/{invite(integration)}")
    visitor.consent()
    visitor.press("Connect Fjordlys AS")
    visitor.sees("One thing is in the way")
    visitor.reads("Visma wants an approval instead of a sign-in")

    visma.switch(v3_accepts_user_tokens=True)
    visitor.press("Look now")

    visitor.sees(CONNECTED)


# Kind service


@WITH_AND_WITHOUT_SCRIPTS
def test_an_approval_in_the_app_store_leads_to_a_company_that_works(
    service_integration: Integration,
    invite: Invite,
    visitor: Visitor,
    new_visitor: NewVisitor,
    visma: SandboxProcess,
) -> None:
    company = visma.company("Fjordlys AS")["tenant_id"]
    token = invite(service_integration, expected_visma_tenant_id=company)
    visitor.open(f"/i/{token}")
    visitor.sees("Approve it in Visma’s App Store")
    store = new_visitor(beside=visitor)

    tenant_id = approve(store, visitor, "Fjordlys AS")
    assert tenant_id == company
    visitor.page.get_by_label("Tenant id of Fjordlys").fill(f" {tenant_id} ")
    visitor.press("Check it")

    visitor.sees(CONNECTED)
    assert Connection.objects.get().state == Connection.State.CONNECTED


def test_a_contracts_id_is_told_from_a_companys(
    service_integration: Integration,
    invite: Invite,
    visitor: Visitor,
    new_visitor: NewVisitor,
    visma: SandboxProcess,
) -> None:
    visitor.open(f"/i/{invite(service_integration)}")
    approve(new_visitor(beside=visitor), visitor, "Fjordlys AS")

    visitor.page.get_by_label("Tenant id of Fjordlys").fill(
        visma.world()["contracts"][0]["tenant_id"]
    )
    visitor.press("Check it")

    visitor.sees("This tenant id is not a company’s")
    assert not Connection.objects.exists()


@WITH_AND_WITHOUT_SCRIPTS
def test_an_approval_that_comes_later_is_found_by_a_look(
    service_integration: Integration, invite: Invite, visitor: Visitor, visma: SandboxProcess
) -> None:
    company = visma.company("Fjordlys AS")["tenant_id"]
    visitor.open(f"/i/{invite(service_integration, expected_visma_tenant_id=company)}")
    visitor.page.get_by_label("Tenant id of Fjordlys").fill(company)
    visitor.press("Check it")
    visitor.sees("Not approved in the App Store yet")

    visma.control("POST", "approvals", {"client_id": SERVICE_CLIENT, "tenant_id": company})
    visitor.press("Look now")

    visitor.sees(CONNECTED)


def test_a_slip_of_the_hand_is_named_at_the_field(
    service_integration: Integration, invite: Invite, visitor: Visitor
) -> None:
    visitor.open(f"/i/{invite(service_integration)}")
    visitor.page.get_by_label("Tenant id of Fjordlys").fill("Fjordlys AS")
    visitor.press("Check it")

    visitor.sees("Approve it in Visma’s App Store")
    visitor.reads("it has 36 characters, four of them hyphens")
    box = visitor.page.get_by_label("Tenant id of Fjordlys")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value("Fjordlys AS")


def approve(store: Visitor, guided: Visitor, company: str) -> str:
    """Follow the steps as they stand on the page, in another tab; the tenant id that is shown."""
    address = guided.page.get_by_role("link", name="Open the App Store").get_attribute("href")
    assert address is not None
    store.page.goto(address)
    store.sign_in_at_app_store()
    code = guided.page.locator("#invitation-code").inner_text()
    assert code == INVITATION_CODE
    store.press("Accept")
    store.page.get_by_role("radio", name=company).check()
    store.press("Continue")
    store.page.get_by_label("Invitation code").fill(code)
    store.press("Find")
    store.press("Integrate")
    store.press("Accept")
    return store.page.locator("#tenant-id").inner_text()


def _is_the_portals(page: Page, home: str) -> bool:
    return urlsplit(page.url).netloc == urlsplit(home).netloc
