"""Every page of the workspace and the console, as people see it: nothing wrong with any."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.connections.models import Connection
from integrations.connections.services import incidents, invitations
from integrations.connections.services.registration import add_secret
from integrations.deliveries.models import BulkAct, Delivery, Lane
from integrations.deliveries.services import pausing, reaches
from integrations.tenants.models import Member, Tenant, User
from tests.e2e.visitor import PASSWORD, WCAG
from tests.sandbox_process import SandboxProcess
from tests.workspace.seeds import (
    make_attempt,
    make_connection,
    make_history,
    make_integration,
    write_consent,
)

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
LONG = "Ærlig & Sønners Overmåde Lange Firmanavn for Skjorter, Sko og Seiler AS"
HOSTILE = "\u202eevil\u202c <b>AS</b> 👩‍🚀"
LOOKS: list[tuple[Any, int]] = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]


@pytest.fixture
def portal(transactional_db: None, live_server: LiveServer) -> str:
    return str(live_server.url)


@pytest.fixture
def seeded(portal: str, tenant: Tenant, member: User, staff: User) -> dict[str, Delivery]:
    """A tenant with a company in every state and an order in every state, and an empty one."""
    now = timezone.now()
    works = make_connection(tenant, proven_at=now - timedelta(minutes=2))
    made = make_history(works, now=now)
    write_consent(works)
    write_consent(works, "lessened", minutes=1, lost=["visma.net.erp.salesorder:read"])
    broken: dict[str, Any] = {"state": "broken", "problem_since": now, "proven_at": now}
    make_connection(tenant, LONG, problem="no_role", **broken)
    make_connection(tenant, HOSTILE, problem="forbidden", **broken)
    make_connection(tenant, "Fjordlys Sverige AB", problem="approval_withdrawn", **broken)
    make_connection(tenant, "Fjordlys UK Ltd", clock_offset=timedelta(seconds=90))
    make_connection(tenant, "Fjordlys Danmark ApS", confirmed_at=None)
    make_connection(tenant, "Fjordlys Oy", paused_at=now)
    make_connection(tenant, "Fjordlys BV", state="disconnected", grant=None)
    for number in range(2, 15):
        opened = now - timedelta(minutes=30 - number)
        make_attempt(made["later"], "gate", number=number, opened_at=opened)
    empty = Tenant.objects.create(name="Granitt", slug="granitt")
    Member.objects.create(tenant=empty, user=User.objects.create_user("bo@granitt.test", PASSWORD))
    _seed_bulk_act(tenant, member, made["later"])
    _seed_console(tenant, works, staff)
    return made


def _seed_bulk_act(tenant: Tenant, member: User, left: Delivery) -> None:
    BulkAct.objects.create(
        tenant=tenant, deed="resend", selection={"state": "needs_you", "text": HOSTILE},
        selection_digest="0" * 64, found_count=1240, seen_count=550,
        outcomes={"sent": 541, "looked_up": 4}, left_out={"decide_first": 5},
        examples={"decide_first": [left.pk]}, started_at=timezone.now(), by=member,
    )  # fmt: skip


def _seed_console(tenant: Tenant, works: Connection, staff: User) -> None:
    offered = make_integration("service", "service")
    pausing.pause(reaches.of_integration(offered), by=staff, why=HOSTILE, now=timezone.now())
    application = offered.application
    add_secret(application, "one")
    add_secret(application, "two")
    incidents.open_incident("application_refused", subject="webshop", application=application)
    incidents.open_incident("doubled_order", subject="delivery-1", connection=works)
    now = timezone.now()
    invitations.make(tenant, works.integration, email="ola@fjordlys.test", by=staff, now=now)
    old, _token = invitations.make(tenant, works.integration, by=staff, now=now)
    invitations.withdraw(old, by=staff, now=now)


def workspace_pages(made: dict[str, Delivery]) -> list[str]:
    companies = Connection.objects.filter(company__tenant__slug="fjordlys").order_by("pk")
    first = companies[0].pk
    own = [
        "", "companies/", "companies/connect/", f"companies/{first}/disconnect/",
        *(f"companies/{connection.pk}/" for connection in companies),
        "orders/", "orders/?state=needs_you", "orders/?state=sending&company=1",
        "orders/?q=nothing", "orders/?since=2026-01-01&reason=differs", "sending/",
        "orders/many/resend/?state=needs_you", "orders/acts/",
        *(f"orders/acts/{act.pk}/" for act in BulkAct.objects.filter(tenant__slug="fjordlys")),
        *(f"orders/{delivery.pk}/" for delivery in made.values()),
        "members/",
        *(f"consents/{path}" for path in ("", "1/", "2/", "to-print/", "?q=nothing")),
    ]  # fmt: skip
    return [*(f"/t/fjordlys/{path}" for path in own), "/signin/"]


def console_pages() -> list[str]:
    own = [
        "", "tenants/", "tenants/?q=nothing", "tenants/new/", "tenants/fjordlys/",
        "tenants/granitt/", "connections/", "connections/?state=checking",
        "connections/?problem=no_role", "applications/", "applications/new/",
        "applications/service-app/", "applications/service-app/change/", "incidents/",
        "incidents/?show=cleared", "consents/", "sending/", "lanes/", "lanes/?q=nothing",
        *(f"lanes/{lane.pk}/" for lane in Lane.objects.order_by("pk")[:2]),
    ]  # fmt: skip
    return [f"/console/{path}" for path in own]


class Reader:
    """A signed-in browser that hears every complaint of a page."""

    def __init__(self, page: Page, portal: str) -> None:
        self.page, self.portal = page, portal
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, email: str) -> None:
        self.page.goto(f"{self.portal}/accounts/login/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.locator("h1")).not_to_have_text("Sign in")

    def opens(self, path: str) -> None:
        answer = self.page.goto(f"{self.portal}{path}")
        assert answer is not None
        assert answer.status == 200, path
        expect(self.page.locator("h1")).to_have_count(1)
        assert self.complaints == [], f"{path}: {self.complaints}"

    def finds_nothing_wrong(self, path: str, scheme: Any, width: int) -> None:
        where = f"{path}, {scheme}, {width} px"
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": 900})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{where}: {wide} px wide"
        found = Axe().run(self.page, options=RULES)
        assert found.violations_count == 0, f"{where}: {found.generate_report()}"

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.mark.timeout(400)
def test_every_page_is_well(portal: str, seeded: dict[str, Delivery], browser: Browser) -> None:
    people = [
        ("astrid@fjordlys.test", workspace_pages(seeded)),
        ("bo@granitt.test", ["/t/granitt/", "/t/granitt/orders/"]),
        ("nora@nordhandel.test", console_pages()),
    ]
    for email, paths in people:
        context = browser.new_context(reduced_motion="reduce")
        reader = Reader(context.new_page(), portal)
        reader.sign_in(email)
        for path in paths:
            reader.opens(path)
            for scheme, width in LOOKS:
                reader.finds_nothing_wrong(path, scheme, width)
        context.close()


def test_every_page_works_without_scripts(
    portal: str, seeded: dict[str, Delivery], browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    reader = Reader(page, portal)
    reader.sign_in("astrid@fjordlys.test")
    for path in workspace_pages(seeded):
        reader.opens(path)

    page.goto(f"{portal}/t/fjordlys/orders/{seeded['several'].pk}/")
    page.get_by_label("Order number in Visma.net").fill("000777")
    page.get_by_role("button", name="It is this one").click()
    expect(page.locator("h1")).to_have_text("In Visma.net as SO 000777")

    page.goto(f"{portal}/t/fjordlys/orders/{seeded['pending'].pk}/")
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.locator("h1")).to_have_text("Cancelled. It is not sent.")
    context.close()


def test_the_language_is_chosen_without_scripts(
    portal: str, seeded: dict[str, Delivery], browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    reader = Reader(page, portal)
    reader.sign_in("astrid@fjordlys.test")

    page.locator("summary", has_text="English").click()
    page.get_by_role("button", name="Suomi").click()

    expect(page.locator("html")).to_have_attribute("lang", "fi")
    assert page.url == f"{portal}/t/fjordlys/"
    context.close()


def test_staff_walk_from_an_empty_portal_to_an_invitation(
    portal: str, staff: User, page: Page, sandbox: SandboxProcess
) -> None:
    reader = Reader(page, portal)
    reader.sign_in("nora@nordhandel.test")

    page.get_by_role("link", name="Register an application").click()
    page.get_by_label("Name", exact=True).fill("Webshop orders")
    page.get_by_role("radio", name="Visma Connect, a person consents").check()
    page.get_by_label("Client id").fill("isv_web")
    page.get_by_label("What tenants connect").fill("Webshop orders")
    page.get_by_role("button", name="Register it").click()
    expect(page.locator("h1")).to_have_text("Eight steps left before real companies")

    page.get_by_label("Client secret").fill("a secret of Visma")
    page.get_by_role("button", name="Add the secret and try it").click()
    expect(page.locator("main")).to_contain_text("Visma refuses it.")

    page.get_by_role("link", name="Tenants").click()
    page.get_by_role("link", name="Make a tenant").click()
    page.get_by_label("Name", exact=True).fill("Fjordlys")
    page.get_by_role("button", name="Make the tenant").click()
    expect(page.locator("h1")).to_have_text("Fjordlys has no company yet")

    page.get_by_label("E-mail address").fill("ola@fjordlys.test")
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#link")).to_contain_text(f"{portal}/i/")
    assert reader.complaints == []


def test_an_orders_page_answers_anew_by_itself(
    portal: str, seeded: dict[str, Delivery], page: Page
) -> None:
    sending = seeded["sending"]
    reader = Reader(page, portal)
    reader.sign_in("astrid@fjordlys.test")
    page.goto(f"{portal}/t/fjordlys/orders/{sending.pk}/")
    expect(page.locator("h1")).to_have_text("It is being sent to Fjordlys AS")

    Delivery.objects.filter(pk=sending.pk).update(
        state="delivered", epoch=None, visma_type="SO", visma_number="000888",
        settled_at=timezone.now(),
    )  # fmt: skip

    expect(page.locator("h1")).to_have_text("In Visma.net as SO 000888", timeout=20_000)
    expect(page.locator("[data-refresh-url]")).to_have_count(0)
    assert reader.complaints == []
