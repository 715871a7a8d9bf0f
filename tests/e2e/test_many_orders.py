"""An owner sends many orders again, and watches."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from integrations.deliveries import tasks
from integrations.deliveries.models import BulkAct, Delivery
from integrations.tenants.models import Tenant, User
from tests.e2e.test_pages import Reader
from tests.workspace.seeds import make_connection, make_delivery

pytestmark = pytest.mark.browser

NUMBER = tasks.ACTED_AT_ONCE + 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_many_orders_are_chosen_looked_at_sent_again_and_watched(
    transactional_db: None,
    live_server: LiveServer,
    tenant: Tenant,
    member: User,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    scripts: bool,
) -> None:
    monkeypatch.setattr(tasks, "ring", lambda: None)
    monkeypatch.setattr(tasks.carry_out_act, "apply_async", lambda *args, **given: None)
    connection = make_connection(tenant, proven_at=timezone.now())
    for _ in range(NUMBER):
        make_delivery(connection, "rejected")
    make_delivery(connection, "parked", reason="several_found")
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    reader = Reader(page, live_server.url)
    reader.sign_in("astrid@fjordlys.test")

    reader.opens("/t/fjordlys/orders/?state=needs_you")
    page.get_by_role("link", name="Send again …").click()
    expect(page.locator("h1")).to_have_text(f"Send {NUMBER} orders again?")
    page.get_by_role("button", name="Send them again").click()
    expect(page.locator("h1")).to_have_text(f"Sending again: 0 of {NUMBER} orders so far")
    expect(page.get_by_role("progressbar")).to_be_visible()

    tasks.act_now(BulkAct.objects.get().pk)

    if not scripts:
        page.get_by_role("link", name="Look again").click()
    expect(page.locator("h1")).to_have_text(f"{NUMBER} orders sent again")
    expect(page.get_by_text("Somebody says first which order in Visma.net stands")).to_be_visible()
    assert Delivery.objects.filter(state="pending").count() == NUMBER
    assert reader.complaints == []
    context.close()
