"""The ways in which orders can go out, each as a connection that is ready to send."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from typing import Any

from pytest_django import Settings

from integrations.connections.models import Company, Connection, Grant, Integration
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant
from tests.sandbox import vni_client
from tests.sandbox_process import SandboxProcess

ERP_SCOPES = [f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update")]
V3_SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]
LENIENT, STRICT = "Fjordlys AS", "Fjordlys Danmark ApS"
CONTEXT_IDS = {LENIENT: vni_client.NORWAY, STRICT: vni_client.DENMARK}

# Way → route, kind of the grant.
WAYS = {
    "v3": ("salesorder-v3", "service"),
    "erp": ("erp-v1", "service"),
    "vni": ("erp-v1", "vni"),
}
# What the ledger calls an order that was posted, a list and a read of one, by route.
POST = {"salesorder-v3": "salesorders.post", "erp-v1": "erp.orders.post"}
LIST = {"salesorder-v3": "salesorders.list", "erp-v1": "erp.orders.list"}
READ = {"salesorder-v3": "salesorders.get", "erp-v1": "erp.orders.get"}


def set_addresses(settings: Settings, sandbox: SandboxProcess) -> None:
    settings.VISMA_SERVICE_ORGANIZATION_URL = sandbox.url
    settings.VISMA_VNI_ERP_URL = f"{sandbox.url}/API/controller/api"
    settings.VISMA_ERP_READ_TIMEOUT = timedelta(seconds=10)


def connect_over(
    way: str,
    integration: Integration,
    tenant: Tenant,
    sandbox: SandboxProcess,
    name: str = LENIENT,
) -> Connection:
    """A company of the sandbox, connected over one of the ways with a token that is good."""
    route, kind = WAYS[way]
    integration.route = route
    integration.save()
    known, now = sandbox.company(name), database_now()
    ids = _ids(kind, known)
    grant = Grant(
        tenant=tenant, application=integration.application, kind=kind, token_number=1,
        visma_tenant_id=known["tenant_id"] if kind == "service" else None,
        visma_user=vni_client.ACCOUNTANT if kind == "vni" else "",
        access_expires_at=now + timedelta(hours=1) if kind == "service" else None,
    )  # fmt: skip
    grant.sealed_access_token = grant.sealed("access_token", _token(way, known, sandbox))
    grant.save()
    company = Company.objects.create(tenant=tenant, name=name, **ids)
    return Connection.objects.create(
        integration=integration, company=company, grant=grant, proven_at=now,
        state=Connection.State.CONNECTED, confirmed_at=now,
    )  # fmt: skip


def _ids(kind: str, known: dict[str, Any]) -> dict[str, Any]:
    if kind == "vni":
        return {"context_id": str(CONTEXT_IDS[known["name"]])}
    return {"visma_tenant_id": known["tenant_id"]}


def _token(way: str, known: dict[str, Any], sandbox: SandboxProcess) -> str:
    if way == "vni":
        return vni_client.token(sandbox.url)
    scopes = V3_SCOPES if way == "v3" else ERP_SCOPES
    return sandbox.token("isv_nordhandel_service", known["tenant_id"], scopes=scopes)


def order_at_visma(
    sandbox: SandboxProcess, reference: str, *, buyer: str = "10042", number: str = ""
) -> None:
    """An order that the portal did not send, in the company that takes any customer."""
    token = sandbox.token(
        "isv_nordhandel_service", sandbox.company(LENIENT)["tenant_id"], scopes=V3_SCOPES
    )
    body: dict[str, Any] = {
        "type": "SO",
        "customer": {"id": buyer, "order": reference, "refNo": reference},
    }
    if number:
        body |= {"orderId": number, "overrideNumberSeries": True}
    request = urllib.request.Request(
        f"{sandbox.url}/api/v3/SalesOrders",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
