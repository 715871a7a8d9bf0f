"""The shops of a run: tenants with a company each, known to the portal and to the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from chaos.orders import CUSTOMERS, ITEMS, PREFIX
from integrations.connections.models import (
    Application,
    ApplicationSecret,
    Company,
    Connection,
    Grant,
    Integration,
)
from integrations.connections.models.applications import Kind
from integrations.deliveries.services.clock import database_now
from integrations.intake.services import api_keys
from integrations.tenants.models import Member, Tenant, User
from sandbox.control.client import Visma

SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]


@dataclass(frozen=True, slots=True)
class Shop:
    """A tenant as its own systems and its people know it."""

    slug: str
    company_id: str
    visma_tenant_id: str
    connection: int
    grant: str
    api_key: str
    cookie: str

    @property
    def orders(self) -> str:
        return f"/api/v1/companies/{self.company_id}/orders"

    @property
    def page(self) -> str:
        return f"/t/{self.slug}/orders/"


def open_shops(visma: Visma, count: int) -> list[Shop]:
    """Registers the application and connects one company for each tenant.

    The grants have no access token yet: the portal's own tasks ask for it.
    """
    known = next(one for one in visma.world()["applications"] if one["kind"] == "service")
    application = Application.objects.create(
        name="Chaos", slug="chaos", kind=Kind.SERVICE, client_id=known["client_id"]
    )
    secret = ApplicationSecret(application=application)
    secret.seal(known["client_secret"])
    secret.save()
    integration = Integration.objects.create(
        application=application, name="Webshop orders", slug="webshop", scopes=" ".join(SCOPES),
        reference_prefix=PREFIX,
    )  # fmt: skip
    return [_open(visma, integration, number) for number in range(1, count + 1)]


def _open(visma: Visma, integration: Integration, number: int) -> Shop:
    name, now = f"Shop {number}", database_now()
    company = _company_at_visma(visma, integration.application.client_id, name, number)
    tenant = Tenant.objects.create(name=name, slug=f"shop-{number}")
    owner = User.objects.create_user(f"owner@shop-{number}.example")
    Member.objects.create(tenant=tenant, user=owner)
    visma_tenant_id = UUID(company["tenant_id"])
    grant = Grant.objects.create(
        tenant=tenant, application=integration.application, kind=Kind.SERVICE,
        visma_tenant_id=visma_tenant_id, scopes=" ".join(SCOPES),
    )  # fmt: skip
    ours = Company.objects.create(tenant=tenant, visma_tenant_id=visma_tenant_id, name=name)
    connection = Connection.objects.create(
        integration=integration, company=ours, grant=grant, proven_at=now,
        state=Connection.State.CONNECTED, confirmed_at=now,
    )  # fmt: skip
    _, key = api_keys.make(tenant, "Shop", by=owner, now=now)
    return Shop(
        tenant.slug, str(ours.pk), company["tenant_id"], connection.pk, str(grant.pk), key,
        _signed_in(owner),
    )  # fmt: skip


def _company_at_visma(visma: Visma, client_id: str, name: str, number: int) -> dict[str, Any]:
    company: dict[str, Any] = visma.control(
        "POST", "companies",
        {"name": name, "customers": CUSTOMERS, "items": ITEMS, "tax_percent": 25 * (number % 2)},
    )  # fmt: skip
    tenant_id = company["tenant_id"]
    visma.control("POST", "approvals", {"client_id": client_id, "tenant_id": tenant_id})
    return company


def _signed_in(user: User) -> str:
    """The session's cookie, as a browser would send it."""
    client = Client()
    client.force_login(user)
    if SESSION_KEY not in client.session:
        raise RuntimeError(f"{user} could not be signed in.")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"
