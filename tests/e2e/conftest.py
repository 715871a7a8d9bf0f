"""The portal on 127.0.0.1, the sandbox on localhost, and people with browsers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from integrations.connections.models import Company, Connection, Grant, Integration
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant, User
from tests.connections.conftest import (
    SALES_ORDERS,
    application,
    integration,
    invite,
    service_integration,
)
from tests.deliveries.conftest import push, quick
from tests.e2e.visitor import DESK, Visitor
from tests.sandbox_process import SandboxProcess

__all__ = ["application", "integration", "invite", "push", "quick", "service_integration"]

WEB_CLIENT = "isv_nordhandel_web"
SERVICE_CLIENT = "isv_nordhandel_service"
# Two cores, shared with everything else that runs.
PATIENCE = 15_000

WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize(
    "scripts", [True, False], ids=["scripts", "no_scripts"]
)

NewVisitor = Callable[..., Visitor]


@pytest.fixture
def scripts() -> bool:
    """Whether JavaScript is on; overridden by parametrization."""
    return True


@pytest.fixture
def new_visitor(live_server: LiveServer, browser: Browser, scripts: bool) -> Iterator[NewVisitor]:
    """Somebody at a browser of their own; ``beside`` opens another tab of a visitor's browser."""
    contexts = []
    expect.set_options(timeout=PATIENCE)

    def arrive(beside: Visitor | None = None, **more: Any) -> Visitor:
        if beside is not None:
            return Visitor(beside.page.context.new_page(), live_server.url, scripts)
        context = browser.new_context(
            viewport=DESK,  # type: ignore[arg-type]  # a TypedDict of these two
            locale="en-GB",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Visitor(context.new_page(), live_server.url, scripts)

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    return new_visitor()


@pytest.fixture
def visma(sandbox: SandboxProcess) -> SandboxProcess:
    """The sandbox, which compares the portal's redirect URI exactly, as Visma does."""
    registered = {
        "client_id": WEB_CLIENT,
        "redirect_uris": [f"{os.environ['PUBLIC_URL']}/callback/connect"],
        "redirect_uri_prefixes": [],
    }
    sandbox.control("POST", "applications", registered)
    return sandbox


@pytest.fixture
def company(service_integration: Integration, tenant: Tenant, visma: SandboxProcess) -> Connection:
    """Fjordlys AS, connected and proven, with access for an hour."""
    now = database_now()
    tenant_id = visma.company("Fjordlys AS")["tenant_id"]
    grant = Grant(
        tenant=tenant,
        application=service_integration.application,
        kind="service",
        visma_tenant_id=tenant_id,
        token_number=1,
        access_expires_at=now + timedelta(hours=1),
        scopes=service_integration.scopes,
    )
    token = visma.token(SERVICE_CLIENT, tenant_id, scopes=SALES_ORDERS)
    grant.sealed_access_token = grant.sealed("access_token", token)
    grant.save()
    return Connection.objects.create(
        integration=service_integration,
        company=Company.objects.create(
            tenant=tenant, visma_tenant_id=tenant_id, name="Fjordlys AS", currency="NOK"
        ),
        grant=grant,
        state=Connection.State.CONNECTED,
        proven_at=now,
        confirmed_at=now,
    )


@pytest.fixture
def frida(visitor: Visitor, member: User) -> Visitor:
    """An owner at Fjordlys, signed in."""
    visitor.sign_in("/", member.email)
    return visitor
