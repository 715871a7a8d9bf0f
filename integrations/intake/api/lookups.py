"""What an address names: the tenant's own, else 404."""

from __future__ import annotations

import uuid

from integrations.connections.models import Connection, Integration
from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services.actors import Machine
from integrations.intake.api.authentication import ApiRequest
from integrations.intake.api.problems import Problem
from integrations.intake.services import finding


def caller(request: ApiRequest) -> Machine:
    """The key, as the audit and the pages name it."""
    return Machine(f"API key …{request.auth.ending}")


def connection_of(request: ApiRequest, company_id: str, integration: str) -> Connection:
    """The company's connection, the only one or that of the integration named. Raises Problem."""
    try:
        return finding.connection_for(request.auth.tenant, company_id, integration)
    except finding.NoSuchCompany as error:
        raise Problem("not-found") from error
    except finding.NotConnected as error:
        raise Problem("not-connected") from error
    except finding.SeveralIntegrations as error:
        raise Problem("several-integrations", integrations=error.slugs) from error


def delivery_of(connection: Connection, reference: str) -> Delivery:
    order = finding.order_of(connection, reference)
    if order is None:
        raise Problem("not-found")
    return order.delivery


def integration_of(request: ApiRequest, slug: str) -> Integration:
    """One that a company of the tenant is connected for."""
    known = Integration.objects.filter(
        slug=slug, connections__company__tenant=request.auth.tenant
    ).first()
    if known is None:
        raise Problem("not-found")
    return known


def act_of(request: ApiRequest, act_id: str) -> BulkAct:
    try:
        key = uuid.UUID(act_id)
    except ValueError as error:
        raise Problem("not-found") from error
    act = BulkAct.objects.for_tenant(request.auth.tenant).filter(pk=key).first()
    if act is None:
        raise Problem("not-found")
    return act
