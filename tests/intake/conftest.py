"""A connected company of Fjordlys, its stranger, and somebody to send orders."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from integrations.connections.models import Application, Company, Connection, Integration
from integrations.intake.models import ApiKey
from integrations.intake.services import api_keys
from integrations.tenants.models import Member, Tenant, User

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

Connect = Callable[..., Connection]


@pytest.fixture
def connect(db: None) -> Connect:
    """Make a connection of a tenant's company; its state is as given, its grant is never asked."""

    def make(
        tenant: Tenant, name: str = "Fjordlys AS", integration: str = "webshop", prefix: str = ""
    ) -> Connection:
        application, _ = Application.objects.get_or_create(
            slug="orders", defaults={"name": "Orders", "kind": "connect", "client_id": "orders"}
        )
        offered, _ = Integration.objects.get_or_create(
            slug=integration,
            defaults={
                "application": application,
                "name": integration.title(),
                "scopes": "visma.net.erp.salesorder:write",
                "reference_prefix": prefix,
            },
        )
        company, _ = Company.objects.get_or_create(
            tenant=tenant, name=name, defaults={"visma_tenant_id": uuid.uuid4(), "currency": "NOK"}
        )
        return Connection.objects.create(integration=offered, company=company)

    return make


@pytest.fixture
def connection(tenant: Tenant, connect: Connect) -> Connection:
    return connect(tenant)


@pytest.fixture
def stranger(db: None) -> Tenant:
    """Another tenant, with a member of its own."""
    tenant = Tenant.objects.create(name="Granitt", slug="granitt")
    user = User.objects.create_user("bo@granitt.test", "correct horse battery")
    Member.objects.create(tenant=tenant, user=user)
    return tenant


@pytest.fixture
def key(tenant: Tenant, member: User) -> tuple[ApiKey, str]:
    return api_keys.make(tenant, "Webshop", by=member, now=NOON)


@pytest.fixture
def api(key: tuple[ApiKey, str]) -> Client:
    """A client that carries the tenant's key."""
    return Client(headers={"Authorization": f"Bearer {key[1]}"})


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the bell was rung, instead of a broker that hears it."""
    heard: list[str] = []
    monkeypatch.setattr("integrations.intake.api.operations.ring", lambda: heard.append("ring"))
    return heard


def order(reference: str = "WEB-1001", **members: Any) -> dict[str, Any]:
    lines = [{"item": "22622", "quantity": "6", "unit_price": "2.55"}]
    return {
        "reference": reference,
        "buyer": "10042",
        "date": "2010-12-01",
        "lines": lines,
        **members,
    }
