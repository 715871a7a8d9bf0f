"""The pages of links, of passing one on, and of many companies: nothing wrong with any."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from integrations.connections.models import Integration, ListedCompany, PendingConsent
from integrations.connections.services import delegation, invitations, many_companies
from integrations.connections.services.company_rows import GivenCompany
from integrations.connections.services.invitation_states import AWAY
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import NORDHANDEL
from tests.e2e.test_pages import LOOKS, Reader
from tests.workspace.seeds import make_connection

pytestmark = pytest.mark.browser

# Where to leave pictures for a person to look at; none are made without it.
PICTURES = os.environ.get("PICTURES", "")
ID = "0b8a4f5e-6c53-4f0e-9d9a-1f8f6f4b2a11"


@pytest.fixture
def portal(transactional_db: None, live_server: LiveServer) -> str:
    return str(live_server.url)


class Looker(Reader):
    """Looks at a page in both themes and widths, and leaves pictures where they are wanted."""

    def looks(self, path: str, name: str) -> None:
        self.opens(path)
        for scheme, width in LOOKS:
            self.finds_nothing_wrong(path, scheme, width)
            if PICTURES:
                picture = Path(PICTURES) / f"{name}-{scheme}-{width}.png"
                self.page.screenshot(path=str(picture), full_page=True)


def looker(browser: Browser, portal: str) -> Looker:
    return Looker(browser.new_context(reduced_motion="reduce").new_page(), portal)


def went_to_visma(invitation_id: UUID) -> None:
    consent = PendingConsent.objects.create(
        invitation_id=invitation_id, state_digest=str(invitation_id), browser_digest="b",
        redirect_uri="http://x.example/", expires_at=timezone.now(),
    )  # fmt: skip
    PendingConsent.objects.filter(pk=consent.pk).update(created_at=timezone.now() - AWAY)


@pytest.mark.timeout(400)
def test_the_pages_of_a_links_reader_are_well(
    portal: str, integration: Integration, service_integration: Integration, tenant: Tenant,
    browser: Browser,
) -> None:  # fmt: skip
    now = timezone.now()
    invitation, token = invitations.make(tenant, integration, email=NORDHANDEL, now=now)
    delegation.pass_on(invitation, "siri@fjordlys.example", now=now)
    went_to_visma(invitation.pk)
    _locked, locked = invitations.make(tenant, integration, code="12345678", now=now)
    _service, service = invitations.make(tenant, service_integration, now=now)

    reader = looker(browser, portal)
    reader.looks(f"/i/{token}", "landing")
    reader.looks("/connect/somebody-else/", "pass-on")
    reader.looks(f"/i/{locked}", "code")
    reader.looks(f"/i/{service}", "approval")
    reader.page.context.close()


@pytest.mark.timeout(400)
def test_the_pages_of_links_and_lists_are_well(
    portal: str, tenant: Tenant, integration: Integration, service_integration: Integration,
    member: User, staff: User, browser: Browser,
) -> None:  # fmt: skip
    now = timezone.now()
    invitation, _token = invitations.make(
        tenant, integration, email=NORDHANDEL, code="12345678", by=staff, now=now
    )
    invitations.note_outcome(invitation, "error_page")
    type(invitation).objects.filter(pk=invitation.pk).update(error_id="0HNBQ7K2:0001", code_tries=2)
    delegation.pass_on(invitation, "siri@fjordlys.example", now=now)
    lost, _token = invitations.make(tenant, integration, email="ola@fjordlys.test", now=now)
    went_to_visma(lost.pk)
    given = [
        GivenCompany(name="Fjordlys AS", given_id=ID, email=NORDHANDEL),
        GivenCompany(name="Ærlig & Sønners Overmåde Lange Firmanavn AS", given_id=ID[:-1]),
        GivenCompany(name="Fjordlys AS", given_id=ID),
        GivenCompany(name="Hav AS", number="999 111 222", email="x@hav.example"),
    ]
    for offer in (integration, service_integration):
        many_companies.add(tenant, offer, given, by=member, now=now)
    first = ListedCompany.objects.filter(integration=service_integration, position=1)
    first.update(connection=make_connection(tenant, proven_at=now), due_at=None, looked_at=now)

    reader = looker(browser, portal)
    reader.sign_in(member.email)
    for path, name in (
        ("invitations/", "links"), (f"invitations/{invitation.pk}/", "link"),
        ("invitations/?q=nobody", "no-link"), ("connections/invite/", "invite"),
        ("companies/many/webshop/", "many-web"),
        ("companies/many/webshop-service/", "many-service"),
        ("companies/many/webshop-service/?q=nothing", "many-nothing"),
        ("companies/connect/", "connect"), ("members/", "members"),
    ):  # fmt: skip
        reader.looks(f"/t/fjordlys/{path}", name)
    reader.page.context.close()
    reader = looker(browser, portal)
    reader.sign_in(staff.email)
    reader.looks("/console/invitations/", "console-links")
    reader.looks("/console/tenants/fjordlys/", "console-tenant")
    reader.page.context.close()


def test_a_list_is_given_and_shown_without_scripts(
    portal: str, service_integration: Integration, tenant: Tenant, member: User, browser: Browser
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    reader = Reader(page, portal)
    reader.sign_in(member.email)
    page.goto(f"{portal}/t/fjordlys/companies/many/webshop-service/")

    page.get_by_label("Rows to add").fill(f"{ID}\nnot-an-id")
    page.get_by_role("button", name="Add and look").click()

    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("Not a tenant id")).to_be_visible()
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("h1")).to_have_text("0 of 2 work, one needs somebody")
    page.context.close()
