"""Which connection an order is meant for, and which orders a tenant may see."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from integrations.connections.models import Company, Connection
from integrations.deliveries.models import Delivery
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant


class NoSuchCompany(Exception):
    """The tenant has no company of that id."""


class NotConnected(Exception):
    """The company has no connection, or none for the integration named."""


class SeveralIntegrations(Exception):
    """Which integration is meant? ``slugs`` names those the company is connected for."""

    def __init__(self, slugs: list[str]) -> None:
        super().__init__(", ".join(slugs))
        self.slugs = slugs


def connection_for(tenant: Tenant, company_id: str, integration: str = "") -> Connection:
    """The tenant's connection for a company: the only one, or that of the integration named.

    A connection that doesn't work now counts too: its orders wait. Raises NoSuchCompany,
    NotConnected, SeveralIntegrations.
    """
    connections = list(
        Connection.objects.for_tenant(tenant)
        .filter(company=_company(tenant, company_id))
        .select_related("integration", "company")
        .order_by("integration__slug")
    )
    if integration:
        connections = [c for c in connections if c.integration.slug == integration]
    if not connections:
        raise NotConnected
    if len(connections) > 1:
        raise SeveralIntegrations([c.integration.slug for c in connections])
    return connections[0]


def order_of(connection: Connection, reference: str) -> SalesOrder | None:
    """The connection's order of that reference, with its delivery."""
    if not reference.isprintable():
        return None  # nothing like it was ever accepted, and databases refuse NUL
    orders = SalesOrder.objects.select_related("delivery")
    return orders.filter(connection=connection, reference=reference).first()


def newest_orders(
    connection: Connection,
    *,
    state: str,
    before: int | None,
    limit: int,
    priority: Delivery.Priority | None = None,
) -> tuple[list[SalesOrder], int | None]:
    """Up to ``limit`` orders, newest first, and the key to go on from; None at the end.

    A key belongs to the state and priority it was given for.
    """
    if state or priority is not None:
        wanted: dict[str, Any] = {"state": state} if state else {}
        wanted |= {} if priority is None else {"priority": priority}
        return _newest_deliveries(connection, wanted, before, limit)
    orders = SalesOrder.objects.filter(connection=connection).select_related("delivery")
    if before is not None:
        orders = orders.filter(pk__lt=before)
    page = list(orders.order_by("-pk")[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def _newest_deliveries(
    connection: Connection, wanted: Mapping[str, Any], before: int | None, limit: int
) -> tuple[list[SalesOrder], int | None]:
    deliveries = Delivery.objects.filter(lane__connection=connection, **wanted)
    if before is not None:
        deliveries = deliveries.filter(pk__lt=before)
    page = list(deliveries.select_related("order").order_by("-pk")[: limit + 1])
    orders = [delivery.order for delivery in page[:limit]]
    for order, delivery in zip(orders, page, strict=False):
        order.delivery = delivery
    return orders, page[limit - 1].pk if len(page) > limit else None


def _company(tenant: Tenant, company_id: str) -> Company:
    try:
        key = uuid.UUID(company_id)
    except ValueError as error:
        raise NoSuchCompany from error
    company = Company.objects.filter(tenant=tenant, pk=key).first()
    if company is None:
        raise NoSuchCompany
    return company
