"""A connected company at the sandbox, orders in the outbox, and a drain that runs in the test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.connections.models import (
    Application,
    ApplicationSecret,
    Company,
    Connection,
    Grant,
    Integration,
)
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.drain import drain
from integrations.deliveries.services.holding import DrainOptions, options_from_settings
from integrations.intake.services.accepting import accept
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant
from tests.sandbox.conftest import sandbox, sandbox_process
from tests.sandbox_process import SandboxProcess

__all__ = ["sandbox", "sandbox_process"]

SERVICE = "isv_nordhandel_service"
SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]

Connect = Callable[..., Connection]
Submit = Callable[..., Delivery]
Push = Callable[..., None]


@pytest.fixture
def quick() -> DrainOptions:
    """The drain's options with waits of a test's length."""
    return replace(
        options_from_settings(),
        idle=timedelta(milliseconds=100),
        quarantine=timedelta(seconds=1),
        erp_quarantine=timedelta(seconds=1),
        read_lag=timedelta(milliseconds=300),
        list_pause=timedelta(0),
        first_look=timedelta(milliseconds=100),
    )


@pytest.fixture
def at_sandbox(settings: Settings, sandbox: SandboxProcess) -> SandboxProcess:
    """The portal's addresses of Visma lead to the sandbox."""
    settings.VISMA_CONNECT_SALES_ORDER_URL = sandbox.url
    settings.VISMA_SERVICE_SALES_ORDER_URL = sandbox.url
    settings.VISMA_SERVICE_TOKEN_URL = f"{sandbox.url}/connect/token"
    settings.VISMA_READ_TIMEOUT = timedelta(seconds=10)
    return sandbox


@pytest.fixture
def integration(db: None, at_sandbox: SandboxProcess) -> Integration:
    world = at_sandbox.world()["applications"]
    known = next(one for one in world if one["client_id"] == SERVICE)
    application = Application.objects.create(
        name="Service", slug="service", kind="service", client_id=SERVICE
    )
    secret = ApplicationSecret(application=application)
    secret.seal(known["client_secret"])
    secret.save()
    return Integration.objects.create(
        application=application,
        name="Webshop orders",
        slug="webshop",
        scopes=" ".join(SCOPES),
        reference_prefix="NH-",
    )


@pytest.fixture
def connect(integration: Integration, tenant: Tenant, at_sandbox: SandboxProcess) -> Connect:
    """Connects a company of the sandbox, with a token that is good for an hour."""

    def connected(name: str = "Fjordlys AS", **columns: Any) -> Connection:
        tenant_id = at_sandbox.company(name)["tenant_id"]
        now = database_now()
        grant = Grant(
            tenant=tenant, application=integration.application, kind="service",
            visma_tenant_id=tenant_id,
            token_number=1, access_expires_at=now + timedelta(hours=1), scopes=" ".join(SCOPES),
        )  # fmt: skip
        token = at_sandbox.token(SERVICE, tenant_id, scopes=SCOPES)
        grant.sealed_access_token = grant.sealed("access_token", token)
        grant.save()
        company = Company.objects.create(tenant=tenant, visma_tenant_id=tenant_id, name=name)
        return Connection.objects.create(
            integration=integration, company=company, grant=grant, proven_at=now,
            state=Connection.State.CONNECTED, confirmed_at=now, **columns,
        )  # fmt: skip

    return connected


@pytest.fixture
def connection(connect: Connect) -> Connection:
    return connect()


def order(reference: str, **changes: Any) -> dict[str, Any]:
    """A small order of two lines, 17.00 in all."""
    lines = [
        {"item": "BLK-1020", "quantity": "2", "unit_price": "2.5"},
        {"item": "BLK-0310", "quantity": "1", "unit_price": "12"},
    ]
    return {
        "reference": reference,
        "buyer": "10042",
        "date": "2026-11-20",
        "lines": lines,
    } | changes


@pytest.fixture
def submit(connection: Connection) -> Submit:
    """Accepts an order into the outbox."""

    def submitted(
        reference: str = "WEB-1", to: Connection | None = None, **changes: Any
    ) -> Delivery:
        return accept(
            to or connection,
            order(reference, **changes),
            source=SalesOrder.Source.API,
            now=database_now(),
        ).delivery

    return submitted


@pytest.fixture
def push(quick: DrainOptions) -> Push:
    """Runs a drain in this thread until it has nothing to do."""

    def pushed(**changes: Any) -> None:
        drain(replace(quick, **changes), threading.Event())

    return pushed


@pytest.fixture
def in_visma(connection: Connection, at_sandbox: SandboxProcess) -> Callable[[str], list[str]]:
    """The order numbers the sandbox holds under a reference (with its prefix)."""

    def numbers(reference: str) -> list[str]:
        key = connection.company.visma_key
        return [o["orderId"] for o in at_sandbox.orders(key, f"NH-{reference}")]

    return numbers


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
